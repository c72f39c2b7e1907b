# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trustee's share of an election's key, and the sealed file in which it travels (docs/trustees.md).

The secret exponent is held as bytes that no `repr` shows. Whether it is the share that the public
verification key commits to is checked in accepting.py.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bulletin_board.codec.canonical import Value, encode, parse
from bulletin_board.codec.fields import Fields, octets_text
from bulletin_board.errors import EncodingError
from tally.crypto import sealed
from tally.record.manifest import read_election_id
from tally.record.parties import MAX_TRUSTEES
from tally.station.errors import ShareRefused

FORMAT = "veritally/trustee-share/1"
FILE_LIMIT = 16_384  # bytes
MAX_SECRET = 4_096  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A trustee's share of one election's key; `key_sha256` is the hash of the draft it belongs to."""

    election_id: str
    trustee: int
    key_sha256: str
    secret: bytes = field(repr=False)  # s_i, big-endian

    @property
    def exponent(self) -> int:
        """s_i."""
        return int.from_bytes(self.secret, "big")

    def to_value(self) -> dict[str, Value]:
        """Return the share as a JSON object, to be sealed and never to be written otherwise."""
        return {
            "format": FORMAT,
            "election_id": self.election_id,
            "trustee": self.trustee,
            "key_sha256": self.key_sha256,
            "bytes": len(self.secret),
            "secret": octets_text(self.secret),
        }

    @classmethod
    def read(cls, fields: Fields) -> "Share":
        """Return the share from the reader of its object; raises the codec's errors."""
        fields.constant("format", FORMAT)
        share = cls(
            election_id=read_election_id(fields),
            trustee=fields.integer("trustee", 1, MAX_TRUSTEES),
            key_sha256=fields.digest("key_sha256"),
            secret=fields.octets("secret", fields.integer("bytes", 1, MAX_SECRET)),
        )
        fields.done()
        return share

    def is_same(self, other: "Share") -> bool:
        """Whether two shares agree in everything, in constant time."""
        return hmac.compare_digest(encode(self.to_value()), encode(other.to_value()))


def seal(
    share: Share, encryption_key: bytes, *, entropy: Callable[[int], bytes] = secrets.token_bytes
) -> bytes:
    """Return the share sealed to a trustee's X25519 key. Raises BadEncryptionKey."""
    context = _context(share.election_id, share.trustee)
    return sealed.seal_to_key(encode(share.to_value()), encryption_key, context=context, entropy=entropy)


def unseal(container: bytes, decryption_key: bytes, *, election_id: str, trustee: int) -> Share:
    """Return the share in a file for this trustee of this election.

    Raises ShareRefused, and what `sealed.open_with_key` raises.
    """
    context = _context(election_id, trustee)
    plaintext = sealed.open_with_key(container, decryption_key, context=context)
    try:
        share = Share.read(Fields(parse(plaintext, limit=FILE_LIMIT), "share"))
    except EncodingError as error:
        # The codec's errors name fields and lengths, never the contents of a field.
        raise ShareRefused(f"the file does not hold a share: {error.message}") from None
    if (share.election_id, share.trustee) != (election_id, trustee):
        raise ShareRefused(
            "a share of another trustee or election",
            expected=(election_id, trustee),
            computed=(share.election_id, share.trustee),
        )
    return share


def _context(election_id: str, trustee: int) -> str:
    return f"{FORMAT} {election_id} {trustee}"
