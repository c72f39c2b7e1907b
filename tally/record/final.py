# SPDX-License-Identifier: AGPL-3.0-or-later
"""The final entry: the voting data ends here (docs/spec/record.md, "Final").

It fixes the one result.
"""

from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields
from tally.record.base import Record

LIMIT = 1_024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Final(Record):
    """`result` is the SHA-256 of the payload of the result entry."""

    FORMAT: ClassVar[str] = "veritally/final/1"
    election: str
    result: str

    def to_value(self) -> dict[str, Value]:
        """Return the record as a JSON object."""
        return {"format": self.FORMAT, "election": self.election, "result": self.result}

    @classmethod
    def from_bytes(cls, data: bytes) -> "Final":
        """Return the record of canonical bytes; raises the codec's errors."""
        fields = Fields(parse(data, limit=LIMIT), "final")
        fields.constant("format", cls.FORMAT)
        record = cls(election=fields.digest("election"), result=fields.digest("result"))
        fields.done()
        return record
