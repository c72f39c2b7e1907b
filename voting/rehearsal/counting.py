# SPDX-License-Identifier: AGPL-3.0-or-later
"""The count of a rehearsal: every station is an object of this process, with the code of the real ones.

They are asked from the rows, which are the truth, and not through the broker. The board is verified once for
all of them, since one process has no need to distrust itself; real stations each verify it.
"""

import os
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.utils import timezone

from tally import services, test_modulus
from tally.log_source import LogSource
from tally.models import RequestState, StationRequest, Tally, TallyState
from tally.station.board import accept
from tally.station.memory import Memory
from tally.station.request import Request
from tally.station.station import Station
from tally.verifier.verify import Closed, Options, verify
from voting.errors import TallyFailed
from voting.rehearsal.staging import Staged
from voting.services import tallying
from voting.services.board import election_log


def count(staged: Staged, *, memory: Path, jobs: int, say: Callable[[str], None]) -> None:
    """Run the tally to its final entry. Raises WrongState, TooEarly, TallyFailed."""
    tally = tallying.start_tally(staged.election, now=timezone.now())
    stations = _stations(staged, memory, jobs, say)
    while tally.state not in {TallyState.FINAL, TallyState.FAILED}:
        services.advance(tally, now=timezone.now())
        waiting = list(tally.requests.filter(state=RequestState.WAITING))
        for request in waiting:
            _ask(tally, request, stations[request.trustee])
        tally.refresh_from_db()
        if not waiting and tally.state in {TallyState.ACKNOWLEDGING, TallyState.SHARING}:
            raise TallyFailed("no station has anything left to answer")
    if tally.state == TallyState.FAILED:
        raise TallyFailed(tally.verdict)
    tallying.record_result(staged.election)


def _ask(tally: Tally, request: StationRequest, station: Station) -> None:
    answer = station.answer(
        Request(
            number=str(request.number),
            election=tally.fingerprint,
            phase=request.phase,
            acknowledgements=tuple(text.encode() for text in request.acknowledgements),
        )
    )
    values = {
        "request": str(request.number),
        "election": tally.fingerprint,
        "trustee": request.trustee,
        "phase": request.phase,
        "payload": answer.decode("utf-8"),
    }
    services.receive(values, now=timezone.now())


def _stations(staged: Staged, memory: Path, jobs: int, say: Callable[[str], None]) -> dict[int, Station]:
    fingerprint = staged.election.fingerprint

    @cache
    def read_board() -> Closed:
        options = Options(
            fingerprint=fingerprint,
            until_close=True,
            jobs=jobs,
            allow_test_modulus=test_modulus.is_allowed(os.environ),
        )
        return accept(verify(LogSource(election_log(staged.election)), options))

    stations = [
        Station(
            secrets=trustee,
            fingerprint=fingerprint,
            memory=Memory(memory / f"station-{number}"),
            read_board=read_board,
            say=lambda text, number=number: say(f"trustee {number}: {text}"),  # type: ignore[misc]
            entropy=secrets.token_bytes,
        )
        for number, trustee in enumerate(staged.trustees, start=1)
    ]
    return {station.trustee: station for station in stations}
