# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verifier keys of signed notes, as text (name+keyid+base64(type ‖ public key)) and in use.

Specification: docs/spec/board.md, "Keys"; C2SP signed-note and tlog-cosignature. Known types: 0x01 Ed25519
and 0x04 timestamped Ed25519 cosignature. Of any other, such as 0x06 ML-DSA-44, only the form is known: see
`OtherKey`. Who may hold which key is policy and not decided here.
"""

import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bulletin_board.codec import base64std
from bulletin_board.codec.characters import FORBIDDEN_IN_NAMES
from bulletin_board.errors import BadSignature, MalformedKey, NotBase64, UnsupportedKey, WeakKey

ED25519 = 0x01
COSIGNATURE = 0x04

KEY_BYTES = 32
KEY_ID_BYTES = 4
TIME_BYTES = 8
NAME_LIMIT = 255  # characters
MAX_TIME = 2**63 - 1  # s since 1970, that a cosignature may state
_TEXT_LIMIT = NAME_LIMIT + 4_096  # characters: keys of other types are longer; ML-DSA-44's has 1,312 bytes

_FIELD_PRIME = 2**255 - 19
_ORDER_8_Y = (
    2707385501144840649318225287225658788936804267575313519463743609750303402022  # a root of d·y⁴ + 2y² = 1
)
# The y coordinates of the eight points of small order: of order 4, 1, 2, and 8 (twice).
_SMALL_ORDER_Y = frozenset({0, 1, _FIELD_PRIME - 1, _ORDER_8_Y, _FIELD_PRIME - _ORDER_8_Y})
_KEY_ID = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A name and a public key of 32 bytes; making one raises MalformedKey, UnsupportedKey or WeakKey."""

    name: str
    type: int
    key: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.type not in {ED25519, COSIGNATURE}:
            raise UnsupportedKey("key type not known", expected="0x01 or 0x04", computed=self.type)
        if len(self.key) != KEY_BYTES:
            raise MalformedKey("key of another length", expected=KEY_BYTES, computed=len(self.key))
        # RFC 8032, section 5.1.2: y, and in the top bit the sign of x.
        y = int.from_bytes(self.key, "little") & (2**255 - 1)
        if y >= _FIELD_PRIME or y in _SMALL_ORDER_Y:
            raise WeakKey("Ed25519 key of small order, or not canonical")

    @property
    def key_id(self) -> bytes:
        """SHA-256(name ‖ 0x0A ‖ type ‖ key), its first four bytes: a hint that signatures carry."""
        hashed = hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.key)
        return hashed.digest()[:KEY_ID_BYTES]

    def verify(self, text: str, signature: bytes) -> None:
        """Raise BadSignature unless `signature` (what follows the key id) vouches for a note's `text`."""
        message = text.encode("utf-8")
        if self.type == COSIGNATURE:
            time, signature = int.from_bytes(signature[:TIME_BYTES], "big"), signature[TIME_BYTES:]
            if time > MAX_TIME:
                raise BadSignature("time of a cosignature", expected=f"at most {MAX_TIME}", computed=time)
            message = cosigned_message(text, time)
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise BadSignature(f"signature of {self.name} does not verify") from None

    def to_text(self) -> str:
        """Return name+keyid+base64(type ‖ key)."""
        return f"{self.name}+{self.key_id.hex()}+{base64std.encode(bytes([self.type]) + self.key)}"

    @classmethod
    def from_text(cls, text: str) -> "VerifierKey":
        """Return the key that `text` names; raises MalformedKey, UnsupportedKey or WeakKey."""
        name, key_id, data = _parts(text)
        found = cls(name=name, type=data[0], key=data[1:])
        if found.key_id.hex() != key_id:
            raise MalformedKey("key id of another key", expected=found.key_id.hex(), computed=key_id)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherKey:
    """A key of a type that is not known here: nothing signed with it can be verified.

    How its key id is made is not known either.
    """

    name: str
    key: bytes
    text: str

    @classmethod
    def from_text(cls, text: str) -> "OtherKey":
        """Return the key that `text` names; raises MalformedKey. Its type is not one of VerifierKey's."""
        name, _, data = _parts(text)
        check_name(name)
        return cls(name=name, key=data[1:], text=text)


def check_name(name: str) -> None:
    """Raise MalformedKey unless `name` is 1..255 printable characters without white space or plus sign."""
    if not 0 < len(name) <= NAME_LIMIT:
        raise MalformedKey("key name of another length", expected=f"1..{NAME_LIMIT}", computed=len(name))
    if FORBIDDEN_IN_NAMES.search(name):
        raise MalformedKey("a key name holds no white space, control character or plus sign")


def cosigned_message(text: str, time: int) -> bytes:
    """Return what a witness signs at `time` (seconds since 1970): C2SP tlog-cosignature, "Message"."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _parts(text: str) -> tuple[str, str, bytes]:
    """The name, the key id, and type ‖ key, of which there is at least the type; raises MalformedKey."""
    if len(text) > _TEXT_LIMIT:
        raise MalformedKey("verifier key too long", expected=f"at most {_TEXT_LIMIT}", computed=len(text))
    # base64 may hold a plus sign; the name and the key id may not.
    name, separator, rest = text.partition("+")
    key_id, second, encoded = rest.partition("+")
    if not separator or not second or not _KEY_ID.fullmatch(key_id):
        raise MalformedKey("a verifier key is name+keyid+key")
    try:
        data = base64std.decode(encoded)
    except NotBase64 as error:
        raise MalformedKey(f"verifier key: {error.message}") from None
    if not data:
        raise MalformedKey("a verifier key is name+keyid+key")
    return name, key_id, data
