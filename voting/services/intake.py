# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots in: every check before acceptance, then the order of the board (docs/spec/intake.md, "Ballots").

Many at once or one: proofs are checked together, outside any lock; then, in one short sequencing block,
state, roll, succession and challenges are read again from rows, and the ballots appended. Whoever lost a race
is refused there. The same bytes again are accepted again, even after closing: the answer may have been lost.
It answers with values; HTTP is in voting/api.py. Nothing here logs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bulletin_board import storage
from bulletin_board.errors import EncodingError
from tally import admission
from tally.crypto import batch
from tally.crypto.errors import CryptoError
from tally.errors import TallyError
from tally.opened import OpenedElection
from tally.record.ballot import Ballot
from tally.record.errors import RecordError
from tally.record.order import BALLOT
from voting.errors import VotingError
from voting.models import CastBallot, Election
from voting.services.board import election_log, sign_head
from voting.services.opened import opened_election
from voting.services.refusals import digest_of
from voting.services.roll import ever_enrolled
from voting.services.standings import Named, Standings
from voting.services.submissions import Submission

REFUSALS = (VotingError, TallyError, CryptoError, RecordError, EncodingError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The ballot is on the board; `fresh` unless it was there before."""

    tracker: str
    seq: int
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It is not on the board, and why."""

    error: Exception


Verdict = Accepted | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A ballot still in the running, at its place in the list that was submitted."""

    place: int
    submission: Submission
    named: Named
    case: batch.Case


def cast(election: Election, submissions: Sequence[Submission], *, now: datetime) -> tuple[Verdict, ...]:
    """Accept or refuse each ballot, in the order given. The accepted are durable and under a signed head."""
    opened = opened_election(election)
    verdicts: dict[int, Verdict] = {}
    candidates = _read(opened, election, submissions, verdicts)
    candidates = _weed_out(opened, election, candidates, verdicts)
    refused = batch.verify(opened.public_key, [candidate.case for candidate in candidates])
    for index, error in refused.items():
        verdicts[candidates[index].place] = Refused(error=error)
    candidates = [candidate for index, candidate in enumerate(candidates) if index not in refused]
    if candidates:
        _append(opened, election, candidates, verdicts, now)
        _publish(opened, election, candidates, verdicts)
    return tuple(verdicts[place] for place in range(len(submissions)))


def _read(
    opened: OpenedElection,
    election: Election,
    submissions: Sequence[Submission],
    verdicts: dict[int, Verdict],
) -> list[_Candidate]:
    """Form, ranges, roll and signature; whether a credential was revoked meanwhile is for `Standings`."""
    ballots: dict[int, Ballot] = {}
    for place, submission in enumerate(submissions):
        try:
            ballots[place] = admission.read_ballot(opened, submission.ballot)
        except REFUSALS as error:
            verdicts[place] = Refused(error=error)
    roll = ever_enrolled(election, {ballot.credential.hex() for ballot in ballots.values()})
    candidates = []
    for place, ballot in ballots.items():
        try:
            admission.check_signed(roll, ballot)
        except REFUSALS as error:
            verdicts[place] = Refused(error=error)
            continue
        candidates.append(_candidate(opened, place, submissions[place], ballot))
    return candidates


def _candidate(opened: OpenedElection, place: int, submission: Submission, ballot: Ballot) -> _Candidate:
    named = Named(
        credential=ballot.credential.hex(),
        tracker=ballot.tracker,
        digest=digest_of(submission.ballot),
        supersedes=ballot.supersedes,
    )
    case = admission.case_of(opened, ballot, submission.commitments or None)
    return _Candidate(place=place, submission=submission, named=named, case=case)


def _weed_out(
    opened: OpenedElection,
    election: Election,
    candidates: Sequence[_Candidate],
    verdicts: dict[int, Verdict],
) -> list[_Candidate]:
    """Spare the proofs of ballots that stand on the board already, or could not."""
    standings = _standings(opened, election, candidates)
    listed = {candidate.named.tracker for candidate in candidates}

    def decide(candidate: _Candidate) -> Accepted | None:
        named = candidate.named
        seq = standings.place_of(named)
        if seq is not None:
            return Accepted(tracker=named.tracker, seq=seq, fresh=False)
        # Ballots of one list do not stand in each other's way before it is known which of them hold.
        if named.supersedes not in listed:
            standings.check(named)
        return None

    return _undecided(candidates, verdicts, decide)


def _undecided(
    candidates: Sequence[_Candidate],
    verdicts: dict[int, Verdict],
    decide: Callable[[_Candidate], Accepted | None],
) -> list[_Candidate]:
    left = []
    for candidate in candidates:
        try:
            accepted = decide(candidate)
        except REFUSALS as error:
            verdicts[candidate.place] = Refused(error=error)
            continue
        if accepted is None:
            left.append(candidate)
        else:
            verdicts[candidate.place] = accepted
    return left


def _append(
    opened: OpenedElection,
    election: Election,
    candidates: Sequence[_Candidate],
    verdicts: dict[int, Verdict],
    now: datetime,
) -> None:
    """One transaction: the rows are read under the lock, so what they say holds until it ends."""
    with storage.sequencing(election_log(election)) as sequencer:
        standings = _standings(opened, election, candidates)
        written = []

        def decide(candidate: _Candidate) -> Accepted:
            named = candidate.named
            seq = standings.place_of(named)
            if seq is not None:
                return Accepted(tracker=named.tracker, seq=seq, fresh=False)
            standings.succeed(named)
            seq = sequencer.append(BALLOT, candidate.submission.ballot, now=now).seq
            standings.remember(named, seq)
            written.append(_row(election, named, seq))
            return Accepted(tracker=named.tracker, seq=seq, fresh=True)

        _undecided(candidates, verdicts, decide)
        CastBallot.objects.bulk_create(written)


def _publish(
    opened: OpenedElection,
    election: Election,
    candidates: Sequence[_Candidate],
    verdicts: dict[int, Verdict],
) -> None:
    """The cache beside the log, and a signed head over what was appended."""
    log = election_log(election)
    for candidate in candidates:
        verdict = verdicts[candidate.place]
        if isinstance(verdict, Accepted) and verdict.fresh and _are_right(opened, candidate.case):
            storage.put_commitments(log, verdict.tracker, candidate.submission.commitments)
    sign_head(election)


def _are_right(opened: OpenedElection, case: batch.Case) -> bool:
    """Whether commitments came along that hash to the challenge of this proof, which holds: then they fit."""
    try:
        batch.check_cached(opened.public_key, case)
    except CryptoError:
        return False
    return True


def _standings(opened: OpenedElection, election: Election, candidates: Sequence[_Candidate]) -> Standings:
    limit = opened.manifest.rules.ballots_per_credential
    return Standings(election, [candidate.named for candidate in candidates], limit=limit)


def _row(election: Election, named: Named, seq: int) -> CastBallot:
    return CastBallot(
        election=election,
        credential=named.credential,
        tracker=named.tracker,
        digest=named.digest,
        supersedes=named.supersedes,
        seq=seq,
    )
