# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key on its way to the board: the draft that trustees check, and each one's acknowledgement of it.

docs/trustees.md, "Taking over a share". A draft is the key record without its acknowledgements. What the
record means is said by `tally.record.key`; how a draft is made, by `tally.dealer`.
"""

from dataclasses import dataclass

from bulletin_board.codec.canonical import Value, encode, parse
from bulletin_board.codec.fields import Fields, octets_text
from bulletin_board.errors import WrongType
from tally.record.base import SIGNATURE_BYTES
from tally.record.key import LIMIT, KeyRecord
from tally.record.manifest import read_election_id
from tally.record.parties import MAX_TRUSTEES

ACKNOWLEDGEMENT_FORMAT = "veritally/key-acknowledgement/1"
ACKNOWLEDGEMENT_LIMIT = 1_024  # bytes


def draft_bytes(record: KeyRecord) -> bytes:
    """Return the canonical bytes of the record without its acknowledgements."""
    return encode(record.unacknowledged_value())


def read_draft(data: bytes, *, modulus_bits: int) -> KeyRecord:
    """Return the record of a draft, without acknowledgements.

    Raises the codec's errors or a KeyRecordError.
    """
    value = parse(data, limit=LIMIT)
    if not isinstance(value, dict):
        raise WrongType("key: another type", expected="object", computed=type(value).__name__)
    trustees = Fields(value, "key").integer("trustees", 1, MAX_TRUSTEES)
    nobody: list[Value] = [octets_text(bytes(SIGNATURE_BYTES))] * trustees
    if "acknowledgements" in value:
        raise WrongType("key.acknowledgements: a draft has none")
    whole = encode({**value, "acknowledgements": nobody})
    return KeyRecord.from_bytes(whole, modulus_bits=modulus_bits).with_acknowledgements(())


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAcknowledgement:
    """Trustee `trustee` (from 1) holds a share of the key that the draft with these bytes describes."""

    election_id: str
    trustee: int
    signature: bytes

    def to_bytes(self) -> bytes:
        """Return the canonical bytes, as handed in."""
        return encode(
            {
                "format": ACKNOWLEDGEMENT_FORMAT,
                "election_id": self.election_id,
                "trustee": self.trustee,
                "signature": octets_text(self.signature),
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "KeyAcknowledgement":
        """Return the acknowledgement of canonical bytes, its signature unchecked. Raises EncodingError."""
        fields = Fields(parse(data, limit=ACKNOWLEDGEMENT_LIMIT), "acknowledgement")
        fields.constant("format", ACKNOWLEDGEMENT_FORMAT)
        found = cls(
            election_id=read_election_id(fields),
            trustee=fields.integer("trustee", 1, MAX_TRUSTEES),
            signature=fields.octets("signature", SIGNATURE_BYTES),
        )
        fields.done()
        return found
