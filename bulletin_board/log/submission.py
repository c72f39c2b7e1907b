# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a log sends to a witness, and what it gets back: a checkpoint with the proof that it extends the last.

Specification: docs/spec/board.md, "Witnesses"; C2SP tlog-witness, add-checkpoint. What a witness makes of a
submission is not known here; nor how the bytes travel.
"""

import re
from dataclasses import dataclass

from bulletin_board.codec import base64std
from bulletin_board.codec.canonical import MAX_INTEGER
from bulletin_board.errors import MalformedNote, MalformedSubmission, NotBase64
from bulletin_board.log import note
from bulletin_board.log.merkle import HASH_BYTES
from bulletin_board.log.note import Note, Signature

PATH = "add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
MAX_HASHES = 63
LIMIT = 4_096 + note.LIMIT  # bytes

_OLD = re.compile(rb"old (0|[1-9][0-9]{0,15})")
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,15})\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The bytes of a signed `checkpoint`, and the consistency `proof` from a tree of `old` entries to it."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def to_bytes(self) -> bytes:
        """Return the body of the request."""
        lines = [f"old {self.old}", *map(base64std.encode, self.proof)]
        return "".join(f"{line}\n" for line in lines).encode("ascii") + b"\n" + self.checkpoint

    @classmethod
    def from_bytes(cls, data: bytes) -> "Submission":
        """Return the submission whose bytes are exactly `data`, unverified.

        Raises MalformedSubmission or MalformedNote.
        """
        if len(data) > LIMIT:
            raise MalformedSubmission("too long", expected=f"at most {LIMIT} bytes", computed=len(data))
        head, separator, checkpoint = data.partition(b"\n\n")
        first, *lines = head.split(b"\n")
        matched = _OLD.fullmatch(first)
        if not separator or matched is None or int(matched[1]) > MAX_INTEGER:
            raise MalformedSubmission("a submission begins with the line of the old size")
        Note.from_bytes(checkpoint)  # its form only
        return cls(old=int(matched[1]), proof=_hashes(lines), checkpoint=checkpoint)


def parse_lines(data: bytes) -> tuple[Signature, ...]:
    """Return the signature lines that a witness answered with, unverified; raises MalformedSubmission."""
    try:
        found = Note.from_bytes(b"\n\n" + data)
    except MalformedNote as error:
        raise MalformedSubmission(f"not signature lines: {error.message}") from None
    if found.text != "\n":
        raise MalformedSubmission("an empty line among signature lines")
    return found.signatures


def parse_size(data: bytes) -> int:
    """Return the size in the answer of a witness that has seen another one; raises MalformedSubmission."""
    matched = _SIZE.fullmatch(data)
    if matched is None or int(matched[1]) > MAX_INTEGER:
        raise MalformedSubmission("not a size")
    return int(matched[1])


def _hashes(lines: list[bytes]) -> tuple[bytes, ...]:
    if len(lines) > MAX_HASHES:
        raise MalformedSubmission(
            "hashes of the proof", expected=f"at most {MAX_HASHES}", computed=len(lines)
        )
    try:
        hashes = tuple(base64std.decode(line.decode("ascii")) for line in lines)
    except (NotBase64, UnicodeDecodeError):
        raise MalformedSubmission("a hash of the proof is not base64") from None
    if any(len(found) != HASH_BYTES for found in hashes):
        raise MalformedSubmission("a hash of the proof is not 32 bytes")
    return hashes
