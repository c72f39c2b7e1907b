# SPDX-License-Identifier: AGPL-3.0-or-later
"""A question before it is answered: what it asks, what can be chosen, and by which rule, in words."""

from dataclasses import dataclass
from functools import singledispatch

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tally.contests.approval import Approval
from tally.contests.choose_one import ChooseOne
from tally.contests.cumulative import Cumulative
from tally.contests.knapsack import Knapsack
from tally.contests.protocol import Contest
from tally.contests.score import Score
from voting.presenters.said import Reader, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option; `cost` is 0 where there is no budget."""

    label: Said
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question; `rules` are sentences."""

    text: Said
    rules: tuple[str, ...]
    budget: int
    choices: tuple[Choice, ...]


def question(contest: Contest, reader: Reader) -> Question:
    """Return what a page shows of a contest."""
    return Question(
        text=reader.say(contest.question),
        rules=(how_to_answer(contest), *_how_it_is_decided(contest)),
        budget=contest.budget,
        choices=tuple(Choice(label=reader.say(option.label), cost=option.cost) for option in contest.options),
    )


@singledispatch
def how_to_answer(contest: object) -> str:
    """Return what a voter may choose, in one sentence."""
    raise NotImplementedError(type(contest).__name__)


@how_to_answer.register
def _choose_one(contest: ChooseOne) -> str:
    return _("Choose one, or leave it blank.") if contest.blank else _("Choose one.")


@how_to_answer.register
def _approval(contest: Approval) -> str:
    return _number(contest.minimum, contest.maximum, len(contest.options))


@how_to_answer.register
def _score(contest: Score) -> str:
    return _("Give each option 0 to %(highest)d points.") % {"highest": contest.highest}


@how_to_answer.register
def _cumulative(contest: Cumulative) -> str:
    numbers = {"points": contest.points, "most": contest.per_option}
    if contest.exact:
        return _("Share out all of %(points)d points, at most %(most)d on one option.") % numbers
    return _("Share out up to %(points)d points, at most %(most)d on one option.") % numbers


@how_to_answer.register
def _knapsack(contest: Knapsack) -> str:
    number = _number(contest.minimum, contest.maximum, len(contest.options))
    return _("%(number)s Together they may not cost more than the budget.") % {"number": number}


def _number(low: int, high: int, options: int) -> str:
    if low == 0 and high == options:
        return _("Choose as many as you like.")
    if low == high:
        return ngettext("Choose exactly %(high)d.", "Choose exactly %(high)d.", high) % {"high": high}
    if low == 0:
        return ngettext("Choose at most %(high)d.", "Choose at most %(high)d.", high) % {"high": high}
    return _("Choose %(low)d to %(high)d.") % {"low": low, "high": high}


def _how_it_is_decided(contest: Contest) -> tuple[str, ...]:
    if contest.budget:
        return (_("The highest totals are funded first, as far as the budget goes."),)
    if contest.seats > 1:
        return (_("The %(seats)d highest totals are chosen.") % {"seats": contest.seats},)
    return (_("The highest total is chosen."),)
