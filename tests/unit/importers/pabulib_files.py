# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small made-up .pb files for the tests of this folder."""

PROJECTS = ("p1;100;3;6;Benches", "p2;250;2;4;A pond", "p3;400;1;2;Trees")
BALLOTS = ("v1;p1,p2", "v2;p1", "v3;p3,p2,p1")
META = {"description": "Village budget", "budget": "500", "vote_type": "approval", "language": "en"}


def text(
    *,
    projects=PROJECTS,
    ballots=BALLOTS,
    project_columns="project_id;cost;votes;score;name",
    ballot_columns="voter_id;vote",
    end="\n",
    **meta,
):
    properties = {key: value for key, value in (META | meta).items() if value is not None}
    lines = (
        "META",
        "key;value",
        *(f"{key};{value}" for key, value in properties.items()),
        "PROJECTS",
        project_columns,
        *projects,
        "VOTES",
        ballot_columns,
        *ballots,
        "",
    )
    return end.join(lines)


def data(**parts):
    return text(**parts).encode()


def points(*ballots, **parts):
    """A cumulative file whose ballots read "voter;projects;points"."""
    rows = ballots or ("v1;p1,p2;2,1", "v2;p1;3", "v3;p3,p2,p1;1,1,1")
    defaults = {"vote_type": "cumulative", "max_sum_points": "3"}
    return data(ballots=rows, ballot_columns="voter_id;vote;points", **(defaults | parts))
