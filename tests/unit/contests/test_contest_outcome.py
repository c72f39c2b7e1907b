# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who wins; a tie is found out against every way of breaking it."""

from itertools import pairwise, permutations

import pytest
from contest_makers import IDS, choose_one, knapsack, score
from hypothesis import given
from hypothesis import strategies as st

from tally.contests.outcome import fill_seats, fund


def rows(*totals):
    return tuple(zip(IDS, totals, strict=False))


@pytest.mark.parametrize(
    ("totals", "seats", "winners", "tied"),
    [
        ((3, 5, 4), 1, ("birch",), ()),
        ((3, 5, 4), 2, ("birch", "cedar"), ()),
        ((3, 5, 4), 3, ("birch", "cedar", "ash"), ()),
        ((3, 5, 5), 1, (), ("birch", "cedar")),
        ((3, 5, 5), 2, ("birch", "cedar"), ()),
        ((5, 5, 5), 2, (), ("ash", "birch", "cedar")),
        ((3, 5, 3), 2, ("birch",), ("ash", "cedar")),
        ((0, 5, 0), 2, ("birch",), ()),
        ((0, 0, 0), 1, (), ()),
    ],
)
def test_the_highest_totals_fill_the_seats(totals, seats, winners, tied):
    assert fill_seats(rows(*totals), seats) == (winners, tied)


COSTS = {"ash": 40, "birch": 60, "cedar": 60, "date": 10}


@pytest.mark.parametrize(
    ("totals", "budget", "winners", "tied"),
    [
        ((4, 3, 2, 1), 100, ("ash", "birch"), ()),
        ((1, 4, 3, 2), 100, ("birch", "date"), ()),  # cedar is skipped, then ash
        ((4, 3, 3, 1), 100, ("ash",), ("birch", "cedar")),
        ((4, 3, 3, 1), 170, ("ash", "birch", "cedar", "date"), ()),
        ((4, 3, 3, 1), 50, ("ash", "date"), ()),  # neither of the equals can be paid for: no tie
        ((3, 3, 1, 3), 55, ("ash", "date"), ()),  # birch is as good and cannot be paid for
        ((2, 3, 3, 2), 60, (), ("birch", "cedar")),
        ((0, 0, 0, 0), 100, (), ()),
        ((0, 1, 0, 0), 100, ("birch",), ()),
    ],
)
def test_a_budget_is_spent_from_the_highest_total_down(totals, budget, winners, tied):
    assert fund(rows(*totals), COSTS, budget) == (winners, tied)


def by_every_order(totals, choose):
    """The winners under every way of breaking ties: (those in all, those in some)."""
    outcomes = [
        set(choose([option for option, _ in order]))
        for order in permutations([row for row in totals if row[1]])
        if all(left[1] >= right[1] for left, right in pairwise(order))
    ]
    return set.intersection(*outcomes), set.union(*outcomes)


small_totals = st.lists(st.integers(0, 3), min_size=1, max_size=5).map(lambda found: rows(*found))


@given(small_totals, st.integers(1, 5))
def test_seats_are_tied_exactly_between_those_who_win_under_some_orders_only(totals, seats):
    winners, tied = fill_seats(totals, seats)
    always, sometimes = by_every_order(totals, lambda order: order[:seats])
    assert set(winners) == always
    assert set(tied) == sometimes - always


def greedy(order, costs, budget):
    bought = []
    for option in order:
        if costs[option] <= budget:
            bought.append(option)
            budget -= costs[option]
    return bought


@given(small_totals, st.lists(st.integers(1, 6), min_size=5, max_size=5), st.integers(1, 15))
def test_funding_is_tied_exactly_when_it_depends_on_the_order_of_equals(totals, prices, budget):
    costs = dict(zip(IDS, prices, strict=False))
    winners, tied = fund(totals, costs, budget)
    always, sometimes = by_every_order(totals, lambda order: greedy(order, costs, budget))
    assert set(winners) <= always
    assert set(tied) <= sometimes
    assert bool(tied) == (always != sometimes)
    assert tied or set(winners) == always


def test_a_contest_with_a_budget_buys_and_one_without_fills_seats():
    assert choose_one(costs=(5, 5, 5), budget=10).result(((3, 2, 1),), 6).winners == ("ash", "birch")
    assert score(seats=1).result(((3,), (2,), (1,)), 6).winners == ("ash",)
    assert knapsack((2, 3, 4), 5).result(((1,), (2,), (3,)), 6).winners == ("cedar",)
