# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trustee's card: name and public keys, signed by the trustee's own key (docs/trustees.md, "Your card").

It goes into the manifest, and to whoever deals the key. The signature shows that the card is in one piece,
not whose it is: that is what reading the fingerprint aloud is for.
"""

import hashlib
from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields, octets_text
from tally.crypto.errors import CryptoError
from tally.record.base import KEY_BYTES, Signed, read_signature
from tally.record.parties import NAME_LIMIT, Trustee
from tally.station.errors import CardRefused

LIMIT = 4_096  # bytes
_GROUP = 4
_GROUPS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Card(Signed):
    """What others need to know of one trustee."""

    FORMAT: ClassVar[str] = "veritally/trustee-card/1"
    name: str
    signing_key: bytes
    encryption_key: bytes
    signature: bytes = b""

    @property
    def trustee(self) -> Trustee:
        """The same as it stands in a manifest."""
        return Trustee(name=self.name, signing_key=self.signing_key, encryption_key=self.encryption_key)

    @property
    def fingerprint(self) -> str:
        """128 bits of the hash of both keys, in groups of four, to be read aloud."""
        digest = hashlib.sha256(
            b"veritally/trustee-card/1\n" + self.signing_key + self.encryption_key
        ).hexdigest()
        return " ".join(digest[_GROUP * i : _GROUP * (i + 1)] for i in range(_GROUPS))

    def unsigned_value(self) -> dict[str, Value]:
        """Return the card as a JSON object without its signature."""
        return {
            "format": self.FORMAT,
            "name": self.name,
            "signing_key": octets_text(self.signing_key),
            "encryption_key": octets_text(self.encryption_key),
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> "Card":
        """Return the card of canonical bytes; raises the codec's errors, or CardRefused."""
        fields = Fields(parse(data, limit=LIMIT), "card")
        fields.constant("format", cls.FORMAT)
        card = cls(
            name=fields.text("name", limit=NAME_LIMIT),
            signing_key=fields.octets("signing_key", KEY_BYTES),
            encryption_key=fields.octets("encryption_key", KEY_BYTES),
            signature=read_signature(fields),
        )
        fields.done()
        try:
            card.check_signature(card.signing_key)
        except CryptoError as error:
            raise CardRefused(f"the card of {card.name}: {error}") from error
        return card
