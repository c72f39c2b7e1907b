# SPDX-License-Identifier: AGPL-3.0-or-later
"""Choose one option, or none where a blank vote is allowed (docs/spec/contests.md, "choose-one").

One variable holds B^i for the option i, so that its tally holds all counters side by side. Where they need
more bits than one plaintext has, the variable is split over several ciphertexts of which exactly one is not
zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields
from tally.contests.base import BaseContest, check_choices, check_sum, read_common
from tally.contests.counters import check_fit
from tally.contests.errors import (
    DoesNotFit,
    InvalidCounterBits,
    TooManyParts,
    WrongCount,
    WrongNumberOfOptions,
)
from tally.contests.program import MARGIN, Constraint, Program, Variable, check_satisfied
from tally.contests.results import ContestResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseOne(BaseContest):
    """`blank`: whether a voter may choose nothing, which then has a counter of its own, the last."""

    kind: ClassVar[str] = "choose-one"
    blank: bool

    @property
    def slots(self) -> int:
        """The number of counters: one per option, and one for blank votes if they are allowed."""
        return len(self.options) + self.blank

    @property
    def largest_counter(self) -> int:
        """One."""
        return 1

    def check_limits(self) -> None:
        """Raise WrongNumberOfOptions where there is nothing to choose between."""
        if self.slots < 2:  # noqa: PLR2004  # one answer is no question
            raise WrongNumberOfOptions(
                "one answer is no question", expected="at least 2", computed=self.slots
            )

    def compile(self, *, counter_bits: int, modulus_bits: int) -> Program:
        """Return one variable in {B^0, …, B^(slots−1)}, or its parts, each with 0, and Σ parts ∈ {B^0, …}."""
        sizes = part_sizes(self.slots, counter_bits=counter_bits, modulus_bits=modulus_bits)
        powers = tuple(1 << counter_bits * place for place in range(sizes[0]))
        if len(sizes) == 1:
            program = Program(variables=(Variable(domain=powers, counters=self.slots),), constraints=())
        else:
            program = Program(
                variables=tuple(Variable(domain=(0, *powers[:size]), counters=size) for size in sizes),
                constraints=(
                    Constraint(terms=tuple((part, 1) for part in range(len(sizes))), allowed=powers),
                ),
            )
        check_fit(program, counter_bits=counter_bits, modulus_bits=modulus_bits)
        return program

    def answer(self, selection: Mapping[str, int]) -> tuple[int, ...]:
        """Return the amount of each option, in order; raises InvalidSelection."""
        amounts = self.amounts(selection, highest=1)
        check_choices(sum(amounts), 1 - self.blank, 1)
        return amounts

    def encode(
        self, selection: Mapping[str, int], *, counter_bits: int, modulus_bits: int
    ) -> tuple[int, ...]:
        """Return B^i in the part of the chosen slot and 0 in the others; raises InvalidSelection."""
        amounts = self.answer(selection)
        slot = amounts.index(1) if any(amounts) else len(self.options)
        sizes = part_sizes(self.slots, counter_bits=counter_bits, modulus_bits=modulus_bits)
        part, place = divmod(slot, sizes[0])  # all parts but the last have the size of the first
        values = tuple(1 << counter_bits * place if index == part else 0 for index in range(len(sizes)))
        check_satisfied(self.compile(counter_bits=counter_bits, modulus_bits=modulus_bits), values)
        return values

    def decode(self, values: Sequence[int], *, counter_bits: int, modulus_bits: int) -> dict[str, int]:
        """Return {option: 1}, or {} for a blank vote; raises WrongCount or Unsatisfied."""
        program = self.compile(counter_bits=counter_bits, modulus_bits=modulus_bits)
        check_satisfied(program, values)
        part = next(index for index, value in enumerate(values) if value)
        place = (values[part].bit_length() - 1) // counter_bits
        slot = part * program.variables[0].counters + place
        return self.chosen([int(index == slot) for index in range(len(self.options))])

    def result(self, counters: tuple[tuple[int, ...], ...], weight: int) -> ContestResult:
        """Return totals and blank votes; all counters together must be exactly `weight`."""
        slots = tuple(counter for row in counters for counter in row)
        if len(slots) != self.slots:
            raise WrongCount("number of counters", expected=self.slots, computed=len(slots))
        for counter in slots:
            check_sum("a counter", counter, 0, weight)
        check_sum("the sum of all counters", sum(slots), weight, weight)
        extras = (("blank", slots[-1]),) if self.blank else ()
        return self.decide(slots[: len(self.options)], extras)

    def to_value(self) -> dict[str, Value]:
        """Return the question as a JSON value."""
        return {**self.common_value(), "blank": self.blank}

    @classmethod
    def from_value(cls, value: Value, name: str = "contest") -> "ChooseOne":
        """Return the question of a JSON value; raises a DefinitionError or the codec's FieldError."""
        fields = Fields(value, name)
        contest = cls(**read_common(fields, value, cls.kind), blank=fields.boolean("blank"))
        fields.done()
        return contest


def part_sizes(slots: int, *, counter_bits: int, modulus_bits: int) -> tuple[int, ...]:
    """Return the number of slots in each ciphertext: as few ciphertexts as possible, all but the last equal.

    Raises DoesNotFit where not even one slot fits, TooManyParts for as many parts as the counter base: B
    parts of B^j add up to B^(j+1), which would pass for one choice.
    """
    if counter_bits < 1:
        raise InvalidCounterBits("counters too small", expected="at least 2", computed=counter_bits)
    room = (modulus_bits - MARGIN) // counter_bits
    if room < 1:
        raise DoesNotFit("one counter", expected=modulus_bits - MARGIN, computed=counter_bits)
    parts = -(-slots // room)
    if parts >= 1 << counter_bits:
        raise TooManyParts("one-hot parts", expected=f"below {1 << counter_bits}", computed=parts)
    size = -(-slots // parts)
    return tuple(min(size, slots - start) for start in range(0, slots, size))
