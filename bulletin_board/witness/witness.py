# SPDX-License-Identifier: AGPL-3.0-or-later
"""A witness's judgement: cosign what is proved to extend the last checkpoint, refuse the rest by name.

Specification: docs/spec/board.md, "Witnesses"; C2SP tlog-witness. The record is on the disk before a
cosignature leaves this module. It knows no HTTP.
"""

from bulletin_board.errors import BadSignature, BoardError
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.merkle import check_consistency
from bulletin_board.log.note import Note, open_note
from bulletin_board.log.submission import Submission
from bulletin_board.witness.errors import (
    Fork,
    Inconsistent,
    NotVouchedFor,
    OldAboveNew,
    StaleSize,
    UnknownLog,
    WitnessClockWentBack,
)
from bulletin_board.witness.store import NOTHING, Head, Store

PATIENCE = 60  # s that the clock may be behind the last cosignature: then time stands still


class Witness:
    """One key and one store; any number of threads."""

    def __init__(self, cosigner: Cosigner, store: Store) -> None:
        self._cosigner = cosigner
        self._store = store

    def add_checkpoint(self, body: bytes, *, now: int) -> bytes:
        """Return the signature lines for a submission, `now` being seconds since 1970.

        Raises MalformedSubmission, MalformedNote or MalformedCheckpoint; UnknownLog, NotVouchedFor,
        OldAboveNew, StaleSize, Fork, Inconsistent, WitnessClockWentBack.
        """
        submission = Submission.from_bytes(body)
        note = Note.from_bytes(submission.checkpoint)
        checkpoint = Checkpoint.from_any_log(note.text)
        vouched = self._vouched(checkpoint.origin, note)
        if submission.old > checkpoint.size:
            raise OldAboveNew(
                "the old size is above the new one", expected=checkpoint.size, computed=submission.old
            )
        time = self._record(checkpoint, submission, vouched, now)
        return self._cosigner.cosign_text(note.text, time=time).to_text().encode("utf-8")

    def _vouched(self, origin: str, note: Note) -> bytes:
        """The note with one line of each trusted key that signed it, and no stranger's."""
        keys = self._store.keys_of(origin)
        if not keys:
            raise UnknownLog("this witness does not watch that log", computed=origin)
        try:
            verified = open_note(note.to_bytes(), keys).verified
        except BadSignature as error:
            raise NotVouchedFor(error.message) from None
        if not verified:
            raise NotVouchedFor("no signature by a key that is trusted for this log")
        signatures = {found.key: found.signature for found in verified}
        return Note(text=note.text, signatures=tuple(signatures.values())).to_bytes()

    def _record(self, checkpoint: Checkpoint, submission: Submission, vouched: bytes, now: int) -> int:
        """Check and update in one step, or keep what contradicts; return the time to be signed."""
        head = NOTHING
        try:
            with self._store.updating(checkpoint.origin) as update:
                head = update.head
                _check_extends(head, checkpoint, submission)
                time = _time(update.latest_time, now)
                update.write(Head(size=checkpoint.size, root=checkpoint.root, note=vouched, time=time))
        except (Fork, Inconsistent) as error:
            if _may_contradict(head, checkpoint):
                self._store.keep_evidence(
                    checkpoint.origin, cosigned=head.note, refused=vouched, reason=str(error)
                )
            raise
        return time


def _check_extends(head: Head, checkpoint: Checkpoint, submission: Submission) -> None:
    if submission.old != head.size:
        raise StaleSize("another size was cosigned last", expected=head.size, computed=submission.old)
    if checkpoint.size == head.size and checkpoint.root != head.root:
        raise Fork(
            f"a fork: two checkpoints of {head.size} entries have different roots",
            expected=head.root,
            computed=checkpoint.root,
        )
    try:
        check_consistency(head.size, checkpoint.size, head.root, checkpoint.root, submission.proof)
    except BoardError as error:
        raise Inconsistent(
            f"not proved to extend the checkpoint of {head.size} entries: {error.message}",
            expected=error.expected,
            computed=error.computed,
        ) from error


def _may_contradict(head: Head, checkpoint: Checkpoint) -> bool:
    """Whether a refused checkpoint speaks against the log: anyone can add a false proof to a good one."""
    if checkpoint.size == head.size:
        return checkpoint.root != head.root
    return head.size > 0


def _time(latest: int, now: int) -> int:
    if latest - now > PATIENCE:
        raise WitnessClockWentBack(
            "the clock is behind the last cosignature", expected=f"at least {latest}", computed=now
        )
    return max(latest, now)
