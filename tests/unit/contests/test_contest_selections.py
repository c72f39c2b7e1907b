# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers that are not allowed, told to the voter in words."""

import pytest
from contest_makers import EVERY_KIND, approval, choose_one, cumulative, knapsack, score

from tally.contests.errors import InvalidSelection, Unsatisfied, WrongCount

SIZES = {"counter_bits": 4, "modulus_bits": 256}
ALL = {"ash": 1, "birch": 1, "cedar": 1}


@pytest.mark.parametrize(
    ("contest", "selection", "message"),
    [
        (choose_one(), {}, "You chose 0. Choose at least 1."),
        (choose_one(), ALL, "You chose 3. You can choose at most 1."),
        (choose_one(blank=True), ALL, "You chose 3. You can choose at most 1."),
        (choose_one(), {"ash": 2}, "The most that one option can get is 1."),
        (approval(3, 0, 2), ALL, "You chose 3. You can choose at most 2."),
        (approval(3, 2, 3), {"ash": 1}, "You chose 1. Choose at least 2."),
        (score(highest=5), {"ash": 6}, "The most that one option can get is 5."),
        (cumulative(3, 3, 2), {"ash": 2, "elm": 1}, "One of your choices is not on this ballot."),
        (cumulative(3, 3, 2), {"ash": 2, "birch": 2}, "You gave 4 points. You can give at most 3."),
        (cumulative(3, 3, 2, exact=True), {"ash": 2}, "You gave 2 points. Give all 3."),
        (cumulative(3, 3, 2), {"ash": 3}, "The most that one option can get is 2."),
        (knapsack((2, 3, 4), 5), {"ash": 1, "cedar": 1}, "Your choices cost 6. You can spend at most 5."),
        (knapsack((2, 3, 4), 9, 0, 2), ALL, "You chose 3. You can choose at most 2."),
        (knapsack((2, 3, 4), 9, 1, 2), {}, "You chose 0. Choose at least 1."),
    ],
)
def test_an_answer_that_is_not_allowed_is_explained(contest, selection, message):
    with pytest.raises(InvalidSelection) as caught:
        contest.encode(selection, **SIZES)
    assert str(caught.value) == message


@pytest.mark.parametrize("contest", EVERY_KIND, ids=lambda contest: contest.kind)
@pytest.mark.parametrize("amount", [-1, True, 1.0, "1", None, 10**9])
def test_an_amount_that_is_no_small_integer_is_refused(contest, amount):
    with pytest.raises(InvalidSelection):
        contest.encode({"ash": amount}, **SIZES)


@pytest.mark.parametrize("contest", EVERY_KIND, ids=lambda contest: contest.kind)
@pytest.mark.parametrize("option", ["", "Ash", "elm", "blank", 0])
def test_an_option_that_does_not_exist_is_refused(contest, option):
    with pytest.raises(InvalidSelection):
        contest.encode({"ash": 1, option: 0}, **SIZES)


@pytest.mark.parametrize("contest", EVERY_KIND, ids=lambda contest: contest.kind)
def test_an_amount_of_zero_is_the_same_as_leaving_the_option_out(contest):
    selection = {"birch": 1, "cedar": 0}
    assert contest.encode(selection, **SIZES) == contest.encode({"birch": 1}, **SIZES)


@pytest.mark.parametrize("contest", EVERY_KIND, ids=lambda contest: contest.kind)
def test_values_of_another_shape_do_not_decode(contest):
    values = contest.encode({"ash": 1}, **SIZES)
    with pytest.raises(WrongCount):
        contest.decode((*values, 0), **SIZES)
    with pytest.raises(Unsatisfied):
        contest.decode((*values[:-1], 77), **SIZES)
