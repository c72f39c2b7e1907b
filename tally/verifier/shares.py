# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks G.1 to G.6: the closing entry, and the trustees' shares."""

from gmpy2 import mpz

from bulletin_board.errors import BoardError
from tally.crypto.errors import CryptoError
from tally.crypto.threshold import verify_share
from tally.errors import (
    ClosingMismatch,
    CountedSetMismatch,
    ForeignShare,
    RepeatedShare,
    TallyError,
    TooFewAcknowledgements,
    TooFewCounted,
    TooFewShares,
)
from tally.opened import OpenedElection
from tally.record.base import check_same_election
from tally.record.closing import Closing
from tally.record.counted import Counted
from tally.record.errors import RecordError
from tally.record.head import Head
from tally.record.share import Share, ShareShape
from tally.verifier.report import Ledger
from tally.verifier.walk import Entry


def check_counted(stated: Counted, counted: Counted) -> None:
    """Raise CountedSetMismatch unless size, weight and hash are those of the board."""
    if stated != counted:
        raise CountedSetMismatch("another counted set", expected=counted, computed=stated)


def check_closing(
    ledger: Ledger,
    entry: Entry,
    opened: OpenedElection,
    *,
    ballots: int,
    challenged: int,
    counted: Counted,
) -> None:
    """G.1 and G.2."""
    ledger.mark("G.1", "G.2")
    try:
        closing = Closing.from_bytes(entry.payload)
        check_same_election(opened.fingerprint, closing.election)
        if (closing.ballots, closing.challenged) != (ballots, challenged):
            raise ClosingMismatch(
                "numbers of entries",
                expected=f"{ballots} ballots, {challenged} tested",
                computed=f"{closing.ballots} ballots, {closing.challenged} tested",
            )
        check_counted(closing.counted, counted)
    except (BoardError, RecordError, TallyError) as error:
        ledger.fail("G.1", error, entry.where)
    minimum = opened.manifest.rules.minimum_counted
    if counted.ballots < minimum:
        too_few = TooFewCounted(
            "ballots that count", expected=f"at least {minimum}", computed=counted.ballots
        )
        ledger.fail("G.2", too_few, entry.where)


def check_share(
    opened: OpenedElection, share: Share, *, head: Head, counted: str, aggregates: tuple[mpz, ...]
) -> None:
    """Everything about one share: also what the server asks before it posts one.

    Raises RecordError, TallyError, CryptoError.
    """
    check_share_origin(opened, share, head=head, counted=counted)
    check_share_acknowledgements(opened, share)
    check_share_proofs(opened, share, aggregates)


def check_share_origin(opened: OpenedElection, share: Share, *, head: Head, counted: str) -> None:
    """Signed by its trustee, for this head and set. Raises ForeignRecord, ForeignShare, CryptoError."""
    check_same_election(opened.fingerprint, share.election)
    if (share.head, share.counted) != (head, counted):
        raise ForeignShare(
            "a share for another board",
            expected=f"{head}, counted set {counted}",
            computed=f"{share.head}, counted set {share.counted}",
        )
    share.check_signature(opened.manifest.trustees.members[share.trustee - 1].signing_key)


def check_share_acknowledgements(opened: OpenedElection, share: Share) -> None:
    """Enough trustees have acknowledged that board, or the manifest's witnesses vouch for it.

    Raises TooFewAcknowledgements, BadAcknowledgement.
    """
    needed, given = opened.manifest.acknowledgements_needed, len(share.acknowledgements)
    if given < needed:
        raise TooFewAcknowledgements("acknowledgements", expected=needed, computed=given)
    share.check_acknowledgements([member.signing_key for member in opened.manifest.trustees.members])


def check_share_proofs(opened: OpenedElection, share: Share, aggregates: tuple[mpz, ...]) -> None:
    """Every partial root is the one that v_i commits the trustee to. Raises CryptoError."""
    key = opened.key_record.threshold_key
    for aggregate, partial, proof in zip(aggregates, share.partials, share.proofs, strict=True):
        verify_share(key, share.trustee, aggregate % key.n, partial, proof)


class ShareChecks:
    """Takes the share entries; `trustees` are those whose shares hold."""

    def __init__(
        self, opened: OpenedElection, ledger: Ledger, *, head: Head, counted: str, aggregates: tuple[mpz, ...]
    ) -> None:
        self.trustees: set[int] = set()
        self._answered: set[int] = set()
        self._opened = opened
        self._ledger = ledger
        self._head = head
        self._counted = counted
        self._aggregates = aggregates
        self._shape = ShareShape.of(opened.manifest)

    def share(self, entry: Entry) -> None:
        """G.3 to G.5 for one share."""
        try:
            share = Share.from_bytes(entry.payload, self._shape)
            check_share_origin(self._opened, share, head=self._head, counted=self._counted)
            if share.trustee in self._answered:
                raise RepeatedShare("a second share", computed=share.trustee)
        except (BoardError, RecordError, TallyError, CryptoError) as error:
            self._ledger.fail("G.3", error, entry.where)
            return
        self._answered.add(share.trustee)
        self._ledger.mark("G.4", "G.5")
        if not self._opened.manifest.acknowledgements_needed:
            self._ledger.note("G.4", "None are needed: the manifest's witnesses vouch for one board (B.6).")
        where = f"{entry.where}, trustee {share.trustee}"
        try:
            check_share_acknowledgements(self._opened, share)
        except (RecordError, TallyError) as error:
            self._ledger.fail("G.4", error, where)
        try:
            check_share_proofs(self._opened, share, self._aggregates)
        except CryptoError as error:
            self._ledger.fail("G.5", error, where)
        else:
            self.trustees.add(share.trustee)

    def finish(self) -> None:
        """G.6, once the result stands."""
        self._ledger.mark("G.3", "G.6")
        threshold = self._opened.manifest.trustees.threshold
        if len(self.trustees) < threshold:
            error = TooFewShares("shares that hold", expected=threshold, computed=len(self.trustees))
            self._ledger.fail("G.6", error)
