# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signed notes: a text, an empty line, and the signatures of those who vouch for it.

Specification: docs/spec/board.md, "Signed notes"; C2SP signed-note. A key that the reader does not know is no
reason to refuse a note; a signature by a known key that fails is. What the text says is not known here: see
checkpoint.py.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bulletin_board.codec import base64std
from bulletin_board.errors import BoardError, MalformedKey, MalformedNote
from bulletin_board.log.keys import ED25519, KEY_BYTES, KEY_ID_BYTES, VerifierKey, check_name

LIMIT = 65_536  # bytes
MAX_SIGNATURES = 64

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")  # as C2SP signed-note has it; DEL is none of them
# Strangers may sign under names that no key of ours could have. A list of its own: which characters are white
# space, or printable, must not depend on the Unicode version of whoever reads.
_SIGNER = re.compile("[^+\x09-\x0d\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line: who says to have signed (a name and a key id of 4 bytes), and the signature."""

    name: str
    key_id: bytes
    signature: bytes

    def to_text(self) -> str:
        """Return "— name base64(key id ‖ signature)" and a newline."""
        return f"— {self.name} {base64std.encode(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text that ends with a newline, and one signature or more; nothing is verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    def to_bytes(self) -> bytes:
        """Return the text, an empty line, and the signature lines."""
        return (self.text + "\n" + "".join(line.to_text() for line in self.signatures)).encode("utf-8")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Note":
        """Return the note whose bytes are exactly `data`; raises MalformedNote."""
        decoded = _decode(data)
        end = decoded.rfind("\n\n")  # the last empty line: the text may hold others
        if end < 0 or not decoded.endswith("\n"):
            raise MalformedNote("a note is a text, an empty line and signature lines")
        lines = decoded[end + 2 :].split("\n")[:-1]
        if not 0 < len(lines) <= MAX_SIGNATURES:
            raise MalformedNote("signature lines", expected=f"1..{MAX_SIGNATURES}", computed=len(lines))
        return cls(text=decoded[: end + 1], signatures=tuple(_signature(line) for line in lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A signature that verified, and under which of the known keys."""

    key: VerifierKey
    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A note's text, and every signature on it by a known key; each of these verified."""

    text: str
    verified: tuple[Verified, ...]

    def is_signed_by(self, key: VerifierKey) -> bool:
        """Say whether `key` signed the text."""
        return any(found.key == key for found in self.verified)


@dataclass(frozen=True, slots=True)
class Signer:
    """An Ed25519 key (type 0x01) that signs notes under a name; `seed` is 32 secret bytes."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.seed) != KEY_BYTES:
            raise MalformedKey("seed of another length", expected=KEY_BYTES, computed=len(self.seed))

    @property
    def verifier_key(self) -> VerifierKey:
        """The public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(name=self.name, type=ED25519, key=public)

    def sign(self, text: str) -> Signature:
        """Return the signature of `text`, its last newline included."""
        check_text(text)
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode("utf-8"))
        return Signature(name=self.name, key_id=self.verifier_key.key_id, signature=signature)


def sign_note(text: str, *signers: Signer) -> bytes:
    """Return the bytes of `text`, signed by each signer in turn; raises MalformedNote for an unfit text."""
    return Note(text=text, signatures=tuple(signer.sign(text) for signer in signers)).to_bytes()


def open_note(data: bytes, known: Iterable[VerifierKey]) -> Opened:
    """Return the text of a note and which known keys signed it.

    Raises MalformedNote, or BadSignature if any signature by a known key fails, however many others are
    good. An empty `verified` is for the caller to judge.
    """
    note = Note.from_bytes(data)
    by_id = {(key.name, key.key_id): key for key in known}
    verified = []
    for signature in note.signatures:
        key = by_id.get((signature.name, signature.key_id))
        if key is not None:
            key.verify(note.text, signature.signature)
            verified.append(Verified(key=key, signature=signature))
    return Opened(text=note.text, verified=tuple(verified))


def check_text(text: str) -> None:
    """Raise MalformedNote unless `text` ends with a newline and holds no other control character."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise MalformedNote("a note's text ends with a newline and holds no other control character")


def _decode(data: bytes) -> str:
    if len(data) > LIMIT:
        raise MalformedNote("note too long", expected=f"at most {LIMIT}", computed=len(data))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedNote(f"not UTF-8 at byte {error.start}") from None
    if _CONTROL.search(text):
        raise MalformedNote("a note holds no control character but newlines")
    return text


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—":
        raise MalformedNote("a signature line begins with an em dash and a space")
    if not _SIGNER.fullmatch(name):
        raise MalformedNote("the name in a signature line is empty, or holds white space or a plus sign")
    try:
        data = base64std.decode(encoded)
    except BoardError as error:
        raise MalformedNote(f"signature line: {error.message}") from None
    if len(data) <= KEY_ID_BYTES:
        raise MalformedNote("a signature line holds a key id and a signature")
    return Signature(name=name, key_id=data[:KEY_ID_BYTES], signature=data[KEY_ID_BYTES:])
