# SPDX-License-Identifier: AGPL-3.0-or-later
"""Roll changes in: the registrar's word that somebody may not vote any more, or may from now on.

docs/spec/record.md, "Roll change". Everything is checked before the lock where that takes time, and by the
rows once more inside it. The same bytes again are accepted again. A ballot that races with a revocation is
judged by its place: intake reads the rows under the same lock.
"""

from dataclasses import dataclass
from datetime import datetime

from bulletin_board import storage
from bulletin_board.models import Blob
from tally import admission
from tally.enrolment import Enrolment
from tally.record.order import ROLL_CHANGE
from tally.record.roll_change import RollChange as Record
from voting.errors import NotOpen
from voting.models import Admission, Election, Revocation, RollChange
from voting.services.board import election_log, sign_head
from voting.services.opened import opened_election
from voting.services.refusals import digest_of
from voting.services.roll import roll_of
from voting.states import State

_BATCH = 1_000  # rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a roll change would do: `losing` of the revoked have a ballot that would count no more.

    `voters` and `weight` are those of the roll before it; `room` is what could be admitted after it.
    """

    record: Record
    digest: str
    losing: int
    voters: int
    weight: int
    revoked_weight: int
    room: int

    @property
    def voters_after(self) -> int:
        """How many may vote after it."""
        return self.voters - len(self.record.revoke) + len(self.record.admit)

    @property
    def weight_after(self) -> int:
        """What they weigh together."""
        return self.weight - self.revoked_weight + self.record.weight


def change_roll(election: Election, data: bytes, *, now: datetime) -> RollChange:
    """Put a roll change on the board; the same bytes again give the row that is there.

    Raises NotOpen, and the errors that checks E.4 to E.6 of docs/spec/verification.md name.
    """
    record = admission.read_roll_change(opened_election(election), data)
    record.check_credentials()
    with storage.sequencing(election_log(election)) as sequencer:
        row = RollChange.objects.filter(election=election, digest=digest_of(data)).first()
        if row is None:
            _check_open(election)
            _check_by_rows(_roll(election, record), record)
            seq = sequencer.append(ROLL_CHANGE, data, now=now).seq
            row = _write(election, record, digest_of(data), seq)
    sign_head(election)
    return row


def preview(election: Election, data: bytes) -> Preview:
    """Return what a roll change would do if it were taken now. Raises as `change_roll`."""
    record = admission.read_roll_change(opened_election(election), data)
    _check_open(election)
    roll = _roll(election, record)
    roll.check(record)
    revoked = [credential.hex() for credential in record.revoke]
    voting = election.ballots.filter(credential__in=revoked).values("credential").distinct()
    voters, weight = size_of(election)
    return Preview(
        record=record,
        digest=digest_of(data),
        losing=voting.count(),
        voters=voters,
        weight=weight,
        revoked_weight=sum(map(roll.weight_of, record.revoke)),
        room=roll.room - record.weight,
    )


def size_of(election: Election) -> tuple[int, int]:
    """Return how many credentials may vote now, and what they weigh together."""
    opened = opened_election(election)
    rows = Admission.objects.filter(election=election).values_list("credential", "weight")
    admitted = {bytes.fromhex(credential): weight for credential, weight in rows}
    revocations = Revocation.objects.filter(election=election).values_list("credential", flat=True)
    revoked = [bytes.fromhex(credential) for credential in revocations]
    gone = sum(opened.weights.get(credential) or admitted[credential] for credential in revoked)
    voters = len(opened.weights) + len(admitted) - len(revoked)
    return voters, opened.roll.weight + sum(admitted.values()) - gone


def room_of(election: Election) -> int:
    """Return how much more weight may ever be enrolled."""
    return roll_of(election, ()).room


def records_of(election: Election) -> tuple[tuple[int, Record], ...]:
    """Return (seq, record) of every roll change on the board, in order."""
    rows = list(RollChange.objects.filter(election=election).order_by("seq"))
    blobs = Blob.objects.in_bulk([row.digest for row in rows])
    return tuple((row.seq, Record.from_bytes(bytes(blobs[row.digest].data))) for row in rows)


def _check_open(election: Election) -> None:
    state = Election.objects.values_list("state", flat=True).get(pk=election.pk)
    if state != State.OPEN:
        raise NotOpen(
            "the roll is fixed except while ballots are taken", expected=State.OPEN.value, computed=state
        )


def _check_by_rows(roll: Enrolment, record: Record) -> None:
    roll.check_number(record)
    roll.check_credentials(record)
    roll.check_weight(record)


def _roll(election: Election, record: Record) -> Enrolment:
    named = [*record.revoke, *(credential for credential, _ in record.admit)]
    return roll_of(election, [credential.hex() for credential in named])


def _write(election: Election, record: Record, digest: str, seq: int) -> RollChange:
    row = RollChange.objects.create(
        election=election,
        number=record.number,
        seq=seq,
        digest=digest,
        reason=record.reason,
        revoked=len(record.revoke),
        admitted=len(record.admit),
        weight=record.weight,
    )
    Revocation.objects.bulk_create(
        [
            Revocation(election=election, credential=credential.hex(), change=row)
            for credential in record.revoke
        ],
        batch_size=_BATCH,
    )
    Admission.objects.bulk_create(
        [
            Admission(election=election, credential=credential.hex(), weight=weight, change=row)
            for credential, weight in record.admit
        ],
        batch_size=_BATCH,
    )
    return row
