# SPDX-License-Identifier: AGPL-3.0-or-later
"""The counted set: how many ballots, their weight, and a hash of which (docs/spec/record.md, "Counted set").

Which ballots count is decided in `tally.count`.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields

_TAG = b"veritally/counted/1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`ballots` and their total `weight`; `hash` covers their trackers in board order."""

    ballots: int
    weight: int
    hash: str

    def __str__(self) -> str:
        return f"{self.ballots} ballots, weight {self.weight}, {self.hash}"

    def to_value(self) -> dict[str, Value]:
        """Return the part as a JSON object."""
        return {"ballots": self.ballots, "weight": self.weight, "hash": self.hash}

    @classmethod
    def read(cls, fields: Fields) -> "Counted":
        """Return the part from the reader of its object; raises the codec's errors."""
        part = cls(
            ballots=fields.integer("ballots", 0),
            weight=fields.integer("weight", 0),
            hash=fields.digest("hash"),
        )
        fields.done()
        return part


def counted_hash(trackers: Iterable[str]) -> str:
    """Return SHA-256(tag ‖ trackers as 32 bytes each, in board order), in hexadecimal."""
    digest = hashlib.sha256(_TAG)
    for tracker in trackers:
        digest.update(bytes.fromhex(tracker))
    return digest.hexdigest()
