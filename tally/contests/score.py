# SPDX-License-Identifier: AGPL-3.0-or-later
"""Give every option a score of 0 to `highest` (docs/spec/contests.md, "score")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields
from tally.contests.base import BaseContest, check_limit, check_sum, read_common
from tally.contests.counters import check_fit
from tally.contests.program import MAX_BRANCHES, Program, Variable, check_satisfied
from tally.contests.results import ContestResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(BaseContest):
    """Every option gets 0..`highest` independently of the others; an option left out gets 0."""

    kind: ClassVar[str] = "score"
    highest: int

    @property
    def largest_counter(self) -> int:
        """The highest score."""
        return self.highest

    def check_limits(self) -> None:
        """Raise InvalidLimit."""
        check_limit("highest", self.highest, 1, MAX_BRANCHES)

    def compile(self, *, counter_bits: int, modulus_bits: int) -> Program:
        """Return a variable in {0..highest} per option."""
        domain = tuple(range(self.highest + 1))
        program = Program(
            variables=(Variable(domain=domain, counters=1),) * len(self.options), constraints=()
        )
        check_fit(program, counter_bits=counter_bits, modulus_bits=modulus_bits)
        return program

    def answer(self, selection: Mapping[str, int]) -> tuple[int, ...]:
        """Return the amount of each option, in order; raises InvalidSelection."""
        return self.amounts(selection, highest=self.highest)

    def encode(
        self, selection: Mapping[str, int], *, counter_bits: int, modulus_bits: int
    ) -> tuple[int, ...]:
        """Return the score of each option; raises InvalidSelection."""
        values = self.answer(selection)
        check_satisfied(self.compile(counter_bits=counter_bits, modulus_bits=modulus_bits), values)
        return values

    def decode(self, values: Sequence[int], *, counter_bits: int, modulus_bits: int) -> dict[str, int]:
        """Return the scores above 0; raises WrongCount or Unsatisfied."""
        check_satisfied(self.compile(counter_bits=counter_bits, modulus_bits=modulus_bits), values)
        return self.chosen(values)

    def result(self, counters: tuple[tuple[int, ...], ...], weight: int) -> ContestResult:
        """Return the totals; each is at most `highest` times `weight`."""
        amounts = self.scalars(counters)
        for amount in amounts:
            check_sum("a counter", amount, 0, self.highest * weight)
        return self.decide(amounts)

    def to_value(self) -> dict[str, Value]:
        """Return the question as a JSON value."""
        return {**self.common_value(), "highest": self.highest}

    @classmethod
    def from_value(cls, value: Value, name: str = "contest") -> "Score":
        """Return the question of a JSON value; raises a DefinitionError or the codec's FieldError."""
        fields = Fields(value, name)
        contest = cls(**read_common(fields, value, cls.kind), highest=fields.integer("highest", 0))
        fields.done()
        return contest
