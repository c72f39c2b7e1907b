# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots that arrive at the same time are taken in together (docs/spec/intake.md, "Together").

One batcher for each election in each server process; processes meet at the board's lock. What is accepted is
decided in intake.py.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from voting.errors import Unavailable
from voting.models import Election
from voting.services.batching import Batcher
from voting.services.board import write_receipts
from voting.services.intake import Accepted, Refused, Verdict, cast
from voting.services.submissions import Submission

LARGEST = 256  # ballots of one batch: as many as the board appends at once
WAITING = 16  # ballots; fewer than the threads of gunicorn.conf.py, so that the board can still be read
PATIENCE = 45.0  # s; voters' programs wait for 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    """A ballot, the election as its request read it, and when it came."""

    election: Election
    submission: Submission
    now: datetime


_batchers: dict[int, Batcher[_Arrival, Verdict]] = {}  # by election
_lock = threading.Lock()


def cast_together(election: Election, submission: Submission, *, now: datetime) -> Verdict:
    """Take the ballot in with those that arrive at the same time; it is accepted or refused by itself."""
    try:
        return _batcher(election).submit(_Arrival(election=election, submission=submission, now=now))
    except Unavailable as error:
        return Refused(error=error)


def _batcher(election: Election) -> Batcher[_Arrival, Verdict]:
    with _lock:
        if election.pk not in _batchers:
            _batchers[election.pk] = Batcher(_take_in, largest=LARGEST, waiting=WAITING, patience=PATIENCE)
        return _batchers[election.pk]


def _take_in(arrivals: Sequence[_Arrival]) -> tuple[Verdict, ...]:
    election = arrivals[0].election
    submissions = [arrival.submission for arrival in arrivals]
    verdicts = cast(election, submissions, now=max(arrival.now for arrival in arrivals))
    write_receipts(election, [v.seq for v in verdicts if isinstance(v, Accepted) and v.fresh])
    return verdicts
