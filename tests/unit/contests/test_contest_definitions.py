# SPDX-License-Identifier: AGPL-3.0-or-later
"""Definitions: a question that nobody could answer, or that reads in two ways, is refused."""

import pytest
from contest_makers import (
    EVERY_KIND,
    approval,
    choose_one,
    cumulative,
    knapsack,
    options,
    score,
    texts,
)
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.codec import canonical
from bulletin_board.errors import EncodingError, MissingField, OutOfRange, UnknownField, WrongForm, WrongType
from tally.contests.base import MAX_OPTIONS, Option
from tally.contests.errors import (
    ContestError,
    DuplicateOption,
    InvalidCost,
    InvalidIdentifier,
    InvalidLimit,
    InvalidSeats,
    InvalidTexts,
    TooManyBranches,
    UnknownKind,
    UnknownOrder,
    WrongNumberOfOptions,
)
from tally.contests.registry import KINDS, contest_from_value


@pytest.mark.parametrize("contest", EVERY_KIND, ids=lambda contest: contest.kind)
def test_a_contest_survives_its_json_form(contest):
    data = canonical.encode(contest.to_value())
    assert contest_from_value(canonical.parse(data, limit=len(data))) == contest


def test_the_registry_knows_every_kind():
    assert set(KINDS) == {contest.kind for contest in EVERY_KIND}


@pytest.mark.parametrize("contest", EVERY_KIND, ids=lambda contest: contest.kind)
def test_compiling_twice_gives_one_program(contest):
    sizes = {"counter_bits": 5, "modulus_bits": 256}
    copy = contest_from_value(contest.to_value())
    assert copy.compile(**sizes) == contest.compile(**sizes)


@pytest.mark.parametrize("contest", EVERY_KIND, ids=lambda contest: contest.kind)
@pytest.mark.parametrize("key", ["more", "blanks", "maximums"])
def test_an_unknown_field_is_refused(contest, key):
    with pytest.raises(UnknownField):
        contest_from_value(contest.to_value() | {key: False})


@pytest.mark.parametrize("contest", EVERY_KIND, ids=lambda contest: contest.kind)
def test_every_field_is_needed_and_typed(contest):
    for key in contest.to_value():
        value = contest.to_value()
        value[key] = [[]] if key != "options" else {}
        with pytest.raises(WrongType):
            contest_from_value(value)
        del value[key]
        with pytest.raises(MissingField):
            contest_from_value(value)


def changed(**changes):
    return approval(seats=2).to_value() | changes


def option(**changes):
    return changed(
        options=[{"id": "ash", "label": {"en": "Ash"}, "cost": 0} | changes, *changed()["options"][1:]]
    )


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (1, WrongType),
        ({}, MissingField),
        (changed(kind="lottery"), UnknownKind),
        (changed(kind="choose-one"), MissingField),
        (changed(kind=1), WrongType),
        (changed(id="Trees"), WrongForm),
        (changed(id=""), WrongForm),
        (changed(id="-a"), WrongForm),
        (changed(id="a" * 65), WrongForm),
        (changed(question={}), InvalidTexts),
        (changed(question={"en": ""}), EncodingError),
        (changed(question="Which?"), WrongType),
        (changed(options=[]), WrongNumberOfOptions),
        (changed(options=[1]), WrongType),
        (changed(options=[{}] * (MAX_OPTIONS + 1)), OutOfRange),
        (option(more=1), UnknownField),
        (option(id="birch"), DuplicateOption),
        (option(id="__proto__"), WrongForm),
        (option(label={"en": 1}), WrongType),
        (option(cost=-1), OutOfRange),
        (option(cost=2**53), OutOfRange),
        (option(cost=True), WrongType),
        (option(cost=1), InvalidCost),
        (changed(order="alphabetical"), UnknownOrder),
        (changed(seats=0), InvalidSeats),
        (changed(seats=4), InvalidSeats),
        (changed(seats=-1), OutOfRange),
        (changed(budget=-1), OutOfRange),
        (changed(budget=5, seats=0), InvalidCost),
        (changed(minimum=3), InvalidLimit),
        (changed(minimum=-1), OutOfRange),
        (changed(maximum=0), InvalidLimit),
        (changed(maximum=4), InvalidLimit),
        (changed(maximum="3"), WrongType),
    ],
)
def test_a_value_that_is_no_contest_is_refused_by_name(value, error):
    with pytest.raises(error):
        contest_from_value(value)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: choose_one(1), WrongNumberOfOptions),
        (lambda: choose_one(id="Trees"), InvalidIdentifier),
        (lambda: choose_one(options=()), WrongNumberOfOptions),
        (lambda: choose_one(options=options(2) * 600), WrongNumberOfOptions),
        (lambda: choose_one(options=options(2) * 2), DuplicateOption),
        (lambda: choose_one(budget=2**53, costs=(1, 2)), InvalidCost),
        (lambda: choose_one(budget=-1), InvalidCost),
        (lambda: choose_one(costs=(1, 0)), InvalidCost),
        (lambda: choose_one(costs=(1, 0), budget=5), InvalidCost),
        (lambda: choose_one(costs=(1, -1), budget=5), InvalidCost),
        (lambda: choose_one(costs=(1, 2), budget=5, seats=1), InvalidSeats),
        (lambda: Option(id="a b", label=texts(), cost=0), InvalidIdentifier),
        (lambda: Option(id="a\n", label=texts(), cost=0), InvalidIdentifier),
        (lambda: Option(id="", label=texts(), cost=0), InvalidIdentifier),
        (lambda: approval(3, -1, 2), InvalidLimit),
        (lambda: approval(3, 2, 1), InvalidLimit),
        (lambda: approval(3, 0, 0), InvalidLimit),
        (lambda: approval(3, 0, 4), InvalidLimit),
        (lambda: score(3, 0), InvalidLimit),
        (lambda: score(3, 10**6), InvalidLimit),
        (lambda: cumulative(3, 0, 0), InvalidLimit),
        (lambda: cumulative(3, 2, 3), InvalidLimit),
        (lambda: cumulative(3, 7, 2), InvalidLimit),
        (lambda: knapsack((2, 3), 0), InvalidCost),
        (lambda: knapsack((0, 0), 0), InvalidLimit),
        (lambda: knapsack((2, 3), 1), InvalidLimit),  # nothing can be bought
        (lambda: knapsack((2, 3), 4, 2), InvalidLimit),  # two must be chosen, one can be bought
        (lambda: knapsack((2, 3), 5, 0, 0), InvalidLimit),
        (lambda: knapsack((2, 3), 5, 2, 1), InvalidLimit),
        (lambda: knapsack((2, 3), 5, 0, 3), InvalidLimit),
    ],
)
def test_a_question_without_a_sensible_answer_is_refused(make, error):
    with pytest.raises(error):
        make()


def test_a_question_too_large_for_a_ballot_is_refused():
    with pytest.raises(TooManyBranches):
        score(3, 5000).compile(counter_bits=30, modulus_bits=1024)


def test_the_order_of_display_never_changes_the_program():
    sizes = {"counter_bits": 5, "modulus_bits": 256}
    assert choose_one(order="random").compile(**sizes) == choose_one(order="fixed").compile(**sizes)


json_values = st.recursive(
    st.booleans() | st.integers(-5, 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["en", "id", "x"]), inner),
    max_leaves=6,
)


@given(st.sampled_from(EVERY_KIND), st.data())
def test_any_value_in_any_field_gives_a_contest_or_a_named_error(contest, data):
    value = contest.to_value()
    key = data.draw(st.sampled_from(sorted(value)))
    value[key] = data.draw(json_values)
    try:
        read = contest_from_value(value)
    except (EncodingError, ContestError):
        return
    assert read.to_value() == value
