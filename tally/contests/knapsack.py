# SPDX-License-Identifier: AGPL-3.0-or-later
"""Choose any options that the budget pays for (docs/spec/contests.md, "knapsack"; Goel et al. 2019).

Slack bits, never tallied, turn "at most the budget" into one equation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import MAX_INTEGER, Value
from bulletin_board.codec.fields import Fields
from tally.contests.approval import count_constraint
from tally.contests.base import BaseContest, check_choices, check_limit, check_sum, read_common
from tally.contests.counters import check_fit
from tally.contests.errors import InvalidSelection
from tally.contests.program import Constraint, Program, Variable, check_satisfied
from tally.contests.results import ContestResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Knapsack(BaseContest):
    """Σ cost of the chosen ≤ `budget`, and `minimum` ≤ number of chosen ≤ `maximum`.

    The `minimum` cheapest options together must be within the budget.
    """

    kind: ClassVar[str] = "knapsack"
    minimum: int
    maximum: int

    @property
    def largest_counter(self) -> int:
        """One."""
        return 1

    @property
    def costs(self) -> tuple[int, ...]:
        """The cost of each option, in order."""
        return tuple(option.cost for option in self.options)

    def check_limits(self) -> None:
        """Raise InvalidLimit."""
        check_limit("budget", self.budget, 1, MAX_INTEGER)
        check_limit("maximum", self.maximum, 1, len(self.options))
        check_limit("minimum", self.minimum, 0, self.maximum)
        cheapest = sum(sorted(self.costs)[: max(1, self.minimum)])
        check_limit("cost of the cheapest choice", cheapest, 1, self.budget)

    def compile(self, *, counter_bits: int, modulus_bits: int) -> Program:
        """Return a bit per option, then ⌈log2(budget + 1)⌉ slack bits; Σ cost·x + Σ 2^j·slack_j = budget.

        Then Σ x ∈ {minimum..maximum} unless that says nothing.
        """
        slack = self.budget.bit_length()
        coefficients = (*self.costs, *(1 << bit for bit in range(slack)))
        spending = Constraint(terms=tuple(enumerate(coefficients)), allowed=(self.budget,))
        program = Program(
            variables=(Variable(domain=(0, 1), counters=1),) * len(self.options)
            + (Variable(domain=(0, 1), counters=0),) * slack,
            constraints=(spending, *count_constraint(len(self.options), self.minimum, self.maximum)),
        )
        check_fit(program, counter_bits=counter_bits, modulus_bits=modulus_bits)
        return program

    def answer(self, selection: Mapping[str, int]) -> tuple[int, ...]:
        """Return the amount of each option, in order; raises InvalidSelection."""
        amounts = self.amounts(selection, highest=1)
        check_choices(sum(amounts), self.minimum, self.maximum)
        spent = self._spent(amounts)
        if spent > self.budget:
            message = f"Your choices cost {spent}. You can spend at most {self.budget}."
            raise InvalidSelection(message, expected=self.budget, computed=spent)
        return amounts

    def encode(
        self, selection: Mapping[str, int], *, counter_bits: int, modulus_bits: int
    ) -> tuple[int, ...]:
        """Return a bit per option, then what is left as bits, lowest first; raises InvalidSelection."""
        bits = self.answer(selection)
        left = self.budget - self._spent(bits)
        values = (*bits, *(left >> bit & 1 for bit in range(self.budget.bit_length())))
        check_satisfied(self.compile(counter_bits=counter_bits, modulus_bits=modulus_bits), values)
        return values

    def decode(self, values: Sequence[int], *, counter_bits: int, modulus_bits: int) -> dict[str, int]:
        """Return the chosen options; raises WrongCount or Unsatisfied."""
        check_satisfied(self.compile(counter_bits=counter_bits, modulus_bits=modulus_bits), values)
        return self.chosen(values[: len(self.options)])

    def result(self, counters: tuple[tuple[int, ...], ...], weight: int) -> ContestResult:
        """Return the totals; counts and money are within what ballots of this `weight` could give."""
        amounts = self.scalars(counters)
        for amount in amounts:
            check_sum("a counter", amount, 0, weight)
        check_sum("the sum of all counters", sum(amounts), self.minimum * weight, self.maximum * weight)
        check_sum("the money spent on all ballots", self._spent(amounts), 0, self.budget * weight)
        return self.decide(amounts)

    def to_value(self) -> dict[str, Value]:
        """Return the question as a JSON value."""
        return {**self.common_value(), "minimum": self.minimum, "maximum": self.maximum}

    @classmethod
    def from_value(cls, value: Value, name: str = "contest") -> "Knapsack":
        """Return the question of a JSON value; raises a DefinitionError or the codec's FieldError."""
        fields = Fields(value, name)
        contest = cls(
            **read_common(fields, value, cls.kind),
            minimum=fields.integer("minimum", 0),
            maximum=fields.integer("maximum", 0),
        )
        fields.done()
        return contest

    def _spent(self, amounts: Sequence[int]) -> int:
        return sum(cost * amount for cost, amount in zip(self.costs, amounts, strict=True))
