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
from bulletin_board.witness.store import Head, Store

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
        checkpoint = self._opened(submission.checkpoint)
        if submission.old > checkpoint.size:
            raise OldAboveNew(
                "the old size is above the new one", expected=checkpoint.size, computed=submission.old
            )
        try:
            time = self._record(checkpoint, submission, now)
        except (Fork, Inconsistent) as error:
            self._keep(checkpoint.origin, submission.checkpoint, error)
            raise
        return self._cosigner.cosign(checkpoint, time=time).to_text().encode("utf-8")

    def _opened(self, data: bytes) -> Checkpoint:
        text = Note.from_bytes(data).text
        checkpoint = Checkpoint.from_text(text)
        keys = self._store.keys_of(checkpoint.origin)
        if not keys:
            raise UnknownLog("this witness does not watch that log", computed=checkpoint.origin)
        try:
            verified = open_note(data, keys).verified
        except BadSignature as error:
            raise NotVouchedFor(error.message) from None
        if not verified:
            raise NotVouchedFor("no signature by a key that is trusted for this log")
        return checkpoint

    def _record(self, checkpoint: Checkpoint, submission: Submission, now: int) -> int:
        """Check and update in one step; return the time to be signed."""
        with self._store.updating(checkpoint.origin) as update:
            _check_extends(update.head, checkpoint, submission)
            time = _time(update.latest_time, now)
            note = submission.checkpoint
            update.write(Head(size=checkpoint.size, root=checkpoint.root, note=note, time=time))
        return time

    def _keep(self, origin: str, refused: bytes, error: Fork | Inconsistent) -> None:
        cosigned = self._store.head(origin).note
        self._store.keep_evidence(origin, cosigned=cosigned, refused=refused, reason=str(error))


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


def _time(latest: int, now: int) -> int:
    if latest - now > PATIENCE:
        raise WitnessClockWentBack(
            "the clock is behind the last cosignature", expected=f"at least {latest}", computed=now
        )
    return max(latest, now)
