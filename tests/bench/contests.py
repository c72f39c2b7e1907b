# SPDX-License-Identifier: AGPL-3.0-or-later
"""One contest of each kind, of a usual size, with a selection."""

from tally.contests.approval import Approval
from tally.contests.base import Option
from tally.contests.choose_one import ChooseOne
from tally.contests.cumulative import Cumulative
from tally.contests.knapsack import Knapsack
from tally.contests.protocol import Contest
from tally.contests.score import Score
from tally.contests.texts import Texts

CAPACITY = 100_000  # voters: counters of 17 bits and more


def _common(count: int, *, cost: int = 0) -> dict[str, object]:
    text = Texts.of({"en": "A question"})
    options = tuple(Option(id=f"option-{i}", label=text, cost=cost * (i + 1)) for i in range(count))
    return {"id": "q", "question": text, "options": options, "order": "fixed"}


_PLAIN = {"seats": 1, "budget": 0}

SMALLEST = (ChooseOne(**_common(2), **_PLAIN, blank=False), {"option-0": 1})  # for boards of many ballots
CONTESTS: dict[str, tuple[Contest, dict[str, int]]] = {
    "choose-1-of-20": (ChooseOne(**_common(20), **_PLAIN, blank=False), {"option-3": 1}),
    "approval-3-of-9": (
        Approval(**_common(9), **_PLAIN, minimum=0, maximum=3),
        {"option-1": 1, "option-5": 1},
    ),
    "score-5-of-8": (Score(**_common(8), **_PLAIN, highest=5), {"option-0": 5, "option-7": 2}),
    "cumulative-5-of-24": (
        Cumulative(**_common(24), **_PLAIN, points=5, per_option=5, exact=False),
        {"option-2": 3, "option-9": 2},
    ),
    "knapsack-24": (
        Knapsack(**_common(24, cost=1_000), seats=0, budget=50_000, minimum=0, maximum=24),
        {"option-0": 1, "option-10": 1},
    ),
}
