# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trustee's word that it saw this closing head and this set (docs/spec/record.md, "Acknowledgement").

A message between stations; its signature stands again in every share. How many are needed is decided by
whoever decrypts.
"""

from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields
from tally.record.base import Signed, read_signature
from tally.record.head import Head
from tally.record.parties import MAX_TRUSTEES

LIMIT = 1_024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement(Signed):
    """`trustee` counts from 1; `counted` is the hash of the counted set."""

    FORMAT: ClassVar[str] = "veritally/acknowledgement/1"
    election: str
    trustee: int
    head: Head
    counted: str
    signature: bytes = b""

    def unsigned_value(self) -> dict[str, Value]:
        """Return the record as a JSON object without its signature."""
        return {
            "format": self.FORMAT,
            "election": self.election,
            "trustee": self.trustee,
            "head": self.head.to_value(),
            "counted": self.counted,
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> "Acknowledgement":
        """Return the record of canonical bytes; raises the codec's errors."""
        fields = Fields(parse(data, limit=LIMIT), "acknowledgement")
        fields.constant("format", cls.FORMAT)
        record = cls(
            election=fields.digest("election"),
            trustee=fields.integer("trustee", 1, MAX_TRUSTEES),
            head=Head.read(fields.object("head")),
            counted=fields.digest("counted"),
            signature=read_signature(fields),
        )
        fields.done()
        return record
