# SPDX-License-Identifier: AGPL-3.0-or-later
"""Share out up to `points` points, at most `per_option` on each (docs/spec/contests.md, "cumulative")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields
from tally.contests.base import BaseContest, check_limit, check_sum, read_common
from tally.contests.counters import check_fit
from tally.contests.errors import InvalidSelection
from tally.contests.program import MAX_BRANCHES, Constraint, Program, Variable, check_satisfied
from tally.contests.results import ContestResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Cumulative(BaseContest):
    """1 ≤ `per_option` ≤ `points` ≤ options · per_option; with `exact` every point must be given."""

    kind: ClassVar[str] = "cumulative"
    points: int
    per_option: int
    exact: bool

    @property
    def largest_counter(self) -> int:
        """The most that one option can get."""
        return self.per_option

    @property
    def least(self) -> int:
        """The fewest points that must be given."""
        return self.points if self.exact else 0

    def check_limits(self) -> None:
        """Raise InvalidLimit."""
        check_limit("per_option", self.per_option, 1, MAX_BRANCHES)
        check_limit("points", self.points, self.per_option, self.per_option * len(self.options))
        check_limit("points to give or keep", self.points - self.least, 0, MAX_BRANCHES - 1)  # branches

    def compile(self, *, counter_bits: int, modulus_bits: int) -> Program:
        """Return a variable in {0..per_option} per option, and Σ x ∈ {0..points} or {points}."""
        domain = tuple(range(self.per_option + 1))
        terms = tuple((index, 1) for index in range(len(self.options)))
        allowed = tuple(range(self.least, self.points + 1))
        program = Program(
            variables=(Variable(domain=domain, counters=1),) * len(self.options),
            constraints=(Constraint(terms=terms, allowed=allowed),),
        )
        check_fit(program, counter_bits=counter_bits, modulus_bits=modulus_bits)
        return program

    def answer(self, selection: Mapping[str, int]) -> tuple[int, ...]:
        """Return the amount of each option, in order; raises InvalidSelection."""
        amounts = self.amounts(selection, highest=self.per_option)
        total = sum(amounts)
        if total > self.points:
            message = f"You gave {total} points. You can give at most {self.points}."
            raise InvalidSelection(message, expected=self.points, computed=total)
        if total < self.least:
            message = f"You gave {total} points. Give all {self.points}."
            raise InvalidSelection(message, expected=self.points, computed=total)
        return amounts

    def encode(
        self, selection: Mapping[str, int], *, counter_bits: int, modulus_bits: int
    ) -> tuple[int, ...]:
        """Return the points of each option; raises InvalidSelection."""
        values = self.answer(selection)
        check_satisfied(self.compile(counter_bits=counter_bits, modulus_bits=modulus_bits), values)
        return values

    def decode(self, values: Sequence[int], *, counter_bits: int, modulus_bits: int) -> dict[str, int]:
        """Return the points above 0; raises WrongCount or Unsatisfied."""
        check_satisfied(self.compile(counter_bits=counter_bits, modulus_bits=modulus_bits), values)
        return self.chosen(values)

    def result(self, counters: tuple[tuple[int, ...], ...], weight: int) -> ContestResult:
        """Return the totals; the limits of one ballot, times `weight`, hold for all of them."""
        amounts = self.scalars(counters)
        for amount in amounts:
            check_sum("a counter", amount, 0, self.per_option * weight)
        check_sum("the sum of all counters", sum(amounts), self.least * weight, self.points * weight)
        return self.decide(amounts)

    def to_value(self) -> dict[str, Value]:
        """Return the question as a JSON value."""
        return {
            **self.common_value(),
            "points": self.points,
            "per_option": self.per_option,
            "exact": self.exact,
        }

    @classmethod
    def from_value(cls, value: Value, name: str = "contest") -> "Cumulative":
        """Return the question of a JSON value; raises a DefinitionError or the codec's FieldError."""
        fields = Fields(value, name)
        contest = cls(
            **read_common(fields, value, cls.kind),
            points=fields.integer("points", 0),
            per_option=fields.integer("per_option", 0),
            exact=fields.boolean("exact"),
        )
        fields.done()
        return contest
