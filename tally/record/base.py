# SPDX-License-Identifier: AGPL-3.0-or-later
"""What all records share: canonical bytes, their hash, a signature (docs/spec/record.md, "Signatures").

Who may sign what is said by each record.
"""

import hashlib
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import ClassVar, Self

from bulletin_board.codec.canonical import Value, encode
from bulletin_board.codec.fields import Fields, octets_text
from tally.crypto import ed25519
from tally.record.errors import ForeignRecord, NotSigned

KEY_BYTES = ed25519.KEY_BYTES
SIGNATURE_BYTES = ed25519.SIGNATURE_BYTES


class Record(ABC):
    """One payload of the board; `FORMAT` names its kind and version."""

    __slots__ = ()
    FORMAT: ClassVar[str]

    @abstractmethod
    def to_value(self) -> dict[str, Value]:
        """Return the record as a JSON object."""

    def to_bytes(self) -> bytes:
        """Return the canonical bytes, as published."""
        return encode(self.to_value())

    @property
    def payload_sha256(self) -> str:
        """SHA-256 of the published bytes, as the board's envelope names it."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


class Signed(Record):
    """A record that ends in an Ed25519 signature over everything else in it."""

    __slots__ = ()
    signature: bytes  # b"" until signed

    @abstractmethod
    def unsigned_value(self) -> dict[str, Value]:
        """Return the record as a JSON object without its signature."""

    def unsigned_bytes(self) -> bytes:
        """Return the canonical bytes without the signature."""
        return encode(self.unsigned_value())

    def digest(self) -> bytes:
        """Return SHA-256 of the unsigned bytes."""
        return hashlib.sha256(self.unsigned_bytes()).digest()

    def to_value(self) -> dict[str, Value]:
        """Return the record as a JSON object; raises NotSigned."""
        if len(self.signature) != SIGNATURE_BYTES:
            raise NotSigned("not signed yet", expected=SIGNATURE_BYTES, computed=len(self.signature))
        return {**self.unsigned_value(), "signature": octets_text(self.signature)}

    def sign(self, seed: bytes) -> Self:
        """Return the record signed with an Ed25519 seed."""
        signature = ed25519.sign(seed, self._message())
        return replace(self, signature=signature)  # type: ignore[type-var]  # every record is a dataclass

    def check_signature(self, key: bytes, *, checked: bool = False) -> None:
        """Check the signature under `key`; `checked` says that the key itself was checked before.

        Raises the CryptoErrors of `tally.crypto.ed25519.verify`.
        """
        ed25519.verify(key, self._message(), self.signature, checked=checked)

    def _message(self) -> bytes:
        return ed25519.signing_message(self.FORMAT, self.digest())


def read_signature(fields: Fields) -> bytes:
    """Return the 64 bytes of the field "signature"."""
    return fields.octets("signature", SIGNATURE_BYTES)


def check_same_election(expected: str, computed: str) -> None:
    """Raise ForeignRecord unless two identifiers or fingerprints of elections are equal."""
    if computed != expected:
        raise ForeignRecord("a record of another election", expected=expected, computed=computed)
