# SPDX-License-Identifier: AGPL-3.0-or-later
"""Results in words: every kind of question has a rule, a measure, and an outcome without winners."""

import pytest

from tally.contests.approval import Approval
from tally.contests.base import Option
from tally.contests.choose_one import ChooseOne
from tally.contests.cumulative import Cumulative
from tally.contests.knapsack import Knapsack
from tally.contests.registry import KINDS
from tally.contests.results import ContestResult
from tally.contests.score import Score
from tally.contests.texts import Texts
from voting.presenters.outcomes import Verdict, measure, outcome
from voting.presenters.questions import how_to_answer, question
from voting.presenters.said import Reader

READER = Reader(preferred="en", languages=("en",))


def text(words):
    return Texts.of({"en": words})


def make(kind, *, budget=0, seats=1, **rest):
    options = tuple(
        Option(id=name, label=text(name), cost=(index + 1) * 10 if budget else 0)
        for index, name in enumerate(("a", "b", "c"))
    )
    common = {"id": "q", "question": text("Q?"), "order": "fixed", "options": options}
    return kind(**common, budget=budget, seats=0 if budget else seats, **rest)


ONE = make(ChooseOne, blank=False)
MADE = {
    "choose-one": ONE,
    "approval": make(Approval, minimum=0, maximum=2),
    "score": make(Score, highest=5),
    "cumulative": make(Cumulative, points=4, per_option=2, exact=False),
    "knapsack": make(Knapsack, budget=40, minimum=0, maximum=3),
}


def result(*totals, winners=(), tied=(), extras=()):
    rows = tuple(zip(("a", "b", "c"), totals, strict=True))
    return ContestResult(totals=rows, extras=extras, winners=winners, tied=tied)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_question_can_be_shown(kind):
    shown = question(MADE[kind], READER)
    assert all(rule.endswith(".") for rule in shown.rules)
    assert measure(MADE[kind], result(1, 2, 3), 6).whole > 0


@pytest.mark.parametrize(
    ("contest", "rule"),
    [
        (ONE, "Choose one."),
        (make(ChooseOne, blank=True), "Choose one, or leave it blank."),
        (make(Approval, minimum=0, maximum=3), "Choose as many as you like."),
        (make(Approval, minimum=0, maximum=1), "Choose at most 1."),
        (make(Approval, minimum=2, maximum=2), "Choose exactly 2."),
        (make(Approval, minimum=1, maximum=2), "Choose 1 to 2."),
        (MADE["score"], "Give each option 0 to 5 points."),
        (MADE["cumulative"], "Share out up to 4 points, at most 2 on one option."),
        (
            make(Cumulative, points=4, per_option=2, exact=True),
            "Share out all of 4 points, at most 2 on one option.",
        ),
        (MADE["knapsack"], "Choose as many as you like. Together they may not cost more than the budget."),
    ],
)
def test_the_rule_is_said_in_words(contest, rule):
    assert how_to_answer(contest) == rule


@pytest.mark.parametrize("function", [how_to_answer, lambda kind: measure(kind, result(0, 0, 0), 1)])
def test_an_unknown_kind_is_not_guessed_at(function):
    with pytest.raises(NotImplementedError):
        function(object())


@pytest.mark.parametrize(
    ("kind", "whole"),
    [("choose-one", 6), ("approval", 10), ("score", 50), ("cumulative", 6), ("knapsack", 10)],
)
def test_totals_are_measured_against_what_the_kind_allows(kind, whole):
    assert measure(MADE[kind], result(1, 2, 3), 10).whole == whole


def test_rows_go_from_the_highest_total_down_and_equals_keep_their_order():
    shown = outcome(ONE, result(2, 5, 2, winners=("b",)), weight=9, reader=READER)
    assert [row.label.text for row in shown.rows] == ["b", "a", "c"]
    assert [row.share for row in shown.rows] == [55.56, 22.22, 22.22]


def test_nobody_wins_without_a_single_vote():
    shown = outcome(ONE, result(0, 0, 0), weight=0, reader=READER)
    assert shown.verdict is Verdict.NOBODY
    assert [row.share for row in shown.rows] == [0, 0, 0]


def test_a_tie_says_how_many_places_are_left():
    contest = make(Approval, seats=2, minimum=0, maximum=2)
    shown = outcome(contest, result(5, 3, 3, winners=("a",), tied=("b", "c")), weight=6, reader=READER)
    assert (shown.places, [row.label.text for row in shown.tied]) == (1, ["b", "c"])
    assert [str(row.mark) for row in shown.rows] == ["Chosen", "Tied", "Tied"]


def test_a_budget_counts_what_is_spent_and_blank_is_absent_where_there_is_none():
    shown = outcome(MADE["knapsack"], result(1, 5, 2, winners=("b", "a")), weight=6, reader=READER)
    assert (shown.verdict, shown.spent, shown.blank) == (Verdict.FUNDED, 30, None)
    assert str(shown.rows[1].mark) == "Not funded"


def test_blank_votes_are_kept_apart():
    contest = make(ChooseOne, blank=True)
    shown = outcome(contest, result(1, 2, 1, winners=("b",), extras=(("blank", 3),)), weight=7, reader=READER)
    assert (shown.blank, shown.measure.whole) == (3, 4)
