# SPDX-License-Identifier: AGPL-3.0-or-later
"""A roll in numbers: how many voters, how much weight, and weights so rare that they give votes away.

Who has a weight that few share can be recognised by how a total moves; nothing here refuses it.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from tally.record.roll import Roll

FEW = 5  # voters; a weight that fewer share is distinctive
_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RollSummary:
    """`rare` = ((weight, how many voters have it), …), heaviest first; `rare_weights` counts all of them."""

    voters: int
    weight: int
    sha256: str
    registrar: str  # the key that signed it, in hexadecimal
    rare_weights: int
    rare: tuple[tuple[int, int], ...]

    @property
    def rare_left(self) -> int:
        """How many distinctive weights are not listed."""
        return self.rare_weights - len(self.rare)

    def to_value(self) -> dict[str, object]:
        """Return the summary as a JSON object."""
        return asdict(self)

    @classmethod
    def of(cls, roll: Roll, registrar: bytes) -> "RollSummary":
        """Return the summary of a checked roll."""
        holders = Counter(weight for _, weight in roll.voters)
        rare = sorted(((weight, few) for weight, few in holders.items() if few < FEW), reverse=True)
        shown = rare if len(holders) > 1 else []
        return cls(
            voters=len(roll.voters),
            weight=roll.weight,
            sha256=hashlib.sha256(roll.to_bytes()).hexdigest(),
            registrar=registrar.hex(),
            rare_weights=len(shown),
            rare=tuple(shown[:_LISTED]),
        )

    @classmethod
    def from_value(cls, value: Mapping[str, object]) -> "RollSummary | None":
        """Return the summary that `to_value` gave; None of an empty object."""
        if not value:
            return None
        summary = cls(**value)  # type: ignore[arg-type]  # our own row
        return cls(**{**asdict(summary), "rare": tuple((weight, few) for weight, few in summary.rare)})
