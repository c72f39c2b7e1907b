# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kinds of question that exist (docs/spec/contests.md, "Kinds").

A new kind is a new file and a new line here; nothing else in the system names one.
"""

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields
from tally.contests.approval import Approval
from tally.contests.choose_one import ChooseOne
from tally.contests.cumulative import Cumulative
from tally.contests.errors import UnknownKind
from tally.contests.knapsack import Knapsack
from tally.contests.protocol import Contest
from tally.contests.score import Score

_CLASSES = (ChooseOne, Approval, Score, Cumulative, Knapsack)

KINDS = tuple(contest.kind for contest in _CLASSES)


def contest_from_value(value: Value, name: str = "contest") -> Contest:
    """Return the contest of a JSON value; raises a DefinitionError or the codec's EncodingError."""
    kind = Fields(value, name).text("kind")
    for contest in _CLASSES:
        if contest.kind == kind:
            return contest.from_value(value, name)
    raise UnknownKind(f"{name}: no such kind of question", expected=KINDS, computed=kind)
