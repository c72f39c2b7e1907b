# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election's log: where it is, its signed head, and the receipts that are given out under it."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db.models import Max

from bulletin_board import cosigned, head_signing, publisher
from bulletin_board.errors import BoardError, NotYetSigned
from bulletin_board.log.envelope import Envelope
from bulletin_board.models import Entry, Log
from voting.errors import IntakeFailed, IntakeUnwitnessed, NotOpen
from voting.models import CastBallot, Challenged, Election
from voting.services import log_key

_log = logging.getLogger(__name__)


def election_log(election: Election) -> Log:
    """Return the log of a frozen election. Raises NotOpen before."""
    if election.log is None:
        raise NotOpen("the election is not frozen yet")
    return election.log


def sign_head(election: Election) -> bytes:
    """Sign the log as it stands. Raises LogKeyRefused."""
    log = election_log(election)
    return publisher.sign_head(log, log_key.signer_for(log.origin))


@contextmanager
def answering(log: Log) -> Iterator[None]:
    """For a voter's request: where the board refuses to append or to sign, it is logged, and is IntakeFailed.

    What a voter's program sends is read before: then no BoardError inside is about that.
    """
    try:
        yield
    except BoardError as error:
        _log.critical("%s neither grows nor is signed: %s", log.origin, error)
        raise IntakeFailed("the board is out of order; whether it was done is not known") from None


def receipt_of(row: CastBallot | Challenged, *, ask: bool = True) -> str:
    """Return the proof that this entry is on the board; the same text every time it is asked for.

    Without `ask`, witnesses are left alone: whoever only reads must not wait for them. Raises
    IntakeUnwitnessed while too few witnesses have cosigned, IntakeFailed where the board is not signed.
    """
    if not row.receipt:
        log = election_log(row.election)
        with answering(log):
            # The last attempt may have been cut off before.
            (publisher if ask else head_signing).sign_head(log, log_key.signer_for(log.origin))
            try:
                text = publisher.receipt(log, row.seq).decode("utf-8")
            except NotYetSigned:
                raise IntakeUnwitnessed("it waits for the witnesses; it may still be counted") from None
        type(row).objects.filter(pk=row.pk, receipt="").update(receipt=text)
        row.refresh_from_db(fields=["receipt"])
    return row.receipt


def write_receipts(election: Election, seqs: Collection[int]) -> None:
    """Make the receipts of these ballots, all of them under the head that is published now, in one write.

    While too few witnesses have cosigned, there are none: `receipt_of` says so.
    """
    log = election_log(election)
    if not cosigned.is_published(log):
        return
    without = CastBallot.objects.filter(election=election, seq__in=seqs, receipt="")
    rows = list(without)
    receipts = publisher.receipts(log, [row.seq for row in rows])
    for row in rows:
        row.receipt = receipts[row.seq].decode("utf-8")
    without.bulk_update(rows, ["receipt"])  # a receipt that was given out meanwhile stays


def entry_of(row: CastBallot | Challenged) -> str:
    """Return the envelope that the receipt is about, as text."""
    envelope = Entry.objects.values_list("envelope", flat=True).get(log=row.election.log, seq=row.seq)
    return bytes(envelope).decode("utf-8")


def payloads_of(election: Election, entry_type: str) -> tuple[bytes, ...]:
    """Return the payloads of the closing part's entries of one type, in order: never those of ballots."""
    log = election_log(election)
    last_vote = max(
        rows.aggregate(last=Max("seq"))["last"] or 0
        for rows in (election.ballots, election.challenges, election.roll_changes)
    )
    rows = Entry.objects.filter(log=log, seq__gt=last_vote).order_by("seq").select_related("payload")
    return tuple(
        bytes(row.payload.data) for row in rows if Envelope.from_bytes(bytes(row.envelope)).type == entry_type
    )
