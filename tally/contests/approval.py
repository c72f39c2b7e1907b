# SPDX-License-Identifier: AGPL-3.0-or-later
"""Approve of `minimum` to `maximum` options (docs/spec/contests.md, "approval")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields
from tally.contests.base import BaseContest, check_choices, check_limit, check_sum, read_common
from tally.contests.counters import check_fit
from tally.contests.program import Constraint, Program, Variable, check_satisfied
from tally.contests.results import ContestResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(BaseContest):
    """`minimum` ≤ number of approved options ≤ `maximum`, and 1 ≤ `maximum` ≤ number of options."""

    kind: ClassVar[str] = "approval"
    minimum: int
    maximum: int

    @property
    def largest_counter(self) -> int:
        """One."""
        return 1

    def check_limits(self) -> None:
        """Raise InvalidLimit."""
        check_limit("maximum", self.maximum, 1, len(self.options))
        check_limit("minimum", self.minimum, 0, self.maximum)

    def compile(self, *, counter_bits: int, modulus_bits: int) -> Program:
        """Return a bit per option, and Σ x ∈ {minimum..maximum} unless that says nothing."""
        program = Program(
            variables=(Variable(domain=(0, 1), counters=1),) * len(self.options),
            constraints=count_constraint(len(self.options), self.minimum, self.maximum),
        )
        check_fit(program, counter_bits=counter_bits, modulus_bits=modulus_bits)
        return program

    def answer(self, selection: Mapping[str, int]) -> tuple[int, ...]:
        """Return the amount of each option, in order; raises InvalidSelection."""
        amounts = self.amounts(selection, highest=1)
        check_choices(sum(amounts), self.minimum, self.maximum)
        return amounts

    def encode(
        self, selection: Mapping[str, int], *, counter_bits: int, modulus_bits: int
    ) -> tuple[int, ...]:
        """Return a bit per option; raises InvalidSelection."""
        values = self.answer(selection)
        check_satisfied(self.compile(counter_bits=counter_bits, modulus_bits=modulus_bits), values)
        return values

    def decode(self, values: Sequence[int], *, counter_bits: int, modulus_bits: int) -> dict[str, int]:
        """Return the approved options; raises WrongCount or Unsatisfied."""
        check_satisfied(self.compile(counter_bits=counter_bits, modulus_bits=modulus_bits), values)
        return self.chosen(values)

    def result(self, counters: tuple[tuple[int, ...], ...], weight: int) -> ContestResult:
        """Return the totals; each is at most `weight`, all together minimum..maximum times `weight`."""
        amounts = self.scalars(counters)
        for amount in amounts:
            check_sum("a counter", amount, 0, weight)
        check_sum("the sum of all counters", sum(amounts), self.minimum * weight, self.maximum * weight)
        return self.decide(amounts)

    def to_value(self) -> dict[str, Value]:
        """Return the question as a JSON value."""
        return {**self.common_value(), "minimum": self.minimum, "maximum": self.maximum}

    @classmethod
    def from_value(cls, value: Value, name: str = "contest") -> "Approval":
        """Return the question of a JSON value; raises a DefinitionError or the codec's FieldError."""
        fields = Fields(value, name)
        contest = cls(
            **read_common(fields, value, cls.kind),
            minimum=fields.integer("minimum", 0),
            maximum=fields.integer("maximum", 0),
        )
        fields.done()
        return contest


def count_constraint(options: int, minimum: int, maximum: int) -> tuple[Constraint, ...]:
    """Return Σ x ∈ {minimum..maximum} over the first `options` variables, or nothing for 0..options."""
    if minimum == 0 and maximum == options:
        return ()
    terms = tuple((index, 1) for index in range(options))
    return (Constraint(terms=terms, allowed=tuple(range(minimum, maximum + 1))),)
