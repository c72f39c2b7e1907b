# SPDX-License-Identifier: AGPL-3.0-or-later
"""Results: counters that no valid ballots could give are refused; what they amount to has one JSON form."""

import pytest
from contest_makers import approval, choose_one, cumulative, knapsack, score

from bulletin_board.codec import canonical
from bulletin_board.errors import MissingField, OutOfRange, UnknownField, WrongLength, WrongType
from tally.contests.errors import SumMismatch, WrongCount
from tally.contests.results import ContestResult

GOOD = (
    (choose_one(), ((3, 4, 3),), 10),
    (choose_one(), ((3, 4), (3,)), 10),  # split over two ciphertexts
    (choose_one(), ((0, 0, 0),), 0),
    (choose_one(blank=True), ((3, 4, 2, 1),), 10),
    (approval(3, 1, 2), ((10,), (0,), (0,)), 10),
    (approval(3, 1, 2), ((10,), (10,), (0,)), 10),
    (score(3, 5), ((50,), (0,), (7,)), 10),
    (cumulative(3, 3, 2), ((20,), (10,), (0,)), 10),
    (cumulative(3, 3, 2, exact=True), ((20,), (9,), (1,)), 10),
    (knapsack((2, 3, 4), 5), ((10,), (10,), (0,)), 10),
    (knapsack((2, 3, 4), 9, 1, 2), ((0,), (10,), (0,)), 10),
)


@pytest.mark.parametrize(("contest", "counters", "weight"), GOOD)
def test_counters_within_their_sums_become_totals(contest, counters, weight):
    result = contest.result(counters, weight)
    flat = [counter for row in counters for counter in row]
    assert [total for _, total in result.totals] == flat[:3]
    assert tuple(option for option, _ in result.totals) == ("ash", "birch", "cedar")


def test_blank_votes_are_counted_apart():
    result = choose_one(blank=True).result(((3, 4, 2, 1),), 10)
    assert result.extras == (("blank", 1),)
    assert result.winners == ("birch",)


@pytest.mark.parametrize(
    ("contest", "counters", "weight"),
    [
        (choose_one(), ((3, 4, 3),), 11),
        (choose_one(), ((3, 4, 3),), 9),
        (choose_one(), ((11, -1, 0),), 10),
        (choose_one(blank=True), ((3, 4, 3, 1),), 10),
        (approval(3, 1, 2), ((11,), (0,), (0,)), 10),
        (approval(3, 1, 2), ((-1,), (10,), (5,)), 10),
        (approval(3, 1, 2), ((9,), (0,), (0,)), 10),
        (approval(3, 1, 2), ((10,), (10,), (1,)), 10),
        (score(3, 5), ((51,), (0,), (0,)), 10),
        (score(3, 5), ((0,), (-1,), (0,)), 10),
        (cumulative(3, 3, 2), ((21,), (0,), (0,)), 10),
        (cumulative(3, 3, 2), ((-1,), (0,), (0,)), 10),
        (cumulative(3, 3, 2), ((20,), (11,), (0,)), 10),
        (cumulative(3, 3, 2, exact=True), ((20,), (9,), (0,)), 10),
        (knapsack((2, 3, 4), 5), ((11,), (0,), (0,)), 10),
        (knapsack((2, 3, 4), 5), ((-1,), (0,), (0,)), 10),
        (knapsack((2, 3, 4), 5), ((10,), (10,), (1,)), 10),
        (knapsack((2, 3, 4), 9, 1, 1), ((1,), (0,), (8,)), 10),
        (knapsack((2, 3, 4), 9, 1, 1), ((1,), (10,), (0,)), 10),
    ],
)
def test_counters_that_no_valid_ballots_give_are_refused(contest, counters, weight):
    with pytest.raises(SumMismatch):
        contest.result(counters, weight)


@pytest.mark.parametrize("make", [approval, score, cumulative, knapsack])
@pytest.mark.parametrize(
    "counters", [(), ((1,), (1,)), ((1,), (1,), (1,), (1,)), ((1, 1, 1),), ((1,), (1,), ())]
)
def test_counters_of_another_shape_are_refused(make, counters):
    with pytest.raises(WrongCount):
        make().result(counters, 10)


@pytest.mark.parametrize("counters", [(), ((10,),), ((3, 4, 2, 1),)])
def test_another_number_of_counters_is_refused_when_choosing_one(counters):
    with pytest.raises(WrongCount):
        choose_one().result(counters, 10)


RESULT = ContestResult(totals=(("ash", 3), ("birch", 4)), extras=(("blank", 1),), winners=("birch",), tied=())


def test_the_json_form_is_exact():
    data = canonical.encode(RESULT.to_value())
    assert data == b'{"extras":[["blank",1]],"tied":[],"totals":[["ash",3],["birch",4]],"winners":["birch"]}'
    assert ContestResult.from_value(canonical.parse(data, limit=200)) == RESULT


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"more": 1}, UnknownField),
        ({"totals": {}}, WrongType),
        ({"totals": [["ash"]]}, OutOfRange),
        ({"totals": [["ash", 1, 1]]}, OutOfRange),
        ({"totals": [["ash", -1]]}, OutOfRange),
        ({"totals": [["ash", True]]}, WrongType),
        ({"totals": [[1, 1]]}, WrongType),
        ({"totals": [["", 1]]}, WrongLength),
        ({"extras": [1]}, WrongType),
        ({"winners": "birch"}, WrongType),
        ({"tied": [1]}, WrongType),
    ],
)
def test_a_value_that_is_no_result_is_refused(changes, error):
    with pytest.raises(error):
        ContestResult.from_value(RESULT.to_value() | changes)


def test_a_missing_field_is_refused():
    with pytest.raises(MissingField):
        ContestResult.from_value({})
