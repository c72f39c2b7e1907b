# SPDX-License-Identifier: AGPL-3.0-or-later
"""The compact check of every accepted ballot, in the background (docs/spec/intake.md, "Checked again").

Intake judges in batches; validity is defined by the compact form. Whoever knows a factor of n can make a
ballot on which the two differ. Such a ballot stays on the board and is not counted; its commitments are
dropped, so that every verifier finds it. The closing entry waits until all ballots are checked.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from bulletin_board import storage
from bulletin_board.models import Blob
from tally.opened import OpenedElection
from tally.record.tracker import format_check_code
from tally.verifier.proofs import Refused, Submitted, judge
from voting.errors import code_of
from voting.models import CastBallot, Election, Rechecked
from voting.services.board import election_log
from voting.services.opened import opened_election
from voting.states import State

BUDGET = 5.0  # s of work of one sweep, for one election
CHUNK = 8  # ballots between two writes of how far it has come
_CLAIM = timedelta(minutes=2)  # longer than any chunk; a process that is killed stops the work so long
_log = logging.getLogger(__name__)

Judge = Callable[[OpenedElection, Sequence[Submitted]], Sequence[Refused]]

ALARM = """\
Ballot {code} (entry {seq}) is on the board, and its proof does not hold ({error}). The server's first \
check, which judges many ballots together, accepted it; the check that defines validity refuses it. It stays \
on the board and is not counted.
Only someone who knows a secret factor of this election's key can make such a ballot. They can read every \
vote that was cast under this key. This election will not verify, the trustees' stations will refuse to \
count it, and no vote under this key may be counted in any other way.
First rule out a fault of this machine: on another one, run
    python -m tally.verifier {board} --fingerprint {fingerprint} --full
If check F.5 names this entry, tell the trustees and the public, keep all data as they are, and hold a new \
election with a new key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many of the accepted ballots are checked; `refused` has tracker and code of the bad ones."""

    checked: int
    accepted: int
    refused: tuple[tuple[str, str], ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to check."""
        return self.checked == self.accepted


def progress(election: Election) -> Progress:
    """Return how far the check has come."""
    row = Rechecked.objects.filter(election=election).first() or Rechecked()
    return Progress(
        checked=row.ballots,
        accepted=election.ballots.count(),
        refused=tuple((tracker, code) for tracker, code in row.refused),
    )


def sentence(election: Election) -> str:
    """Return what a status says of an election that waits for its closing entry."""
    found = progress(election)
    bad = f"; {len(found.refused)} do not hold" if found.refused else ""
    return f"{found.checked} of {found.accepted} accepted ballots are checked again, compactly{bad}"


def sweep(*, now: datetime) -> None:
    """Go on with every election that takes ballots or waits for its closing entry."""
    for election in Election.objects.filter(state__in=(State.OPEN, State.CLOSED)):
        try:
            recheck(election, now=now)
        except Exception:  # noqa: BLE001  # one election's trouble must not stop another's
            _log.exception("ballots of %s could not be checked again", election.slug)


def recheck(
    election: Election,
    *,
    now: datetime,
    budget: float = BUDGET,
    chunk: int = CHUNK,
    judge: Judge = judge,
    clock: Callable[[], float] = time.monotonic,
) -> Progress:
    """Check what is left, for about `budget` seconds; nothing, while another process is at it."""
    row, _ = Rechecked.objects.get_or_create(election=election)
    if _next(row, 1) and _claim(row, now):
        try:
            end = clock() + budget
            while clock() < end and (ballots := _next(row, chunk)):
                refused = judge(opened_election(election), _submitted(ballots))
                if not _record(row, ballots, refused):
                    break  # the claim has run out, and another process goes on
        finally:
            _claimed(row).update(claimed_until=None)
    return progress(election)


def alarms(election: Election) -> tuple[str, ...]:
    """Return what the officials must be told: a text for every ballot that does not hold."""
    refused = progress(election).refused
    trackers = [tracker for tracker, _ in refused]
    seqs = dict(election.ballots.filter(tracker__in=trackers).values_list("tracker", "seq"))
    return tuple(
        ALARM.format(
            code=format_check_code(tracker),
            seq=seqs[tracker],
            error=error,
            board=f"{settings.VERITALLY_BASE_URL}/board/{election.slug}",
            fingerprint=election.fingerprint,
        )
        for tracker, error in refused
    )


def _next(row: Rechecked, count: int) -> list[CastBallot]:
    return list(CastBallot.objects.filter(election=row.election, seq__gt=row.seq).order_by("seq")[:count])


def _submitted(ballots: Sequence[CastBallot]) -> list[Submitted]:
    blobs = Blob.objects.in_bulk([ballot.digest for ballot in ballots])
    return [
        Submitted(where=ballot.tracker, payload=bytes(blobs[ballot.digest].data), commitments=None)
        for ballot in ballots
    ]


def _claim(row: Rechecked, now: datetime) -> bool:
    """Take the work, unless another process has it. The row is read again: it may have gone on."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    until = now + _CLAIM
    if not Rechecked.objects.filter(free, pk=row.pk).update(claimed_until=until):
        return False
    row.refresh_from_db()
    return True


def _claimed(row: Rechecked) -> QuerySet[Rechecked]:
    return Rechecked.objects.filter(pk=row.pk, claimed_until=row.claimed_until, seq=row.seq)


def _record(row: Rechecked, ballots: Sequence[CastBallot], refused: Sequence[Refused]) -> bool:
    """Write how far it has come, if nobody else has written meanwhile."""
    found = [[one.where, code_of(one.error)] for one in refused]
    after = {
        "seq": ballots[-1].seq,
        "ballots": row.ballots + len(ballots),
        "refused": [*row.refused, *found],
    }
    for tracker, _ in found:
        storage.drop_commitments(election_log(row.election), tracker)
    if not _claimed(row).update(**after):
        return False
    for name, value in after.items():
        setattr(row, name, value)
    if found:
        for alarm in alarms(row.election)[-len(found) :]:
            _log.critical("%s", alarm)
    return True
