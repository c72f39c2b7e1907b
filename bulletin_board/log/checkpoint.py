# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checkpoints: the size and root of a log at one moment, as the text of a signed note.

Specification: docs/spec/board.md, "Checkpoints"; C2SP tlog-checkpoint. Those of our own boards have no
extension lines; those of other logs, which a witness reads, may. Witnesses' signatures are the business of
cosignature.py.
"""

import re
from dataclasses import dataclass

from bulletin_board.codec import base64std
from bulletin_board.codec.canonical import MAX_INTEGER
from bulletin_board.errors import BoardError, MalformedCheckpoint, NotSigned, WrongOrigin
from bulletin_board.log.keys import VerifierKey, check_name
from bulletin_board.log.note import Opened, open_note

ROOT_BYTES = 32

_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_LINES = 4  # origin, size, root, and nothing after the last newline


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The first `size` entries of the log `origin` have the root `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def to_text(self) -> str:
        """Return origin, size and base64 root, a line each."""
        return f"{self.origin}\n{self.size}\n{base64std.encode(self.root)}\n"

    @classmethod
    def from_text(cls, text: str) -> "Checkpoint":
        """Return the checkpoint whose text is exactly `text`; raises MalformedCheckpoint."""
        lines = text.split("\n")
        if len(lines) != _LINES or lines[-1]:
            raise MalformedCheckpoint("a checkpoint is three lines: origin, size, root")
        origin, size, root = lines[:3]
        return cls(origin=_origin(origin), size=_size(size), root=_root(root))

    @classmethod
    def from_any_log(cls, text: str) -> "Checkpoint":
        """Return the checkpoint in the `text` of whatever log, as C2SP tlog-checkpoint permits it.

        Its origin may be any text, and extension lines, which nobody here understands, may follow: who signs
        this checkpoint signs `text`, not `to_text`. Raises MalformedCheckpoint.
        """
        *lines, last = text.split("\n")
        if len(lines) < _LINES - 1 or "" in lines or last:
            raise MalformedCheckpoint("a checkpoint is three lines or more, none of them empty")
        origin, size, root = lines[:3]
        return cls(origin=origin, size=_size(size), root=_root(root))


def open_checkpoint(data: bytes, log: VerifierKey) -> Checkpoint:
    """Return the checkpoint in the note `data`, signed by `log`.

    Raises MalformedNote, BadSignature, NotSigned, MalformedCheckpoint, or WrongOrigin unless the origin is
    the name of the key.
    """
    return read_checkpoint(open_note(data, (log,)), log)


def read_checkpoint(opened: Opened, log: VerifierKey) -> Checkpoint:
    """Return the checkpoint of an opened note; raises as `open_checkpoint` does."""
    if not opened.is_signed_by(log):
        raise NotSigned("no signature by the log's key", expected=log.to_text())
    checkpoint = Checkpoint.from_text(opened.text)
    if checkpoint.origin != log.name:
        raise WrongOrigin("checkpoint of another log", expected=log.name, computed=checkpoint.origin)
    return checkpoint


def _origin(text: str) -> str:
    try:
        check_name(text)
    except BoardError as error:
        raise MalformedCheckpoint(f"origin: {error.message}") from None
    return text


def _size(text: str) -> int:
    if not _SIZE.fullmatch(text) or int(text) > MAX_INTEGER:
        raise MalformedCheckpoint("a checkpoint's size is a plain decimal number below 2^53")
    return int(text)


def _root(text: str) -> bytes:
    try:
        root = base64std.decode(text)
    except BoardError as error:
        raise MalformedCheckpoint(f"root: {error.message}") from None
    if len(root) != ROOT_BYTES:
        raise MalformedCheckpoint("root of another length", expected=ROOT_BYTES, computed=len(root))
    return root
