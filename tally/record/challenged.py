# SPDX-License-Identifier: AGPL-3.0-or-later
"""A challenged ballot: a tracker that can never be cast (docs/spec/record.md, "Challenged ballot").

The ballot itself and its opening are never on the board.
"""

from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields, octets_text
from tally.record.base import KEY_BYTES, Signed, read_signature

LIMIT = 1_024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenged(Signed):
    """Signed by the credential that made the ballot with this tracker."""

    FORMAT: ClassVar[str] = "veritally/challenged/1"
    election: str
    credential: bytes
    tracker: str
    signature: bytes = b""

    def unsigned_value(self) -> dict[str, Value]:
        """Return the record as a JSON object without its signature."""
        return {
            "format": self.FORMAT,
            "election": self.election,
            "credential": octets_text(self.credential),
            "tracker": self.tracker,
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> "Challenged":
        """Return the record of canonical bytes; raises the codec's errors."""
        fields = Fields(parse(data, limit=LIMIT), "challenged")
        fields.constant("format", cls.FORMAT)
        record = cls(
            election=fields.digest("election"),
            credential=fields.octets("credential", KEY_BYTES),
            tracker=fields.digest("tracker"),
            signature=read_signature(fields),
        )
        fields.done()
        return record
