# SPDX-License-Identifier: AGPL-3.0-or-later
"""One plaintext that will be decrypted: tallies of a contest, shifted and added (docs/spec/record.md,
"Manifest").

T = Π T_x^{2^shift}. Which tallies share one plaintext is decided by `tally.contests.counters.pack`.
"""

from dataclasses import dataclass

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields
from tally.contests.program import MAX_BRANCHES
from tally.record.terms import MAX_MODULUS_BITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """`terms` = ((variable index, shift in bits), …) of the contest with this id."""

    contest: str
    terms: tuple[tuple[int, int], ...]

    def to_value(self) -> dict[str, Value]:
        """Return the part as a JSON object."""
        return {"contest": self.contest, "terms": [[variable, shift] for variable, shift in self.terms]}

    @classmethod
    def read(cls, fields: Fields) -> "Aggregate":
        """Return the part from the reader of its object; raises the codec's errors."""
        rows = fields.items("terms", low=1, high=MAX_BRANCHES)
        part = cls(
            contest=fields.identifier("contest"),
            terms=tuple(_read_term(row, f"{fields.path('terms')}[{i}]") for i, row in enumerate(rows)),
        )
        fields.done()
        return part


def _read_term(value: Value, name: str) -> tuple[int, int]:
    variable, shift = Fields({"term": value}, name).items("term", low=2, high=2)
    fields = Fields({"variable": variable, "shift": shift}, name)
    return fields.integer("variable", 0, MAX_BRANCHES), fields.integer("shift", 0, MAX_MODULUS_BITS)
