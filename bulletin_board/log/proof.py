# SPDX-License-Identifier: AGPL-3.0-or-later
"""A proof that stands alone: this entry is in that log, under a checkpoint that the log signed.

Specification: docs/spec/board.md, "Receipts"; C2SP tlog-proof. The voter's receipt is one. It proves nothing
about what the entry means.
"""

import re
from dataclasses import dataclass

from bulletin_board.codec import base64std
from bulletin_board.codec.canonical import MAX_INTEGER
from bulletin_board.errors import MalformedProof, NotBase64
from bulletin_board.log import merkle, note
from bulletin_board.log.checkpoint import Checkpoint, open_checkpoint
from bulletin_board.log.keys import VerifierKey

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63
LIMIT = 8_192 + note.LIMIT  # bytes

_EXTRA = "extra "
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """Entry `index`, its sibling `hashes` from leaf to root, and the bytes of a signed `checkpoint`.

    `extra` is whatever somebody added, None for nothing, which is all that we write: it proves nothing.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def to_bytes(self) -> bytes:
        """Return the text form."""
        extra = [] if self.extra is None else [_EXTRA + base64std.encode(self.extra)]
        lines = [HEADER, *extra, f"index {self.index}", *map(base64std.encode, self.hashes)]
        return "".join(f"{line}\n" for line in lines).encode("ascii") + b"\n" + self.checkpoint

    @classmethod
    def from_bytes(cls, data: bytes) -> "InclusionProof":
        """Return the proof whose bytes are exactly `data`, unverified; raises a LogError."""
        if len(data) > LIMIT:
            raise MalformedProof("proof too long", expected=f"at most {LIMIT}", computed=len(data))
        head, separator, checkpoint = data.partition(b"\n\n")
        header, *lines = _decode(head).split("\n")
        extra = _extra(lines.pop(0)) if lines and lines[0].startswith(_EXTRA) else None
        if not separator or header != HEADER or not lines:
            raise MalformedProof("not a tlog-proof")
        note.Note.from_bytes(checkpoint)  # its form only; `check_proof` verifies
        return cls(index=_index(lines[0]), hashes=_hashes(lines[1:]), checkpoint=checkpoint, extra=extra)


def check_proof(proof: InclusionProof, entry: bytes, log: VerifierKey) -> Checkpoint:
    """Return the checkpoint, signed by `log`, that `entry` (an envelope's bytes) is proved to be under.

    Raises what `open_checkpoint` and `check_inclusion` raise.
    """
    checkpoint = open_checkpoint(proof.checkpoint, log)
    leaf = merkle.leaf_hash(entry)
    merkle.check_inclusion(proof.index, checkpoint.size, leaf, proof.hashes, checkpoint.root)
    return checkpoint


def _decode(head: bytes) -> str:
    try:
        return head.decode("ascii")
    except UnicodeDecodeError:
        raise MalformedProof("not a tlog-proof") from None


def _extra(line: str) -> bytes:
    try:
        return base64std.decode(line.removeprefix(_EXTRA))
    except NotBase64 as error:
        raise MalformedProof(f"extra line: {error.message}") from None


def _index(line: str) -> int:
    matched = _INDEX.fullmatch(line)
    if matched is None or int(matched[1]) > MAX_INTEGER:
        raise MalformedProof("a proof's line before the hashes is its index")
    return int(matched[1])


def _hashes(lines: list[str]) -> tuple[bytes, ...]:
    if len(lines) > MAX_HASHES:
        raise MalformedProof("too many hashes", expected=f"at most {MAX_HASHES}", computed=len(lines))
    try:
        hashes = tuple(map(base64std.decode, lines))
    except NotBase64 as error:
        raise MalformedProof(f"proof hash: {error.message}") from None
    if any(len(found) != merkle.HASH_BYTES for found in hashes):
        raise MalformedProof("a proof hash is not 32 bytes")
    return hashes
