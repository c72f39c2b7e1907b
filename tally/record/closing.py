# SPDX-License-Identifier: AGPL-3.0-or-later
"""The closing entry: no ballot counts after it (docs/spec/record.md, "Closing").

It fixes the counted set before any trustee decrypts. Everybody recomputes what it says.
"""

from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields
from tally.record.base import Record
from tally.record.counted import Counted

LIMIT = 1_024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing(Record):
    """`ballots` and `challenged` are numbers of entries on the board, superseded ballots included."""

    FORMAT: ClassVar[str] = "veritally/close/1"
    election: str
    ballots: int
    challenged: int
    counted: Counted

    def to_value(self) -> dict[str, Value]:
        """Return the record as a JSON object."""
        return {
            "format": self.FORMAT,
            "election": self.election,
            "ballots": self.ballots,
            "challenged": self.challenged,
            "counted": self.counted.to_value(),
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> "Closing":
        """Return the record of canonical bytes; raises the codec's errors."""
        fields = Fields(parse(data, limit=LIMIT), "close")
        fields.constant("format", cls.FORMAT)
        record = cls(
            election=fields.digest("election"),
            ballots=fields.integer("ballots", 0),
            challenged=fields.integer("challenged", 0),
            counted=Counted.read(fields.object("counted")),
        )
        fields.done()
        return record
