# SPDX-License-Identifier: AGPL-3.0-or-later
"""Walking along a board: checks B.1 to B.6, B.8, B.9, and the payload of each entry that is in its place.

The log's key is named by the manifest, the first entry: until `check_signatures` it is not known who signed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bulletin_board import layout, reader
from bulletin_board.errors import (
    BoardError,
    PayloadMismatch,
    ResourceTooLarge,
    RootMismatch,
    SourceUnavailable,
    UnsafeArchive,
)
from bulletin_board.errors import NotFound as ResourceNotFound
from bulletin_board.log import merkle, note
from bulletin_board.log.checkpoint import Checkpoint, open_checkpoint
from bulletin_board.log.cosignature import Cosignature, Cosigned, open_cosigned
from bulletin_board.log.envelope import Envelope
from bulletin_board.log.policy import Policy, any_of, open_under
from bulletin_board.sources import Source
from tally.record import order
from tally.record.board_keys import BoardKeys
from tally.record.errors import OrderError
from tally.verifier.continuation import Continuation
from tally.verifier.earlier import Earlier
from tally.verifier.report import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An envelope with its payload, and the head of the board right after it."""

    envelope: Envelope
    payload: bytes
    size: int
    root: bytes

    @property
    def where(self) -> str:
        """How the entry is named in a finding."""
        return f"entry {self.envelope.seq} ({self.envelope.type})"


class Walk:
    """One pass over the board of `source`; every failure goes to `ledger`."""

    def __init__(self, source: Source, ledger: Ledger, earlier: Earlier | None = None) -> None:
        """Read the checkpoint, unverified. Raises BoardError if there is none that can be read."""
        self._source = source
        self._ledger = ledger
        self.note = source.read(layout.CHECKPOINT, limit=note.LIMIT)
        self.head = Checkpoint.from_text(note.Note.from_bytes(self.note).text)
        self.continuation = None if earlier is None else Continuation(earlier, self.head, ledger)
        self.newest: datetime | None = None  # the time of the last entry that was read
        # By check, the quorums that are demanded and met, with who met them.
        self.quorums: dict[str, tuple[Policy, tuple[Cosignature, ...]]] = {}

    def check_signatures(self, keys: BoardKeys) -> None:
        """B.1 and B.6: the log that the manifest names has signed, and so has its quorum of witnesses."""
        if self.continuation is not None:
            self.continuation.check_signature(keys.log)
        self._ledger.mark("B.1")
        try:
            open_checkpoint(self.note, keys.log)
        except BoardError as error:
            self._ledger.fail("B.1", error, "checkpoint")
            self._ledger.note("B.6", "Not judged: what witnesses sign is what the log has signed.")
            return
        self._ledger.mark("B.6")
        try:
            found = open_cosigned(self.note, keys.log, keys.witnesses, quorum=keys.quorum)
        except BoardError as error:
            self._ledger.fail("B.6", error, "checkpoint")
            return
        self._keep("B.6", any_of(keys.log, keys.witnesses, keys.quorum), found)

    def check_policy(self, policy: Policy) -> None:
        """B.8: the checkpoint is good under the verifier's own policy, whatever the manifest says."""
        self._ledger.mark("B.8")
        try:
            found = open_under(self.note, policy)
        except BoardError as error:
            self._ledger.fail("B.8", error, "checkpoint")
            return
        self._keep("B.8", policy, found)

    def _keep(self, id_: str, policy: Policy, found: Cosigned) -> None:
        if not policy.is_met_by(()):
            self.quorums[id_] = (policy, found.cosignatures)

    def entries(self) -> Iterator[Entry]:
        """Every entry whose payload is good, in order; ends early where the chain breaks.

        Raises SourceUnavailable: of what follows nothing can be concluded.
        """
        tree, previous = merkle.Frontier(0, ()), None
        self._compare_with_earlier(tree)
        for envelope, data in self._envelopes():
            tree.add(merkle.leaf_hash(data))
            self._compare_with_earlier(tree)
            self._check_order(previous, envelope)
            previous = envelope.type
            self.newest = envelope.time
            payload = self._payload(envelope)
            if payload is not None:
                yield Entry(envelope=envelope, payload=payload, size=tree.size, root=tree.root())

    def _envelopes(self) -> Iterator[tuple[Envelope, bytes]]:
        try:
            yield from reader.iter_entries(self._source, self.head)
        except SourceUnavailable:
            raise
        except RootMismatch as error:
            self._ledger.mark("B.2", "B.4", "B.5")
            self._ledger.fail("B.3", error, f"tree of {self.head.size} entries")
        except BoardError as error:
            self._ledger.fail("B.2", error)
        else:
            self._ledger.mark("B.2", "B.3", "B.4", "B.5")

    def _compare_with_earlier(self, tree: merkle.Frontier) -> None:
        if self.continuation is not None:
            self.continuation.meet(tree.size, tree.root())

    def _check_order(self, previous: str | None, envelope: Envelope) -> None:
        try:
            order.check_follows(previous, envelope.type)
        except OrderError as error:
            self._ledger.fail("B.5", error, f"entry {envelope.seq} ({envelope.type})")

    def _payload(self, envelope: Envelope) -> bytes | None:
        try:
            return reader.read_payload(self._source, envelope)
        except (ResourceNotFound, PayloadMismatch, ResourceTooLarge, UnsafeArchive) as error:
            self._ledger.fail("B.4", error, f"entry {envelope.seq} ({envelope.type})")
            return None
