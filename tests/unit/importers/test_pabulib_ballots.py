# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots of .pb files: every row is an answer or a broken ballot with its reason."""

import pytest
from pabulib_files import BALLOTS, PROJECTS, data, points

from voting.importers.errors import InvalidNumber
from voting.importers.pabulib import read_pabulib
from voting.importers.pabulib_election import Answer, BrokenBallot, Total, to_election


def election(content):
    return to_election(read_pabulib(content))


def test_every_ballot_becomes_an_answer_and_the_totals_are_the_published_ones():
    found = election(data())
    assert found.broken == ()
    assert found.answers[2] == Answer(line=16, voter="v3", amounts=(("p3", 1), ("p2", 1), ("p1", 1)))
    assert found.totals == (
        Total(option="p1", published=3, counted=3, broken=0),
        Total(option="p2", published=2, counted=2, broken=0),
        Total(option="p3", published=1, counted=1, broken=0),
    )
    assert found.remarks == ()


def test_points_are_compared_with_the_published_scores():
    found = election(points())
    assert [(total.published, total.counted) for total in found.totals] == [(6, 6), (4, 2), (2, 1)]


@pytest.mark.parametrize(
    ("content", "reason", "amounts"),
    [
        (
            data(ballots=("v1;p1,p2",), max_length="1"),
            "You chose 2. You can choose at most 1.",
            (("p1", 1), ("p2", 1)),
        ),
        (data(ballots=("v1;p1",), min_length="2"), "1 projects; at least 2 must be chosen", (("p1", 1),)),
        (data(ballots=("v1;",)), "0 projects; at least 1 must be chosen", ()),
        (data(ballots=("v1;p1,p1",)), "a project twice", (("p1", 1), ("p1", 1))),
        (data(ballots=("v1;p1,p9",)), "no project 'p9'", (("p1", 1),)),
        (data(ballots=("v1;p1,P2",)), "no project 'P2'", (("p1", 1),)),
        (data(ballots=("v1;p1,,p2",)), "no project ''", (("p1", 1), ("p2", 1))),
        (data(ballots=("v1;p1,\u202e",)), r"no project '\u202e'", (("p1", 1),)),
        (
            data(ballots=("v1;p2,p3",), max_sum_cost="500"),
            "Your choices cost 650. You can spend at most 500.",
            (("p2", 1), ("p3", 1)),
        ),
        (
            data(ballots=("v1;p1,p2",), vote_type="choose-1"),
            "You chose 2. You can choose at most 1.",
            (("p1", 1), ("p2", 1)),
        ),
        (data(ballots=("v1;",), vote_type="choose-1"), "0 projects; at least 1 must be chosen", ()),
        (points("v1;p1,p2;2,2"), "You gave 4 points. You can give at most 3.", (("p1", 2), ("p2", 2))),
        (points("v1;p1;3", max_points="2"), "The most that one option can get is 2.", (("p1", 3),)),
        (points("v1;p1;2", min_sum_points="3"), "You gave 2 points. Give all 3.", (("p1", 2),)),
        (points("v1;p1,p2;2"), "2 projects and 1 points", ()),
        (points("v1;p1,p2"), "2 projects and 0 points", ()),
        (points("v1;p1,p2;2,-1"), "points that are no whole number: '-1'", (("p1", 2),)),
        (points("v1;p1,p2;2,0.5"), "points that are no whole number: '0.5'", (("p1", 2),)),
        (points("v1;p1;0"), "0 projects; at least 1 must be chosen", ()),
        (points("v1;p1,p1;1,1"), "a project twice", (("p1", 1), ("p1", 1))),
    ],
)
def test_a_ballot_that_breaks_the_rules_is_kept_with_its_reason(content, reason, amounts):
    found = election(content)
    assert found.answers == ()
    (broken,) = found.broken
    assert broken == BrokenBallot(line=broken.line, voter="v1", reason=reason, amounts=amounts)
    assert read_pabulib(content).ballots[0].line == broken.line


def test_a_project_with_no_points_is_as_good_as_left_out():
    assert election(points("v1;p1,p2;3,0")).answers[0].amounts == (("p1", 3),)


@pytest.mark.parametrize(
    "content",
    [data(ballots=("v1;",), min_length="0"), data(ballots=("v1;",), min_length="0", vote_type="choose-1")],
)
def test_an_empty_ballot_is_an_answer_where_the_file_allows_it(content):
    assert [answer.amounts for answer in election(content).answers] == [()]


def test_whether_broken_ballots_were_counted_can_be_seen():
    # Published: p1 4. Three good ballots, and a fourth that chooses a project which does not exist.
    found = election(data(ballots=(*BALLOTS, "v4;p1,p9"), projects=("p1;100;4", *PROJECTS[1:])))
    assert found.totals[0] == Total(option="p1", published=4, counted=3, broken=1)
    assert len(found.answers) + len(found.broken) == 4


def test_totals_that_were_not_published_are_none():
    found = election(data(projects=("p1;100;3;", "p2;250;;4", "p3;400")))
    assert [total.published for total in found.totals] == [3, None, None]


def test_a_published_total_with_a_fraction_is_refused():
    with pytest.raises(InvalidNumber) as caught:
        election(data(projects=("p1;100;3", "p2;250;2.5", "p3;400")))
    assert caught.value.line == 10


@pytest.mark.parametrize(
    ("content", "remark"),
    [
        (data(rule="equalshares"), "rule 'equalshares' is not used"),
        (data(budget_per_category="200,300"), "budget_per_category is not used"),
        (data(num_votes="4"), "num_votes says '4', the file has 3"),
        (data(num_projects="two"), "num_projects says 'two', the file has 3"),
        (data(ballots=("v1;p1", "v1;p2", "v1;p2")), "2 ballots have the voter_id of an earlier one"),
        (points(), "min_length 1 is applied to these ballots"),
    ],
)
def test_what_the_contest_does_not_carry_is_remarked_on(content, remark):
    (found,) = election(content).remarks
    assert found.startswith(remark)


@pytest.mark.parametrize(
    "content",
    [
        data(rule="greedy", num_votes="3", num_projects="3"),
        data(rule="unknown"),
        points(min_sum_points="3"),
        points(min_length="0"),
    ],
)
def test_a_file_that_the_contest_carries_whole_needs_no_remark(content):
    assert election(content).remarks == ()


def test_a_voter_twice_stays_two_ballots():
    assert [answer.voter for answer in election(data(ballots=("v1;p1", "v1;p2"))).answers] == ["v1", "v1"]


def test_a_voter_id_is_cleaned_like_a_name():
    assert election(data(ballots=("v\u202e1;p1",))).answers[0].voter == "v1"
