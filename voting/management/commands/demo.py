# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py demo [--exit]`: a made-up town's election, by real processes, from keys to a verified result.

Its settings are throw-away (voting/local.py), its data lies under var/demo and is made anew on every run.
Then it serves until Ctrl-C, or stops with --exit. Every process it starts is ended with it.
"""

import fcntl
import os
import signal
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console

from tally.crypto.parameters import MODULUS_BITS, TEST_MODULUS_BITS
from tally.record.result import Result
from voting.demonstration import meeting, preparing, running, town
from voting.demonstration.places import Places
from voting.demonstration.processes import STOP_SIGNALS, Supervisor
from voting.demonstration.screen import Screen
from voting.errors import DemoRunning, NotLocal, ResultMissing
from voting.local import PORT
from voting.management.refusals import refusals
from voting.models import Election
from voting.services import log_key, tallying
from voting.services.opened import allow_test_modulus

_FOREVER = 10.0**9  # s
_LETTERS = 3  # that are shown


class Command(BaseCommand):
    """Run the demonstration."""

    help = __doc__ or ""
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How long to stay, and how large a key."""
        parser.add_argument("--exit", action="store_true", help="Stop when the election is verified.")
        parser.add_argument(
            "--modulus-bits",
            type=int,
            default=max(MODULUS_BITS),
            help=f"Size of the key: {' or '.join(map(str, MODULUS_BITS))}.",
        )

    def handle(self, *_args: object, modulus_bits: int, **options: object) -> None:
        """Run it, and end every process whatever happens."""
        sizes = (TEST_MODULUS_BITS, *MODULUS_BITS) if allow_test_modulus() else MODULUS_BITS
        if modulus_bits not in sizes:
            raise CommandError(f"--modulus-bits must be {' or '.join(map(str, sizes))}")
        console = Console()
        with _stop_signals(), refusals(), _alone(Path(settings.VERITALLY_DATA_DIR)):
            try:
                _run(Screen(console), console, modulus_bits, stays=not options["exit"])
            except KeyboardInterrupt:
                console.print("Stopped; every process has ended.")


def _run(screen: Screen, console: Console, modulus_bits: int, *, stays: bool) -> None:
    if not settings.VERITALLY_LOCAL:
        raise NotLocal("the demonstration runs on this machine only, with throw-away settings")
    places = Places(
        data=Path(settings.VERITALLY_DATA_DIR),
        parties=Path(settings.VERITALLY_DATA_DIR),
        source=Path(settings.BASE_DIR),
        base_url=settings.VERITALLY_BASE_URL,
        slug=town.SLUG,
    )
    screen.begin(places, modulus_bits, preferred_port=PORT)
    places.make_anew()
    with Supervisor(places.logs, cwd=places.source) as supervisor:
        election = _prepare(screen, supervisor, places, modulus_bits)
        _vote_and_count(screen, supervisor, places, election)
        if stays:
            _invite_visitors(screen, supervisor, places, modulus_bits)
            console.print("Serving until Ctrl-C …")
            supervisor.wait_until(lambda: False, timeout=_FOREVER, what="Ctrl-C")


def _prepare(screen: Screen, supervisor: Supervisor, places: Places, modulus_bits: int) -> Election:
    with screen.phase("Setting up the server"):
        meeting.prepare_database(supervisor, os.environ)
        call_command("collectstatic", verbosity=0, interactive=False)
        log_key.create()
    with screen.phase("Trustees and registrar make their keys") as advance:
        preparing.make_key_files(supervisor, places, lambda: advance(0))
        now = timezone.now()
        election = preparing.draft_election(places, title=town.TITLE, modulus_bits=modulus_bits, now=now)
    with screen.phase("Registrar makes codes, dealer makes the key") as advance:
        preparing.make_codes_and_key(supervisor, places, election, lambda: advance(0))
    with screen.phase("Trustees take over their shares") as advance:
        preparing.accept_shares(supervisor, places, lambda: advance(0))
    with screen.phase("Freezing and opening"):
        preparing.freeze_and_open(places, election, now=timezone.now())
    return election


def _vote_and_count(screen: Screen, supervisor: Supervisor, places: Places, election: Election) -> None:
    plans = [town.plan_of(voter) for voter in range(town.VOTERS)]
    preparing.hand_out_codes(places, plans)
    fingerprint = election.fingerprint
    with screen.phase("Starting the server and the trustees' stations") as advance:
        running.start_server(supervisor, places, lambda: advance(0))
        brokers = meeting.station_brokers(places, election, os.environ)
        running.start_stations(supervisor, places, fingerprint, brokers, lambda: advance(0))
    votes = sum(len(plan.ballots) + plan.tests for plan in plans)
    with screen.phase("Voting over HTTP, receipts verified", votes) as advance:
        polls = running.hold_the_polls(supervisor, places, fingerprint, advance)
    with screen.phase("Closing; the stations verify and count", _answers_needed(election)) as advance:
        running.count(supervisor, election, screen.tally_shower(advance))
    with screen.phase("Verifying the board, by a process of its own") as advance:
        report = running.verify(supervisor, places, fingerprint, lambda: advance(0))
    with screen.phase("Publishing the record as files"):
        tallying.publish(election)
    result = tallying.result_of(election)
    if result is None:
        raise ResultMissing("there is no result on the board")
    as_cast = _totals(result) == town.expected_totals(plans)
    screen.show_result(election, result, polls, as_cast=as_cast)
    screen.show_summary(election, places, polls, report)
    if not as_cast:
        raise ResultMissing("the result is not what the voters chose")


def _invite_visitors(screen: Screen, supervisor: Supervisor, town_places: Places, modulus_bits: int) -> None:
    """A second election of the same town, under a key of its own, that stays open."""
    places = replace(town_places, parties=town_places.data / "visitors", slug=town.VISITORS_SLUG)
    places.make_parties()
    with screen.phase("Opening an election for you") as advance:
        preparing.make_key_files(supervisor, places, lambda: advance(0))
        election = preparing.draft_election(
            places, title=town.VISITORS_TITLE, modulus_bits=modulus_bits, now=timezone.now()
        )
        preparing.make_codes_and_key(supervisor, places, election, lambda: advance(0))
        preparing.accept_shares(supervisor, places, lambda: advance(0))
        preparing.freeze_and_open(places, election, now=timezone.now())
    screen.show_letters(places, preparing.codes_of(places)[:_LETTERS])


def _answers_needed(election: Election) -> int:
    """A word and a share of every trustee; the count goes on before the last ones come."""
    return election.seats.count() + election.plan.threshold


def _totals(result: Result) -> dict[str, Counter[str]]:
    return {
        contest.id: Counter(dict((*contest.result.totals, *contest.result.extras)))
        for contest in result.contests
    }


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One demonstration at a time in one data folder. Raises DemoRunning."""
    data.parent.mkdir(parents=True, exist_ok=True)
    with data.with_name(f"{data.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoRunning("another demonstration is running here: stop it first") from None
        yield


@contextmanager
def _stop_signals() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal stop the demonstration in order."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
