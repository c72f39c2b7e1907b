# SPDX-License-Identifier: AGPL-3.0-or-later
"""A question as voters will read it, also while texts are missing in some language."""

from dataclasses import dataclass

from django.utils.functional import Promise

from bulletin_board.codec.canonical import Value
from tally.contests.registry import contest_from_value
from voting.management.refusals import REFUSALS
from voting.office.forms.question import KINDS
from voting.office.sketch import Sketch
from voting.office.words import in_words
from voting.presenters.questions import Question, question
from voting.presenters.said import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A question with the control that its kind has; `highest` is what a number field allows."""

    id: str
    kind: str
    kind_title: Promise
    question: Question | None
    problem: str
    highest: Value

    @property
    def control(self) -> str:
        """The type of the control beside each option."""
        return {"choose-one": "radio", "approval": "checkbox", "knapsack": "checkbox"}.get(
            self.kind, "number"
        )


def preview_of(contest: Sketch, reader: Reader) -> Preview:
    """Return the question of a draft, or what is wrong with it."""
    found: Question | None = None
    problem = ""
    try:
        found = question(contest_from_value(contest), reader)
    except REFUSALS as error:
        problem = in_words(error)
    kind = str(contest["kind"])
    return Preview(
        id=str(contest["id"]),
        kind=kind,
        kind_title=next(one.title for one in KINDS if one.name == kind),
        question=found,
        problem=problem,
        highest=contest.get("highest", contest.get("per_option", 1)),
    )
