# SPDX-License-Identifier: AGPL-3.0-or-later
"""From open polls to a verified result, by real processes: server, stations, voters, verifier."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

from django.utils import timezone

from tally import services
from tally.models import TallyState
from tally.station.command import BROKER_VARIABLE
from voting.celery import MAIL_QUEUE
from voting.demonstration.places import (
    Places,
    outsiders_environment,
    python,
    servers_environment,
)
from voting.demonstration.preparing import CLIENTS
from voting.demonstration.processes import Supervisor
from voting.errors import TallyFailed
from voting.models import Election
from voting.services import elections, rechecking, tallying
from voting.states import State

_START = 120.0  # s, for a process to be ready
_VOTING = 900.0  # s
_CLOSING = 600.0  # s
_TALLY = 900.0  # s
_VERIFY = 900.0  # s
_WEB_WORKERS = "2"
Tick = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Polls:
    """What the voters did: ballots and tests whose receipts they verified; medians in seconds."""

    ballots: int
    tests: int
    make: float
    cast: float


def start_server(supervisor: Supervisor, places: Places, tick: Tick) -> None:
    """The web server, the server's workers and its clock; the board answers when this returns."""
    supervisor.start(
        "web server",
        python(
            "-m",
            "gunicorn",
            "voting.wsgi:application",
            "--workers",
            _WEB_WORKERS,
            "--bind",
            f"127.0.0.1:{places.port}",
            "--no-control-socket",
            "--worker-tmp-dir",
            str(places.data),
            "--timeout",
            "120",
        ),
        env=servers_environment(),
    )
    beat = ("--beat", "--schedule", str(places.data / "beat"))
    _start_worker(supervisor, "server worker", "celery,tally-server", "2", *beat)
    _start_worker(supervisor, "mail worker", MAIL_QUEUE, "1")
    checkpoint = f"{places.board}/checkpoint"
    _wait(supervisor, lambda: _answers(checkpoint), tick, timeout=_START, what="the web server")


def _start_worker(supervisor: Supervisor, name: str, queues: str, concurrency: str, *more: str) -> None:
    command = ("-m", "celery", "--app", "voting", "worker", "--queues", queues, "--concurrency", concurrency)
    others = ("--loglevel", "INFO", "--without-gossip", "--without-mingle")
    supervisor.start(name, python(*command, *more, *others), env=servers_environment())


def start_stations(
    supervisor: Supervisor, places: Places, fingerprint: str, brokers: Sequence[str], tick: Tick
) -> None:
    """Every trustee's station, with nothing but its own folder, the board's address and its broker's."""
    children = [
        supervisor.start(
            f"station {number}",
            python(
                "-m",
                "tally.station",
                "run",
                str(places.key_file(number)),
                "--board",
                places.board,
                "--fingerprint",
                fingerprint,
                "--passphrase-file",
                str(places.station(number) / "passphrase"),
            ),
            env=outsiders_environment(**{BROKER_VARIABLE: broker}),
        )
        for number, broker in enumerate(brokers, start=1)
    ]
    _wait(
        supervisor,
        lambda: all("is ready" in child.log_tail() for child in children),
        tick,
        timeout=_START,
        what="the trustees' stations",
    )


def hold_the_polls(
    supervisor: Supervisor, places: Places, fingerprint: str, advance: Callable[[int], None]
) -> Polls:
    """Every voter votes, over HTTP, and verifies the receipt."""
    outs = [places.voters / f"receipts-{client}.jsonl" for client in range(CLIENTS)]
    jobs = [
        supervisor.start_job(
            f"voters {client}",
            python(
                "-m",
                "voting.demonstration.voters",
                "--board",
                places.board,
                "--election",
                places.election,
                "--fingerprint",
                fingerprint,
                "--plan",
                str(places.voters / f"letters-{client}.jsonl"),
                "--out",
                str(out),
            ),
            env=outsiders_environment(),
        )
        for client, out in enumerate(outs)
    ]
    seen = 0

    def show() -> None:
        nonlocal seen
        found = sum(1 for out in outs for _ in _lines(out))
        advance(found - seen)
        seen = found

    supervisor.finish(jobs, timeout=_VOTING, tick=show)
    show()
    done = [json.loads(line) for out in outs for line in _lines(out)]
    ballots = [one for one in done if one["kind"] == "ballot"]
    return Polls(
        ballots=len(ballots),
        tests=len(done) - len(ballots),
        make=median(one["make"] for one in ballots),
        cast=median(one["cast"] for one in ballots),
    )


def count(supervisor: Supervisor, election: Election, show: Callable[[services.Progress], None]) -> None:
    """Close, and let the stations count; the server's own worker does the rest. Raises TallyFailed."""
    elections.close_election(election, now=timezone.now())
    _wait_for_closing_entry(supervisor, election)
    tally = tallying.start_tally(election, now=timezone.now())

    def is_over() -> bool:
        tally.refresh_from_db()
        if tally.state == TallyState.FAILED:
            raise TallyFailed(f"the tally failed: {tally.verdict}")
        show(services.progress(tally))
        election.refresh_from_db()
        return election.where is State.TALLIED  # the server's clock records it

    supervisor.wait_until(is_over, timeout=_TALLY, what="the stations' count")


def _wait_for_closing_entry(supervisor: Supervisor, election: Election) -> None:
    """The server's worker posts it, once it has checked every accepted ballot again."""

    def is_posted() -> bool:
        election.refresh_from_db()
        return election.where is State.CHECKING

    what = f"the closing entry ({rechecking.sentence(election)})"
    supervisor.wait_until(is_posted, timeout=_CLOSING, what=what)


def verify(supervisor: Supervisor, places: Places, fingerprint: str, tick: Tick) -> dict[str, object]:
    """An observer's own process checks the board from its address; returns its report. Raises ChildFailed."""
    report = places.data / "verification.json"
    job = supervisor.start_job(
        "verifier",
        python(
            "-m",
            "tally.verifier",
            places.board,
            "--fingerprint",
            fingerprint,
            "--json",
            str(report),
            "--jobs",
            "2",
        ),
        env=outsiders_environment(COLUMNS="120"),
    )
    supervisor.finish([job], timeout=_VERIFY, tick=tick)
    value: dict[str, object] = json.loads(report.read_bytes())
    return value


def _wait(
    supervisor: Supervisor, condition: Callable[[], bool], tick: Tick, *, timeout: float, what: str
) -> None:
    def ticking() -> bool:
        tick()
        return condition()

    supervisor.wait_until(ticking, timeout=timeout, what=what)


def _answers(address: str) -> bool:
    with suppress(URLError, OSError), urlopen(address, timeout=5) as response:  # noqa: S310  # our own server
        return bool(response.status == 200)  # noqa: PLR2004  # OK
    time.sleep(0.2)
    return False


def _lines(file: Path) -> Iterator[str]:
    """Whole lines only: the last one may still be being written."""
    if file.exists():
        text = file.read_text(encoding="utf-8")
        yield from text[: text.rfind("\n") + 1].splitlines()
