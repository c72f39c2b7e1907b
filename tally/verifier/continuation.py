# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check B.9: the board continues the one under an earlier signed checkpoint.

The tree is built from all entries anyhow: its root at the earlier size is compared, and no proof is needed.
"""

from bulletin_board.errors import BoardError
from bulletin_board.log.checkpoint import Checkpoint, open_checkpoint
from bulletin_board.log.keys import VerifierKey
from tally.verifier.earlier import Earlier
from tally.verifier.errors import BoardForked
from tally.verifier.report import Ledger

ID = "B.9"
_OLDER = (
    "This copy of the board has {now} entries and is older than the one of {then} entries that you verified "
    "before. Nothing follows from that: ask for a newer copy."
)
_FOREIGN = (
    "The earlier checkpoint that was brought is not signed by this board's log. Nothing follows from that: "
    "bring the one that you kept of this board."
)


class Continuation:
    """Follows the growing tree; `holds` once the earlier checkpoint is signed and its root was met.

    Only what the log itself has signed is evidence against it: another file proves nothing.
    """

    def __init__(self, earlier: Earlier, now: Checkpoint, ledger: Ledger) -> None:
        self._earlier = earlier
        self._then = earlier.head
        self._ledger = ledger
        self._is_signed = False
        self._is_met = False
        self._fork: BoardForked | None = None
        self._is_older = now.size < self._then.size
        if self._is_older:
            ledger.note(ID, _OLDER.format(now=now.size, then=self._then.size))

    @property
    def holds(self) -> bool:
        """Whether the board is proved to continue the earlier one, as far as has been read."""
        return self._is_signed and self._is_met

    @property
    def is_evidence(self) -> bool:
        """Whether this log has signed the earlier checkpoint, and the board is not older."""
        return self._is_signed and not self._is_older

    @property
    def size(self) -> int:
        """Entries under the earlier checkpoint."""
        return self._then.size

    def check_signature(self, log: VerifierKey) -> None:
        """The earlier checkpoint must be the same log's: otherwise it is no evidence against it."""
        try:
            open_checkpoint(self._earlier.note, log)
        except BoardError:
            self._ledger.note(ID, _FOREIGN)
            return
        self._is_signed = True
        self._judge()

    def meet(self, size: int, root: bytes) -> None:
        """Take the root of the first `size` entries."""
        if size != self._then.size:
            return
        self._is_met = root == self._then.root
        if not self._is_met:
            self._fork = BoardForked(
                f"the first {size} entries are other ones",
                expected=self._then.root.hex(),
                computed=root.hex(),
            )
        self._judge()

    def _judge(self) -> None:
        if self.holds:
            self._ledger.mark(ID)
        elif self._is_signed and self._fork is not None:
            self._ledger.fail(ID, self._fork, f"tree of {self._then.size} entries")
