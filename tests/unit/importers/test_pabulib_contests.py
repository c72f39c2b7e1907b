# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which contest a .pb file describes, and what is refused rather than approximated."""

import pytest
from pabulib_files import data, points

from tally.contests.approval import Approval
from tally.contests.choose_one import ChooseOne
from tally.contests.cumulative import Cumulative
from tally.contests.knapsack import Knapsack
from voting.importers.errors import (
    InexactCost,
    InvalidMeta,
    MissingMeta,
    UnsupportedKind,
    UnsupportedRule,
    UnusableContest,
)
from voting.importers.pabulib import read_pabulib
from voting.importers.pabulib_election import to_election


def election(content):
    return to_election(read_pabulib(content))


def contest(content):
    return election(content).contest


def test_the_projects_become_options_with_costs_and_the_budget_is_spent():
    found = contest(data())
    assert (found.budget, found.seats) == (500, 0)
    assert found.question.to_value() == {"en": "Village budget"}
    assert [(option.id, option.cost, option.label.get("en")) for option in found.options] == [
        ("p1", 100, "Benches"),
        ("p2", 250, "A pond"),
        ("p3", 400, "Trees"),
    ]


@pytest.mark.parametrize(
    ("meta", "minimum", "maximum"),
    [
        ({}, 1, 3),
        ({"min_length": "0"}, 0, 3),
        ({"min_length": "", "max_length": ""}, 1, 3),
        ({"min_length": "2", "max_length": "2"}, 2, 2),
        ({"max_length": "2.0"}, 1, 2),
        ({"max_length": "99"}, 1, 3),
    ],
)
def test_approval_has_the_lengths_of_the_file(meta, minimum, maximum):
    found = contest(data(**meta))
    assert isinstance(found, Approval)
    assert (found.minimum, found.maximum) == (minimum, maximum)


def test_approval_within_the_budget_is_a_knapsack():
    found = contest(data(max_sum_cost="500", max_length="2", min_sum_cost="0"))
    assert isinstance(found, Knapsack)
    assert (found.budget, found.minimum, found.maximum) == (500, 1, 2)


@pytest.mark.parametrize(
    ("meta", "blank"), [({}, False), ({"min_length": "1"}, False), ({"min_length": "0"}, True)]
)
def test_choosing_one_is_blank_where_nothing_need_be_chosen(meta, blank):
    found = contest(data(vote_type="choose-1", **meta))
    assert isinstance(found, ChooseOne)
    assert found.blank == blank


@pytest.mark.parametrize(
    ("meta", "limits"),
    [
        ({}, (3, 3, False)),
        ({"max_points": "2"}, (3, 2, False)),
        ({"max_points": "9"}, (3, 3, False)),
        ({"min_sum_points": "3"}, (3, 3, True)),
        ({"min_sum_points": "0", "min_points": "1"}, (3, 3, False)),
        ({"max_sum_points": "90", "max_points": "2"}, (6, 2, False)),
        ({"max_length": "3"}, (3, 3, False)),
        ({"max_length": "2", "max_sum_points": "2"}, (2, 2, False)),
        ({"min_length": "0"}, (3, 3, False)),
    ],
)
def test_cumulative_has_the_points_of_the_file(meta, limits):
    found = contest(points(**meta))
    assert isinstance(found, Cumulative)
    assert (found.points, found.per_option, found.exact) == limits


@pytest.mark.parametrize("kind", ["ordinal", "scoring", "approval ", "Approval", "", None])
def test_other_ways_of_voting_are_refused(kind):
    with pytest.raises(UnsupportedKind):
        contest(data(vote_type=kind if kind != "approval " else "approval-ish"))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (data(budget=None), MissingMeta),
        (data(budget="lots"), InvalidMeta),
        (data(budget="-5"), InvalidMeta),
        (data(budget="0"), UnusableContest),
        (data(budget="9007199254740992"), UnusableContest),
        (data(budget="0.001"), InexactCost),
        (data(projects=("p1;1.005", "p2;2")), InexactCost),
        (data(projects=("p1;0", "p2;2")), UnusableContest),
        (data(projects=()), UnusableContest),
        (data(min_length="one"), InvalidMeta),
        (data(min_length="1.5"), InvalidMeta),
        (data(max_length="0"), UnusableContest),
        (data(min_length="3", max_length="2"), UnusableContest),
        (data(max_sum_cost="400"), UnsupportedRule),
        (data(max_sum_cost="much"), InvalidMeta),
        (data(max_sum_cost="500", min_sum_cost="1"), UnsupportedRule),
        (data(max_sum_cost="50", budget="50"), UnusableContest),  # nothing can be bought
        (data(min_sum_cost="1"), UnsupportedRule),
        (data(vote_type="choose-1", max_length="2"), InvalidMeta),
        (data(vote_type="choose-1", projects=("p1;5",)), UnusableContest),
        (data(vote_type="cumulative"), MissingMeta),
        (points(max_sum_points="2.5"), InvalidMeta),
        (points(max_sum_points="0"), UnusableContest),
        (points(min_sum_points="2"), UnsupportedRule),
        (points(min_points="2"), UnsupportedRule),
        (points(min_length="2"), UnsupportedRule),
        (points(max_length="2"), UnsupportedRule),
    ],
)
def test_what_has_no_exact_counterpart_is_refused(content, error):
    with pytest.raises(error):
        contest(content)


def test_whole_amounts_with_decimals_are_whole():
    found = election(data(budget="500.00", projects=("p1;1200.0", "p2;5")))
    assert found.scale == 1
    assert [option.cost for option in found.contest.options] == [1200, 5]


def test_cents_anywhere_scale_every_amount():
    found = election(data(budget="500", max_sum_cost="500.0", projects=("p1;12.5", "p2;0.01")))
    assert found.scale == 100
    assert found.contest.budget == 50_000
    assert [option.cost for option in found.contest.options] == [1250, 1]


@pytest.mark.parametrize(
    ("language", "tag"), [("pl", "pl"), ("EN", "en"), (None, "und"), ("Polish", "und"), ("", "und")]
)
def test_the_language_is_the_files_or_undetermined(language, tag):
    assert contest(data(language=language)).question.languages == (tag,)


def test_hostile_names_and_ids_become_plain_ones():
    content = data(
        description="Budget \u202e2022",
        projects=("A/1;5;0;0;Po\u202end\x00", "a 1;5;0;0;", "é;5"),
        ballots=("v1;A/1,é",),
    )
    found = election(content)
    assert found.option_ids == (("A/1", "a-1"), ("a 1", "a-1-2"), ("é", "project"))
    labels = [option.label.get("en") for option in found.contest.options]
    assert labels == ["Pond", "a-1-2", "project"]
    assert found.contest.question.get("en") == "Budget 2022"
    assert found.answers[0].amounts == (("a-1", 1), ("project", 1))


def test_a_file_without_a_description_still_has_a_question():
    assert contest(data(description=None)).question.get("en") == "projects"
