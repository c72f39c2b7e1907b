# SPDX-License-Identifier: AGPL-3.0-or-later
"""The result of a question: totals with what they are measured against, and the outcome for one sentence.

Nothing is decided here. Winners and ties are those of the result entry on the board.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import singledispatch
from operator import attrgetter

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tally.contests.approval import Approval
from tally.contests.choose_one import ChooseOne
from tally.contests.cumulative import Cumulative
from tally.contests.knapsack import Knapsack
from tally.contests.protocol import Contest
from tally.contests.results import ContestResult
from tally.contests.score import Score
from voting.presenters.elections import percent
from voting.presenters.said import Reader, Said

_BLANK = "blank"


class Verdict(StrEnum):
    """The shape of the outcome's sentence."""

    CHOSEN = "chosen"
    FUNDED = "funded"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One option's bar; `mark` says what became of it ("" for nothing), `share` is percent of the measure."""

    label: Said
    value: int
    amount: str
    share: float
    winner: bool
    tied: bool
    mark: Promise | str
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What totals are compared with: `whole` is 100 %; `amount` is a phrase for "value of whole"."""

    whole: int
    amount: Promise
    value_heading: Promise
    share_heading: Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A question's result; `rows` from the highest total down, `places` the seats that a tie leaves open."""

    question: Said
    verdict: Verdict
    rows: tuple[Row, ...]
    measure: Measure
    blank: int | None
    budget: int
    spent: int
    places: int

    @property
    def winners(self) -> tuple[Row, ...]:
        """The rows that are decided, best first."""
        return tuple(row for row in self.rows if row.winner)

    @property
    def tied(self) -> tuple[Row, ...]:
        """The rows between which the totals do not decide."""
        return tuple(row for row in self.rows if row.tied)


def outcome(contest: Contest, result: ContestResult, *, weight: int, reader: Reader) -> Outcome:
    """Return the result of a contest over ballots of total `weight`."""
    measured = measure(contest, result, weight)
    rows = sorted(_rows(contest, result, measured, reader), key=attrgetter("value"), reverse=True)  # stable
    return Outcome(
        question=reader.say(contest.question),
        verdict=_verdict(contest, result),
        rows=tuple(rows),
        measure=measured,
        blank=dict(result.extras).get(_BLANK),
        budget=contest.budget,
        spent=sum(row.cost for row in rows if row.winner),
        places=contest.seats - len(result.winners),
    )


def _verdict(contest: Contest, result: ContestResult) -> Verdict:
    if not result.winners and not result.tied:
        return Verdict.NOBODY
    return Verdict.FUNDED if contest.budget else Verdict.CHOSEN


def _rows(contest: Contest, result: ContestResult, measured: Measure, reader: Reader) -> Iterator[Row]:
    totals = dict(result.totals)
    for option in contest.options:
        total = totals[option.id]
        winner, tied = option.id in result.winners, option.id in result.tied
        yield Row(
            label=reader.say(option.label),
            value=total,
            amount=str(measured.amount) % {"value": _grouped(total), "whole": _grouped(measured.whole)},
            share=percent(total, measured.whole),
            winner=winner,
            tied=tied,
            mark=_mark(winner=winner, tied=tied, budget=contest.budget),
            cost=option.cost,
        )


def _mark(*, winner: bool, tied: bool, budget: int) -> Promise | str:
    if tied:
        return _("Tied")
    if budget:
        return _("Funded") if winner else _("Not funded")
    return _("Chosen") if winner else ""


@singledispatch
def measure(contest: object, _result: ContestResult, _weight: int) -> Measure:
    """Return what the totals of this kind of question are compared with."""
    raise NotImplementedError(type(contest).__name__)


@measure.register
def _choose_one(_contest: ChooseOne, result: ContestResult, _weight: int) -> Measure:
    whole = sum(total for _option, total in result.totals)
    return Measure(
        whole=whole,
        amount=_("%(value)s of %(whole)s votes"),
        value_heading=_("Votes"),
        share_heading=_("Share of votes for an option"),
    )


@measure.register(Approval)
@measure.register(Knapsack)
def _chosen_by(_contest: Approval | Knapsack, _result: ContestResult, weight: int) -> Measure:
    return Measure(
        whole=weight,
        amount=_("%(value)s of %(whole)s possible votes"),
        value_heading=_("Votes"),
        share_heading=_("Share of ballots"),
    )


@measure.register
def _score(contest: Score, _result: ContestResult, weight: int) -> Measure:
    return Measure(
        whole=weight * contest.highest,
        amount=_("%(value)s of %(whole)s possible points"),
        value_heading=_("Points"),
        share_heading=_("Share of the highest possible score"),
    )


@measure.register
def _cumulative(_contest: Cumulative, result: ContestResult, _weight: int) -> Measure:
    whole = sum(total for _option, total in result.totals)
    return Measure(
        whole=whole,
        amount=_("%(value)s of %(whole)s points"),
        value_heading=_("Points"),
        share_heading=_("Share of points given"),
    )


def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)
