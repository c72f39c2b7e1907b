# SPDX-License-Identifier: AGPL-3.0-or-later
"""Challenges in: a ballot that its voter tests instead of casting it (docs/spec/intake.md, "Challenges").

The board learns the tracker alone; the opening stays with the voter.
"""

from datetime import datetime

from bulletin_board import storage
from tally import admission
from tally.errors import Revoked
from tally.record.challenged import Challenged as ChallengedRecord
from tally.record.order import CHALLENGED
from voting.errors import AlreadyCast, NotOpen, TooManyChallenges
from voting.models import CastBallot, Challenged, Election
from voting.services.board import answering, election_log, sign_head
from voting.services.intake import REFUSALS, Accepted, Refused, Verdict
from voting.services.opened import opened_election
from voting.services.roll import ever_enrolled, revoked_of
from voting.states import State

MAX_PER_CREDENTIAL = 50  # on the board for ever: more than a voter who tests, fewer than one who floods


def challenge(election: Election, data: bytes, *, now: datetime) -> Verdict:
    """Put a challenge on the board, or say why not; the same bytes again are accepted again."""
    opened = opened_election(election)
    try:
        record = admission.read_challenged(opened, data)
        admission.check_signed(ever_enrolled(election, [record.credential.hex()]), record)
        earlier = _earlier(election, record)
        if earlier is not None:
            return earlier
        with answering(election_log(election)):
            return _append(election, record, data, now)
    except REFUSALS as error:
        return Refused(error=error)


def _earlier(election: Election, record: ChallengedRecord) -> Accepted | None:
    row = Challenged.objects.filter(
        election=election, credential=record.credential.hex(), tracker=record.tracker
    ).first()
    return None if row is None else Accepted(tracker=row.tracker, seq=row.seq, fresh=False)


def _append(election: Election, record: ChallengedRecord, data: bytes, now: datetime) -> Accepted:
    with storage.sequencing(election_log(election)) as sequencer:
        earlier = _earlier(election, record)
        if earlier is not None:
            return earlier
        _check_possible(election, record)
        seq = sequencer.append(CHALLENGED, data, now=now).seq
        Challenged.objects.create(
            election=election, credential=record.credential.hex(), tracker=record.tracker, seq=seq
        )
    sign_head(election)
    return Accepted(tracker=record.tracker, seq=seq, fresh=True)


def _check_possible(election: Election, record: ChallengedRecord) -> None:
    state = Election.objects.values_list("state", flat=True).get(pk=election.pk)
    if state != State.OPEN:
        raise NotOpen("the election takes no challenges now", expected=State.OPEN.value, computed=state)
    credential = record.credential.hex()
    if revoked_of(election, [credential]):
        raise Revoked("the registrar has revoked this credential")
    if CastBallot.objects.filter(credential=credential, tracker=record.tracker).exists():
        raise AlreadyCast("this ballot is cast: it cannot be tested any more")
    own = Challenged.objects.filter(election=election, credential=credential).count()
    if own >= MAX_PER_CREDENTIAL:
        raise TooManyChallenges("tested too often", expected=MAX_PER_CREDENTIAL, computed=own)
