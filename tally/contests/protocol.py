# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the rest of the system may ask of a contest, whatever its kind (docs/spec/contests.md, "Contests")."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

from bulletin_board.codec.canonical import Value
from tally.contests.base import Option
from tally.contests.program import Program
from tally.contests.results import ContestResult
from tally.contests.texts import Texts


class Contest(Protocol):
    """One question of an election; a frozen value."""

    kind: ClassVar[str]

    @property
    def id(self) -> str:
        """The identifier of the question within its election."""

    @property
    def question(self) -> Texts:
        """The question as voters read it."""

    @property
    def options(self) -> tuple[Option, ...]:
        """What can be chosen, in the order of the program."""

    @property
    def order(self) -> str:
        """How a booth shows the options: "fixed" or "random"."""

    @property
    def seats(self) -> int:
        """How many options win; 0 with a budget."""

    @property
    def budget(self) -> int:
        """What the winners may cost together; 0 for none."""

    @property
    def largest_counter(self) -> int:
        """The greatest value that one ballot of weight 1 adds to one counter."""

    def compile(self, *, counter_bits: int, modulus_bits: int) -> Program:
        """Return the program; the same for the same arguments, for ever.

        Raises a ContestError if it has none.
        """

    def answer(self, selection: Mapping[str, int]) -> tuple[int, ...]:
        """Return the amount of each option, in order, for `selection` (what is left out gets 0).

        Raises InvalidSelection with a message for the voter.
        """

    def encode(
        self, selection: Mapping[str, int], *, counter_bits: int, modulus_bits: int
    ) -> tuple[int, ...]:
        """Return the values of all variables for `selection`, the only ones for it; raises as `answer`."""

    def decode(self, values: Sequence[int], *, counter_bits: int, modulus_bits: int) -> dict[str, int]:
        """Return the selection, without zeros, that encodes to `values`; raises WrongCount or Unsatisfied."""

    def result(self, counters: tuple[tuple[int, ...], ...], weight: int) -> ContestResult:
        """Return the result of the counters of every tallied variable over ballots of total `weight`.

        Raises WrongCount for another shape, SumMismatch for counters that no valid ballots could produce.
        """

    def to_value(self) -> dict[str, Value]:
        """Return the question as a JSON value."""
