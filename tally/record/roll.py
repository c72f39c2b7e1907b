# SPDX-License-Identifier: AGPL-3.0-or-later
"""The roll: who may vote, as credentials with weights (docs/spec/record.md, "Roll").

Signed by the registrar. No names: whose credential it is only the registrar knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from bulletin_board.codec.base64url import decode
from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields, octets_text
from bulletin_board.errors import WrongType
from tally.crypto.ed25519 import check_public_key
from tally.crypto.errors import CryptoError
from tally.record.base import KEY_BYTES, Signed, check_same_election, read_signature
from tally.record.errors import (
    InvalidCredential,
    RepeatedVoter,
    RollExceedsCapacity,
    VoterCountMismatch,
    VotersNotSorted,
    WeightMismatch,
)
from tally.record.manifest import Manifest, read_election_id

LIMIT = 64 * 1024 * 1024  # bytes: a million voters


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll(Signed):
    """`voters` = ((credential, weight), …), strictly increasing by credential."""

    FORMAT: ClassVar[str] = "veritally/roll/1"
    election_id: str
    voters: tuple[tuple[bytes, int], ...]
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
        for index, (key, _) in enumerate(self.voters):
            try:
                check_public_key(key)
            except CryptoError as error:
                raise InvalidCredential(f"voter {index}: {error}", computed=key.hex()) from error

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
            voters=tuple(
                _read_voter(item, index) for index, item in enumerate(fields.items("voters", low=1))
            ),
            signature=read_signature(fields),
        )
        count, weight = fields.integer("count", 1), fields.integer("weight", 1)
        fields.done()
        _check_order(roll)
        if count != len(roll.voters):
            raise VoterCountMismatch("number of voters", expected=len(roll.voters), computed=count)
        if weight != roll.weight:
            raise WeightMismatch("total weight", expected=roll.weight, computed=weight)
        return roll


def _read_voter(item: Value, index: int) -> tuple[bytes, int]:
    # A million of these: no reader object for each.
    match item:
        case [str(key), int(weight)] if type(weight) is int and weight > 0:
            return decode(key, KEY_BYTES), weight
    raise WrongType(f"roll.voters[{index}]: another type", expected="[key, weight of at least 1]")


def _check_order(roll: Roll) -> None:
    for (left, _), (right, _) in pairwise(roll.voters):
        if left == right:
            raise RepeatedVoter("one credential twice", computed=left.hex())
        if left > right:
            raise VotersNotSorted("credentials are not in increasing order", computed=right.hex())
