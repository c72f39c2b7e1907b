# SPDX-License-Identifier: AGPL-3.0-or-later
"""Made-up elections for the pages, of every kind of question, as the simulator grows them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from bulletin_board.log.keys import VerifierKey
from tally.contests.approval import Approval
from tally.contests.base import Option
from tally.contests.choose_one import ChooseOne
from tally.contests.cumulative import Cumulative
from tally.contests.knapsack import Knapsack
from tally.contests.protocol import Contest
from tally.contests.score import Score
from tally.contests.texts import Texts
from tally.record.board_keys import BoardKeys
from tally.record.parties import Trustees
from tally.record.terms import Schedule
from tests import simulator
from tests.simulator import World

VOTERS = 24
OPENS = datetime(2026, 11, 16, 8, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=7)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> & {{ 7|add:7 }} {% csrf_token %}"
PATTERN = (0, 0, 1, 0, 2, 1, 0, 3, 1, 0)  # which option the voters favour, over and over


def say(english: str) -> Texts:
    return Texts.of({"en": english})


def options(*labels: str, costs: Sequence[int] = ()) -> tuple[Option, ...]:
    return tuple(
        Option(id=f"o{index}", label=say(label), cost=costs[index] if costs else 0)
        for index, label in enumerate(labels)
    )


def contest(kind: type, name: str, question: str, choices: tuple[Option, ...], **rest: object):
    common = {"id": name, "question": say(question), "options": choices}
    return kind(**(common | {"order": "fixed", "seats": 1, "budget": 0} | rest))


def town() -> tuple[Contest, ...]:
    candidates = options("Rosa Delgado", "Tomasz Wójcik", "Imani Barasa", "Ewan MacLeod")
    board = options("Priya Raman", "Jonas Weber", "Leïla Haddad", "Samuel Adeyemi", "Grete Holm")
    return (
        contest(ChooseOne, "mayor", "Who shall be mayor of Little Harbour?", candidates, blank=True),
        contest(
            Approval, "school", "Who shall sit on the school board?", board, seats=2, minimum=0, maximum=3
        ),
    )


def projects() -> tuple[Contest, ...]:
    wishes = options(
        "Shade trees along the harbour road",
        "A second crossing at the primary school",
        "Repair café, two evenings a week",
        "New roof for the boathouse",
        "Public drinking fountains",
        costs=(18_000, 42_500, 6_000, 61_000, 9_500),
    )
    question = "Which projects shall the district pay for?"
    return (
        contest(Knapsack, "projects", question, wishes, seats=0, budget=80_000, minimum=0, maximum=4),
        contest(
            Score, "hours", "When shall the library be open?", options("Mornings", "Evenings"), highest=5
        ),
        contest(
            Cumulative,
            "fund",
            "How shall the small fund be shared?",
            options("Music", "Sport"),
            points=4,
            per_option=4,
            exact=False,
        ),
    )


def hostile() -> tuple[Contest, ...]:
    return (contest(ChooseOne, "q", HOSTILE, options(HOSTILE, "سارة العلي", "דנה כהן"), blank=False),)


KINDS = {
    "town": (town, ("Amina Okafor", "Björn Lind", "Clara Espinoza")),
    "projects": (projects, ("Dele Musa", "Eva Horák", "Faisal Rahman")),
    "hostile": (hostile, (HOSTILE, "سارة", "דנה")),
}


@cache
def world(kind: str, title: str, log: str) -> World:
    """An election up to its final entry, whose log's key is `log` (a vkey); other kinds than "town" weigh."""
    contests, names = KINDS[kind]
    made = simulator.open_world(
        contests(),
        weights=[1 if kind == "town" else 1 + (index == 3) for index in range(VOTERS)],
        title=say(title),
        description=say(HOSTILE if kind == "hostile" else ""),
        rehearsal=kind == "hostile",
        board=BoardKeys(log=VerifierKey.from_text(log), witnesses=(), quorum=0),
        trustees=_trustees(names),
        schedule=Schedule(opens=OPENS, closes=CLOSES, check_period_hours=48),
    )
    _vote(made)
    made.finish()
    return made


def _trustees(names: Sequence[str]) -> Trustees:
    plain = simulator.trustees()
    members = zip(plain.members, names, strict=True)
    return replace(plain, members=tuple(replace(member, name=name) for member, name in members))


def _vote(made: World) -> None:
    """Nineteen of the voters vote, one after a test, two of them twice."""
    for voter in range(19):
        if voter == 7:
            made.test(voter, _choices(made, voter))
        made.vote(voter, _choices(made, voter))
    for voter in (4, 11):
        made.vote(voter, _choices(made, voter + 1))


def _choices(made: World, voter: int) -> dict[str, dict[str, int]]:
    return {question.id: _choice(question, voter) for question in made.manifest.contests}


def _choice(question: Contest, voter: int) -> dict[str, int]:
    ids = [option.id for option in question.options]
    if isinstance(question, ChooseOne):
        is_blank = question.blank and voter % 9 == 8
        return {} if is_blank else {ids[PATTERN[voter % len(PATTERN)] % len(ids)]: 1}
    if isinstance(question, Approval):
        return {ids[PATTERN[voter % len(PATTERN)]]: 1, ids[4]: voter % 2}
    if isinstance(question, Knapsack):
        return {ids[4]: 1, ids[(0, 2, 0, 1)[voter % 4]]: 1}
    return {ids[voter % 3 % len(ids)]: 4}
