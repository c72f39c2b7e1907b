# SPDX-License-Identifier: AGPL-3.0-or-later
"""What all kinds of question have in common (docs/spec/contests.md, "Contests").

A question with options and a rule for the outcome. What a voter may answer is in the file of each kind.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypedDict

from bulletin_board.codec.canonical import MAX_INTEGER, Value
from bulletin_board.codec.fields import Fields
from tally.contests.errors import (
    DuplicateOption,
    InvalidCost,
    InvalidIdentifier,
    InvalidLimit,
    InvalidSeats,
    InvalidSelection,
    SumMismatch,
    UnknownOrder,
    WrongCount,
    WrongNumberOfOptions,
)
from tally.contests.outcome import fill_seats, fund
from tally.contests.results import ContestResult
from tally.contests.texts import Texts, texts_at

MAX_OPTIONS = 1_000
ORDERS = ("fixed", "random")

_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing to choose; `cost` in whole units of the budget, 0 where there is none.

    Raises InvalidIdentifier.
    """

    id: str
    label: Texts
    cost: int

    def __post_init__(self) -> None:
        check_identifier(self.id)

    def to_value(self) -> dict[str, Value]:
        """Return the option as a JSON value."""
        return {"id": self.id, "label": self.label.to_value(), "cost": self.cost}


class Common(TypedDict):
    """The fields that every kind has, as read from a JSON value."""

    id: str
    question: Texts
    options: tuple[Option, ...]
    order: str
    seats: int
    budget: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseContest:
    """The fields that every kind has.

    `order` is how a booth shows the options ("fixed" or "random"); it never changes the program. With a
    `budget` of 0 the `seats` best options win; otherwise seats is 0, every option has a cost, and the
    budget is spent. Raises a DefinitionError.
    """

    kind: ClassVar[str]
    id: str
    question: Texts
    options: tuple[Option, ...]
    order: str
    seats: int
    budget: int

    def __post_init__(self) -> None:
        check_identifier(self.id)
        if not 1 <= len(self.options) <= MAX_OPTIONS:
            bounds = f"1..{MAX_OPTIONS}"
            raise WrongNumberOfOptions("number of options", expected=bounds, computed=len(self.options))
        if len(set(self.option_ids)) != len(self.options):
            raise DuplicateOption("two options with one id", computed=self.option_ids)
        if self.order not in ORDERS:
            raise UnknownOrder("no such order", expected=ORDERS, computed=self.order)
        self._check_money()
        self.check_limits()

    def _check_money(self) -> None:
        if not 0 <= self.budget <= MAX_INTEGER:
            raise InvalidCost("budget out of range", expected=f"0..{MAX_INTEGER}", computed=self.budget)
        low, high = (1, MAX_INTEGER) if self.budget else (0, 0)
        for option in self.options:
            if not low <= option.cost <= high:
                raise InvalidCost(
                    f"cost of {option.id} with budget {self.budget}",
                    expected=f"{low}..{high}",
                    computed=option.cost,
                )
        low, high = (0, 0) if self.budget else (1, len(self.options))
        if not low <= self.seats <= high:
            raise InvalidSeats("number of seats", expected=f"{low}..{high}", computed=self.seats)

    def check_limits(self) -> None:
        """Raise a DefinitionError unless the kind's own parameters make sense; the hook of each kind."""

    @property
    def option_ids(self) -> tuple[str, ...]:
        """The ids of the options, in order."""
        return tuple(option.id for option in self.options)

    def amounts(self, selection: Mapping[str, int], *, highest: int) -> tuple[int, ...]:
        """Return what `selection` gives to each option, in order; what it leaves out gets 0.

        Raises InvalidSelection for an option that does not exist or an amount that is no integer in
        0..highest.
        """
        if unknown := set(selection) - set(self.option_ids):
            raise InvalidSelection("One of your choices is not on this ballot.", computed=sorted(unknown))
        amounts = tuple(selection.get(option, 0) for option in self.option_ids)
        for amount in amounts:
            if type(amount) is not int or not 0 <= amount <= highest:
                message = f"The most that one option can get is {highest}."
                raise InvalidSelection(message, expected=f"0..{highest}", computed=amount)
        return amounts

    def chosen(self, amounts: Sequence[int]) -> dict[str, int]:
        """Return the selection that gives `amounts` to the options, without zeros."""
        return {option: amount for option, amount in zip(self.option_ids, amounts, strict=True) if amount}

    def scalars(self, counters: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        """Return one counter per option; raises WrongCount for another shape."""
        shape = tuple(map(len, counters))
        expected = (1,) * len(self.options)
        if shape != expected:
            raise WrongCount("shape of the counters", expected=expected, computed=shape)
        return tuple(counter for (counter,) in counters)

    def decide(self, amounts: Sequence[int], extras: tuple[tuple[str, int], ...] = ()) -> ContestResult:
        """Return the result in which the options have these totals."""
        totals = tuple(zip(self.option_ids, amounts, strict=True))
        if self.budget:
            costs = {option.id: option.cost for option in self.options}
            winners, tied = fund(totals, costs, self.budget)
        else:
            winners, tied = fill_seats(totals, self.seats)
        return ContestResult(totals=totals, extras=extras, winners=winners, tied=tied)

    def common_value(self) -> dict[str, Value]:
        """Return the fields that every kind has as a JSON value."""
        return {
            "kind": self.kind,
            "id": self.id,
            "question": self.question.to_value(),
            "options": [option.to_value() for option in self.options],
            "order": self.order,
            "seats": self.seats,
            "budget": self.budget,
        }


def read_common(fields: Fields, value: Value, kind: str) -> Common:
    """Read the fields that every kind has; `fields` is the reader of `value`.

    Raises the codec's FieldError.
    """
    fields.constant("kind", kind)
    items = fields.items("options", high=MAX_OPTIONS)
    return {
        "id": fields.identifier("id"),
        "question": texts_at(fields, value, "question"),
        "options": tuple(
            _read_option(item, f"{fields.path('options')}[{index}]") for index, item in enumerate(items)
        ),
        "order": fields.text("order"),
        "seats": fields.integer("seats", 0),
        "budget": fields.integer("budget", 0),
    }


def check_identifier(text: str) -> None:
    """Raise InvalidIdentifier unless `text` is [a-z0-9][a-z0-9-]{0,63}."""
    if not _IDENTIFIER.fullmatch(text):
        raise InvalidIdentifier("not an identifier", computed=ascii(text))


def check_limit(name: str, value: int, low: int, high: int) -> None:
    """Raise InvalidLimit unless low ≤ value ≤ high."""
    if not low <= value <= high:
        raise InvalidLimit(f"{name} out of range", expected=f"{low}..{high}", computed=value)


def check_sum(name: str, total: int, low: int, high: int) -> None:
    """Raise SumMismatch unless low ≤ total ≤ high."""
    if not low <= total <= high:
        raise SumMismatch(f"{name} cannot be", expected=f"{low}..{high}", computed=total)


def check_choices(count: int, low: int, high: int) -> None:
    """Raise InvalidSelection unless low ≤ count ≤ high options were chosen."""
    if count > high:
        raise InvalidSelection(
            f"You chose {count}. You can choose at most {high}.", expected=f"{low}..{high}", computed=count
        )
    if count < low:
        raise InvalidSelection(
            f"You chose {count}. Choose at least {low}.", expected=f"{low}..{high}", computed=count
        )


def _read_option(value: Value, name: str) -> Option:
    fields = Fields(value, name)
    option = Option(
        id=fields.identifier("id"), label=texts_at(fields, value, "label"), cost=fields.integer("cost", 0)
    )
    fields.done()
    return option
