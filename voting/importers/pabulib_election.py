# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ballots of a Pabulib file as answers to its contest, beside the totals that were published.

Published are the votes of each project, or its score where voters gave points. A ballot that breaks the
file's own rule is kept apart with its reason and with what it would have added, so that one can see whether
the publisher counted it. Weights of voters are not read. What the contest is, is decided in
pabulib_rules.py.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tally.contests.cumulative import Cumulative
from tally.contests.errors import InvalidSelection
from tally.contests.protocol import Contest
from voting.importers.clean import clean_name, identifiers
from voting.importers.errors import InvalidNumber
from voting.importers.pabulib import Ballot, PabulibFile, read_number
from voting.importers.pabulib_rules import least_projects, money_scale, read_contest, stated

_GREEDY = ("", "greedy", "unknown")
_OTHER_OUTCOME = ("budget_per_category", "budget_per_neighborhood", "min_project_score_threshold")

Amounts = tuple[tuple[str, int], ...]  # ((option id, amount), …) in the order of the ballot


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A ballot within the rules; `dict(amounts)` is the selection."""

    line: int
    voter: str
    amounts: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenBallot:
    """A ballot that breaks the file's rules, why, and what it would add to the options that exist."""

    line: int
    voter: str
    reason: str
    amounts: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One option: its published total (None if there is none), what answers and broken ballots add up to."""

    option: str
    published: int | None
    counted: int
    broken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PabulibElection:
    """A contest and everything that the file says of its ballots; answers and broken ballots are all rows.

    `option_ids` = ((project id, option id), …). Money is in the file's units times `scale` (1, or 100 for
    cents). `remarks` say what else of the file the contest does not carry.
    """

    contest: Contest
    option_ids: tuple[tuple[str, str], ...]
    scale: int
    answers: tuple[Answer, ...]
    broken: tuple[BrokenBallot, ...]
    totals: tuple[Total, ...]
    remarks: tuple[str, ...]


def to_election(file: PabulibFile, *, contest_id: str = "projects") -> PabulibElection:
    """Return the election of a file; raises an ImportRefused where the file has no counterpart here."""
    option_ids = identifiers((project.id for project in file.projects), default="project")
    scale = money_scale(file)
    contest = read_contest(file, contest_id=contest_id, option_ids=option_ids, scale=scale)
    answers, broken = _sort_ballots(file, contest, option_ids)
    return PabulibElection(
        contest=contest,
        option_ids=tuple(option_ids.items()),
        scale=scale,
        answers=answers,
        broken=broken,
        totals=_totals(file, contest, answers, broken),
        remarks=_remarks(file, contest),
    )


def _sort_ballots(
    file: PabulibFile, contest: Contest, option_ids: Mapping[str, str]
) -> tuple[tuple[Answer, ...], tuple[BrokenBallot, ...]]:
    least = least_projects(file)
    answers: list[Answer] = []
    broken: list[BrokenBallot] = []
    for ballot in file.ballots:
        voter = clean_name(ballot.voter)
        amounts, reason = _amounts(ballot, option_ids, pointed=_is_pointed(contest))
        reason = reason or _refusal(contest, amounts, least)
        if reason:
            broken.append(BrokenBallot(line=ballot.line, voter=voter, reason=reason, amounts=amounts))
        else:
            answers.append(Answer(line=ballot.line, voter=voter, amounts=amounts))
    return tuple(answers), tuple(broken)


def _amounts(ballot: Ballot, option_ids: Mapping[str, str], *, pointed: bool) -> tuple[Amounts, str]:
    """Return what a ballot gives to the projects that exist, and why it cannot be counted ("" if it can)."""
    points = ballot.points if pointed else ("1",) * len(ballot.choices)
    if len(points) != len(ballot.choices):
        return (), f"{len(ballot.choices)} projects and {len(points)} points"
    amounts: list[tuple[str, int]] = []
    reason = "" if len(set(ballot.choices)) == len(ballot.choices) else "a project twice"
    for choice, text in zip(ballot.choices, points, strict=True):
        amount = _points(text)
        if choice not in option_ids:
            reason = reason or f"no project {choice[:40]!a}"
        elif amount is None:
            reason = reason or f"points that are no whole number: {text[:40]!a}"
        elif amount:
            amounts.append((option_ids[choice], amount))
    return tuple(amounts), reason


def _points(text: str) -> int | None:
    try:
        number = read_number(text)
    except InvalidNumber:
        return None
    return int(number) if number == int(number) else None


def _refusal(contest: Contest, amounts: Amounts, least: int) -> str:
    """Return why the file or the contest does not allow the answer, or ""."""
    if len(amounts) < least:
        return f"{len(amounts)} projects; at least {least} must be chosen"
    try:
        contest.answer(dict(amounts))
    except InvalidSelection as error:
        return str(error)
    return ""


def _totals(
    file: PabulibFile, contest: Contest, answers: tuple[Answer, ...], broken: tuple[BrokenBallot, ...]
) -> tuple[Total, ...]:
    counted, beside = _count(answers), _count(broken)
    return tuple(
        Total(
            option=option.id,
            published=_published(project.score if _is_pointed(contest) else project.votes, project.line),
            counted=counted[option.id],
            broken=beside[option.id],
        )
        for option, project in zip(contest.options, file.projects, strict=True)
    )


def _count(ballots: tuple[Answer, ...] | tuple[BrokenBallot, ...]) -> Counter[str]:
    total: Counter[str] = Counter()
    for ballot in ballots:
        for option, amount in ballot.amounts:
            total[option] += amount
    return total


def _published(number: Decimal | None, line: int) -> int | None:
    if number is None:
        return None
    if number != int(number):
        raise InvalidNumber("a published total is not a whole number", line=line, computed=number)
    return int(number)


def _is_pointed(contest: Contest) -> bool:
    return isinstance(contest, Cumulative)


def _remarks(file: PabulibFile, contest: Contest) -> tuple[str, ...]:
    meta = stated(file)
    remarks = [f"{key} is not used: the outcome here is greedy" for key in _OTHER_OUTCOME if key in meta]
    if (rule := meta.get("rule", "")) not in _GREEDY:
        remarks.append(f"rule {rule[:40]!a} is not used: the outcome here is greedy")
    for key, rows in (("num_projects", file.projects), ("num_votes", file.ballots)):
        if (said := meta.get(key, str(len(rows)))) != str(len(rows)):
            remarks.append(f"{key} says {said[:40]!a}, the file has {len(rows)}")
    if isinstance(contest, Cumulative) and not contest.exact and least_projects(file):
        remarks.append("min_length 1 is applied to these ballots; the contest itself allows giving no points")
    if again := len(file.ballots) - len({ballot.voter for ballot in file.ballots}):
        remarks.append(f"{again} ballots have the voter_id of an earlier one; all are kept")
    return tuple(remarks)
