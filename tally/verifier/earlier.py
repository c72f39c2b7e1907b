# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept of a verification for a later one to rest on (docs/spec/verification.md, "Since").

The file says "I have judged the proofs under this checkpoint". Nothing but its owner's disk protects it.
"""

from dataclasses import dataclass
from datetime import datetime

from bulletin_board.codec import base64std, canonical, times
from bulletin_board.codec.fields import Fields
from bulletin_board.errors import BoardError
from bulletin_board.log import note
from bulletin_board.log.checkpoint import Checkpoint
from tally.verifier.errors import UnusableState

FORMAT = "veritally/verified/2"
LIMIT = 2 * note.LIMIT  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What an earlier verification found good: the proofs of all ballots under its checkpoint.

    `trusted_on_first_use` says that nobody brought the fingerprint; `program` is the program that judged,
    `compact` whether it used no cache, `made` when it began.
    """

    fingerprint: str
    trusted_on_first_use: bool
    program: str
    compact: bool
    made: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A signed checkpoint seen before, as bytes of a note; `judged` is None for a bare checkpoint."""

    note: bytes
    judged: Judged | None

    @property
    def head(self) -> Checkpoint:
        """What the checkpoint says, unverified. Raises MalformedNote or MalformedCheckpoint."""
        return Checkpoint.from_text(note.Note.from_bytes(self.note).text)

    def to_bytes(self) -> bytes:
        """Return the file: canonical JSON and a newline, or the bare checkpoint."""
        if self.judged is None:
            return self.note
        value: canonical.Value = {
            "format": FORMAT,
            "fingerprint": self.judged.fingerprint,
            "trusted_on_first_use": self.judged.trusted_on_first_use,
            "program": self.judged.program,
            "compact": self.judged.compact,
            "made": times.encode(self.judged.made),
            "checkpoint": base64std.encode(self.note),
        }
        return canonical.encode(value) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> "Earlier":
        """Return what a file holds: a state, or a signed checkpoint. Raises UnusableState."""
        try:
            found = _read_state(data) if data.startswith(b"{") else cls(note=data, judged=None)
            _ = found.head  # is one
        except BoardError as error:
            raise UnusableState(f"neither a saved state nor a signed checkpoint: {error}") from error
        return found

    def check_usable(self, *, fingerprint: str | None, program: str, compact: bool) -> None:
        """Raise UnusableState if the earlier judgements do not stand for those that are wanted now."""
        if self.judged is None:
            return
        if fingerprint not in {None, self.judged.fingerprint}:
            raise UnusableState(
                "it is of another election", expected=fingerprint, computed=self.judged.fingerprint
            )
        if self.judged.program != program:
            raise UnusableState(
                "another version of this program made it: verify in full",
                expected=program,
                computed=self.judged.program,
            )
        if compact and not self.judged.compact:
            raise UnusableState("it was made with the cache of commitments, and --full asks for none")


def _read_state(data: bytes) -> Earlier:
    fields = Fields(canonical.parse(data.removesuffix(b"\n"), limit=LIMIT), "state")
    fields.constant("format", FORMAT)
    judged = Judged(
        fingerprint=fields.digest("fingerprint"),
        trusted_on_first_use=fields.boolean("trusted_on_first_use"),
        program=fields.text("program"),
        compact=fields.boolean("compact"),
        made=fields.time("made"),
    )
    checkpoint = base64std.decode(fields.text("checkpoint", limit=LIMIT))
    fields.done()
    return Earlier(note=checkpoint, judged=judged)
