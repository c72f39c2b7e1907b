# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a contest's counters amount to (docs/spec/contests.md, "Results").

The value that stands in the result entry of the board. Who wins is decided in outcome.py, what the counters
mean in the file of each kind.
"""

from dataclasses import dataclass

from bulletin_board.codec import canonical
from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields

MAX_ROWS = 65_536  # totals or extras of one contest; a pairwise matrix is the longest list there is


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestResult:
    """`totals` = ((option id, total), …) in option order; `extras` = ((name, number), …) of the kind.

    `winners` are decided, best first (equal totals in option order). `tied` are equals between whom the
    totals do not decide; whatever stands below them is undecided too.
    """

    totals: tuple[tuple[str, int], ...]
    extras: tuple[tuple[str, int], ...]
    winners: tuple[str, ...]
    tied: tuple[str, ...]

    def __str__(self) -> str:
        return canonical.encode(self.to_value()).decode()

    def to_value(self) -> dict[str, Value]:
        """Return the result as a JSON value."""
        return {
            "totals": [[option, total] for option, total in self.totals],
            "extras": [[name, number] for name, number in self.extras],
            "winners": list(self.winners),
            "tied": list(self.tied),
        }

    @classmethod
    def from_value(cls, value: Value, name: str = "result") -> "ContestResult":
        """Return the result of a JSON value; raises the codec's FieldError."""
        fields = Fields(value, name)
        result = cls(
            totals=_read_rows(fields, "totals"),
            extras=_read_rows(fields, "extras"),
            winners=fields.strings("winners", high=MAX_ROWS),
            tied=fields.strings("tied", high=MAX_ROWS),
        )
        fields.done()
        return result


def _read_rows(fields: Fields, key: str) -> tuple[tuple[str, int], ...]:
    rows = fields.items(key, high=MAX_ROWS)
    return tuple(_read_row(row, f"{fields.path(key)}[{index}]") for index, row in enumerate(rows))


def _read_row(value: Value, name: str) -> tuple[str, int]:
    pair = Fields({"pair": value}, name).items("pair", low=2, high=2)
    fields = Fields({"name": pair[0], "number": pair[1]}, name)
    return fields.text("name"), fields.integer("number", 0)
