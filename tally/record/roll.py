# SPDX-License-Identifier: AGPL-3.0-or-later
"""The roll: who may vote, as credentials with weights (docs/spec/record.md, "Roll").

Signed by the registrar. No names: whose credential it is only the registrar knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields, octets_text
from tally.record.base import Signed, check_same_election, read_signature
from tally.record.errors import RollExceedsCapacity, VoterCountMismatch, WeightMismatch
from tally.record.manifest import Manifest, read_election_id
from tally.record.voters import Voters, check_credentials, read_voters

LIMIT = 64 * 1024 * 1024  # bytes: a million voters


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll(Signed):
    """`voters` = ((credential, weight), …), strictly increasing by credential."""

    FORMAT: ClassVar[str] = "veritally/roll/1"
    election_id: str
    voters: Voters
    signature: bytes = b""

    @classmethod
    def of(cls, election_id: str, weights: Mapping[bytes, int]) -> "Roll":
        """Return the unsigned roll of these credentials and weights."""
        return cls(election_id=election_id, voters=tuple(sorted(weights.items())))

    @property
    def weight(self) -> int:
        """The total weight."""
        return sum(weight for _, weight in self.voters)

    def weights(self) -> dict[bytes, int]:
        """Return the weight of each credential."""
        return dict(self.voters)

    def check(self, manifest: Manifest) -> None:
        """Check election, the registrar's signature, and then capacity.

        Raises ForeignRecord, the CryptoErrors of a bad signature or RollExceedsCapacity. The credentials
        themselves are checked by `check_credentials`, which takes longer.
        """
        check_same_election(manifest.election_id, self.election_id)
        self.check_signature(manifest.registrar.key)
        capacity = manifest.parameters.roll_capacity
        if self.weight > capacity:
            raise RollExceedsCapacity("total weight", expected=f"at most {capacity}", computed=self.weight)

    def check_credentials(self) -> None:
        """Raise InvalidCredential for the first that is no safe Ed25519 key; up to 1 ms for each."""
        check_credentials(credential for credential, _ in self.voters)

    def unsigned_value(self) -> dict[str, Value]:
        """Return the roll as a JSON object without its signature."""
        return {
            "format": self.FORMAT,
            "election_id": self.election_id,
            "voters": [[octets_text(key), weight] for key, weight in self.voters],
            "count": len(self.voters),
            "weight": self.weight,
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> "Roll":
        """Return the roll of canonical bytes; raises the codec's errors or a RollError."""
        fields = Fields(parse(data, limit=LIMIT), "roll")
        fields.constant("format", cls.FORMAT)
        roll = cls(
            election_id=read_election_id(fields),
            voters=read_voters(fields, "voters", low=1),
            signature=read_signature(fields),
        )
        count, weight = fields.integer("count", 1), fields.integer("weight", 1)
        fields.done()
        if count != len(roll.voters):
            raise VoterCountMismatch("number of voters", expected=len(roll.voters), computed=count)
        if weight != roll.weight:
            raise WeightMismatch("total weight", expected=roll.weight, computed=weight)
        return roll


def weight_in(data: bytes, credential: bytes) -> int | None:
    """Return a credential's weight from the bytes of a roll that was checked; None if it is not on it.

    Quicker than to read it all: the form is canonical, and no other text in it can hold what is looked for.
    """
    start = b'["%s",' % octets_text(credential).encode("ascii")
    place = data.find(start)
    if place < 0:
        return None
    begin = place + len(start)
    return int(data[begin : data.index(b"]", begin)])
