# SPDX-License-Identifier: AGPL-3.0-or-later
"""Willow Ferry, a small town that does not exist: its questions, its voters, and how they choose.

Choices follow from a hash of the voter's number, so that every run has the same result and it can be compared
with what was counted. Only the demonstration knows it; no part of a real election could.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tally.contests.approval import Approval
from tally.contests.base import Option
from tally.contests.choose_one import ChooseOne
from tally.contests.knapsack import Knapsack
from tally.contests.protocol import Contest
from tally.contests.texts import Texts

SLUG = "willow-ferry"
TITLE = "Willow Ferry: mayor, school board and projects"
VISITORS_SLUG = "willow-ferry-visitors"  # open for whoever runs the demonstration
VISITORS_TITLE = "Willow Ferry: visitors vote"
DESCRIPTION = (
    "A made-up election of a made-up town. Every run makes new keys, new voters' codes and new ballots."
)
MAYOR, SCHOOL_BOARD, PROJECTS = "mayor", "school-board", "projects"
BLANK = "blank"

# (option id, name, how popular: parts of a whole)
_MAYOR = (
    ("ada-brook", "Ada Brook", 30),
    ("jonas-field", "Jonas Field", 24),
    ("mirela-stone", "Mirela Stone", 27),
    ("tomas-reed", "Tomás Reed", 13),
    (BLANK, "", 6),
)
_BOARD = (
    ("amina-hill", "Amina Hill", 46),
    ("bruno-marsh", "Bruno Marsh", 22),
    ("chiara-wood", "Chiara Wood", 38),
    ("dmitri-lake", "Dmitri Lake", 17),
    ("elif-meadow", "Elif Meadow", 41),
    ("farid-shore", "Farid Shore", 29),
    ("greta-vale", "Greta Vale", 33),
)
_MOST = 3  # of the school board
_PROJECTS = (
    ("shade-trees", "Shade trees along Mill Lane", 34),
    ("night-bus", "A night bus on Fridays", 26),
    ("ferry-landing", "A new landing for the ferry", 30),
    ("bandstand", "Repairs to the bandstand", 12),
    ("playground", "A playground by the weir", 38),
    ("bicycle-sheds", "Sheds for bicycles at the station", 20),
)
_COSTS = {
    "shade-trees": 9,
    "night-bus": 14,
    "ferry-landing": 31,
    "bandstand": 12,
    "playground": 22,
    "bicycle-sheds": 6,
}  # thousands
_BUDGET = 60  # thousands
_FIRST = ("Alma", "Boris", "Cleo", "Dario", "Edda", "Felix", "Gita", "Hugo")
_LAST = ("Ash", "Birch", "Cedar", "Elm", "Hazel", "Linden", "Maple", "Rowan")
VOTERS = len(_FIRST) * len(_LAST)
_ABSENT = frozenset({9, 33})  # on the roll, and stay at home
_REVOTERS = frozenset({4, 17, 23, 42, 57})
_TESTERS = frozenset({12, 40})  # test a ballot before they cast one

Selections = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a voter will do: test a ballot first or not, then cast these, of which the last counts."""

    tests: bool
    ballots: tuple[Selections, ...]


def contests() -> tuple[Contest, ...]:
    """The questions: a choice, an approval, and a budget to spend."""
    return (
        ChooseOne(
            id=MAYOR,
            question=texts("Who shall be mayor?"),
            options=tuple(_option(key, name) for key, name, _ in _MAYOR if name),
            order="random",
            seats=1,
            budget=0,
            blank=True,
        ),
        Approval(
            id=SCHOOL_BOARD,
            question=texts("Who shall sit on the school board? Choose up to three."),
            options=tuple(_option(key, name) for key, name, _ in _BOARD),
            order="random",
            seats=3,
            budget=0,
            minimum=1,
            maximum=_MOST,
        ),
        Knapsack(
            id=PROJECTS,
            question=texts(f"Which projects shall the town pay for? Spend up to {_BUDGET} thousand."),
            options=tuple(_option(key, name, cost=_COSTS[key]) for key, name, _ in _PROJECTS),
            order="fixed",
            seats=0,
            budget=_BUDGET,
            minimum=0,
            maximum=len(_PROJECTS),
        ),
    )


def voter_list() -> bytes:
    """The registrar's list, as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "email", "weight"))
    for number, name in enumerate(f"{first} {last}" for last in _LAST for first in _FIRST):
        writer.writerow((name, f"voter-{number + 1}@willow-ferry.example", 1))
    return text.getvalue().encode("utf-8")


def plan_of(voter: int) -> Plan:
    """What the voter of this number (from 0) will do."""
    if voter in _ABSENT:
        return Plan(tests=False, ballots=())
    rounds = 2 if voter in _REVOTERS else 1
    return Plan(tests=voter in _TESTERS, ballots=tuple(_choose(voter, turn) for turn in range(rounds)))


def expected_totals(plans: Sequence[Plan]) -> Mapping[str, Counter[str]]:
    """What the count must find: contest → option (or "blank") → votes."""
    totals: dict[str, Counter[str]] = {
        MAYOR: Counter(),
        SCHOOL_BOARD: Counter(),
        PROJECTS: Counter(),
    }
    for plan in plans:
        for contest, selection in (plan.ballots[-1] if plan.ballots else {}).items():
            totals[contest].update(selection or [BLANK])
    return totals


def _choose(voter: int, turn: int) -> Selections:
    mayor = _pick(_MAYOR, f"{voter}/{turn}/mayor")
    board: dict[str, int] = {}
    for place in range(1 + _number(f"{voter}/{turn}/size") % _MOST):
        left = tuple(option for option in _BOARD if option[0] not in board)
        board[_pick(left, f"{voter}/{turn}/board/{place}")] = 1
    return {
        MAYOR: {} if mayor == BLANK else {mayor: 1},
        SCHOOL_BOARD: board,
        PROJECTS: _spend(f"{voter}/{turn}/projects"),
    }


def _spend(text: str) -> dict[str, int]:
    """Projects drawn one after the other, for as long as the next can be paid."""
    chosen: dict[str, int] = {}
    left = _BUDGET
    while affordable := tuple(row for row in _PROJECTS if row[0] not in chosen and _COSTS[row[0]] <= left):
        key = _pick(affordable, f"{text}/{len(chosen)}")
        chosen[key] = 1
        left -= _COSTS[key]
    return chosen


def _pick(options: Sequence[tuple[str, str, int]], text: str) -> str:
    mark = _number(text) % sum(weight for _, _, weight in options)
    for key, _, weight in options:
        mark -= weight
        if mark < 0:
            return key
    raise AssertionError("unreachable: the mark lies below the sum")


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(b"willow ferry/" + text.encode()).digest()[:8], "big")


def _option(key: str, name: str, *, cost: int = 0) -> Option:
    return Option(id=key, label=texts(name), cost=cost)


def texts(text: str) -> Texts:
    """The text in the town's one language."""
    return Texts.of({"en": text})
