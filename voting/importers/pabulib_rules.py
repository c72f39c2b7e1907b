# SPDX-License-Identifier: AGPL-3.0-or-later
"""The contest that a Pabulib file describes.

    vote_type   | with          | contest
    choose-1    |               | choose-one
    approval    |               | approval
    approval    | max_sum_cost  | knapsack
    cumulative  |               | cumulative

Other types, and limits that such a contest cannot enforce, are refused. Limits that a file leaves out have
the format's defaults: min_length 1, max_length the number of projects, max_points max_sum_points, other
minima 0. Ballots are read in pabulib_election.py.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from tally.contests.approval import Approval
from tally.contests.base import Common, Option
from tally.contests.choose_one import ChooseOne
from tally.contests.cumulative import Cumulative
from tally.contests.errors import DefinitionError
from tally.contests.knapsack import Knapsack
from tally.contests.protocol import Contest
from tally.contests.texts import Texts
from voting.importers.clean import clean_name
from voting.importers.errors import (
    InexactCost,
    InvalidMeta,
    InvalidNumber,
    MissingMeta,
    UnsupportedKind,
    UnsupportedRule,
    UnusableContest,
)
from voting.importers.pabulib import PabulibFile, read_number

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_UNDETERMINED = "und"  # ISO 639-2
_CENTS = 100
_MONEY = ("budget", "max_sum_cost", "min_sum_cost")

Meta = Mapping[str, str]  # without empty values


def read_contest(file: PabulibFile, *, contest_id: str, option_ids: Mapping[str, str], scale: int) -> Contest:
    """Return the contest of a file; `option_ids` maps project ids, `scale` is that of `money_scale`.

    Raises UnsupportedKind, UnsupportedRule, MissingMeta, InvalidMeta, UnusableContest.
    """
    meta = stated(file)
    kind = meta.get("vote_type", "")
    if kind not in _BUILDERS:
        raise UnsupportedKind(f"no contest for vote_type {kind!a}", expected=tuple(_BUILDERS), computed=kind)
    try:
        return _BUILDERS[kind](meta, _common(file, meta, option_ids, scale, contest_id))
    except DefinitionError as error:
        raise UnusableContest(str(error), expected=error.expected, computed=error.computed) from None


def money_scale(file: PabulibFile) -> int:
    """Return 1 if all amounts of money are whole, 100 if all are whole in cents; raises InexactCost."""
    meta = stated(file)
    amounts = [project.cost for project in file.projects]
    amounts += [_number(meta, key) for key in _MONEY if key in meta]
    for scale in (1, _CENTS):
        if all(amount * scale == int(amount * scale) for amount in amounts):
            return scale
    raise InexactCost("an amount of money has more than two decimals")


def least_projects(file: PabulibFile) -> int:
    """Return min_length."""
    return _whole(stated(file), "min_length", 1)


def stated(file: PabulibFile) -> dict[str, str]:
    """Return the properties of the election that are not empty."""
    return {key: value for key, value in file.meta if value}


def _common(
    file: PabulibFile, meta: Meta, option_ids: Mapping[str, str], scale: int, contest_id: str
) -> Common:
    tag = meta.get("language", "").lower()
    language = tag if _LANGUAGE.fullmatch(tag) else _UNDETERMINED
    options = tuple(
        Option(
            id=option_ids[project.id],
            label=Texts.of({language: clean_name(project.name) or option_ids[project.id]}),
            cost=int(project.cost * scale),
        )
        for project in file.projects
    )
    return {
        "id": contest_id,
        "question": Texts.of({language: clean_name(meta.get("description", "")) or contest_id}),
        "options": options,
        "order": "fixed",
        "seats": 0,
        "budget": int(_number(meta, "budget") * scale),
    }


def _choose_one(meta: Meta, common: Common) -> Contest:
    highest = _whole(meta, "max_length", 1)
    if highest != 1:
        raise InvalidMeta("max_length of a choose-1 file", expected=1, computed=highest)
    return ChooseOne(**common, blank=_whole(meta, "min_length", 1) == 0)


def _approval(meta: Meta, common: Common) -> Contest:
    count = len(common["options"])
    minimum = _whole(meta, "min_length", 1)
    maximum = min(count, _whole(meta, "max_length", count))
    if "min_sum_cost" in meta and _number(meta, "min_sum_cost"):
        raise UnsupportedRule("min_sum_cost")
    if "max_sum_cost" not in meta:
        return Approval(**common, minimum=minimum, maximum=maximum)
    budget, limit = _number(meta, "budget"), _number(meta, "max_sum_cost")
    if limit != budget:  # a knapsack has one budget, for the ballot and for the outcome
        raise UnsupportedRule("max_sum_cost is not the budget", expected=budget, computed=limit)
    return Knapsack(**common, minimum=minimum, maximum=maximum)


def _cumulative(meta: Meta, common: Common) -> Contest:
    count = len(common["options"])
    points = _whole(meta, "max_sum_points")
    per_option = min(points, _whole(meta, "max_points", points))
    points = min(points, per_option * count)  # more cannot be given
    least = _whole(meta, "min_sum_points", 0)
    if least not in {0, points} or _whole(meta, "min_points", 0) > 1:
        raise UnsupportedRule("min_sum_points that is not max_sum_points, or min_points above 1")
    # A limit on projects beside the points cannot be proved; one that the points imply anyway is fine.
    if _whole(meta, "min_length", 1) > 1 or _whole(meta, "max_length", count) < min(points, count):
        raise UnsupportedRule("the number of projects is limited beside the points")
    return Cumulative(**common, points=points, per_option=per_option, exact=least == points)


_BUILDERS: dict[str, Callable[[Meta, Common], Contest]] = {
    "choose-1": _choose_one,
    "approval": _approval,
    "cumulative": _cumulative,
}


def _number(meta: Meta, key: str) -> Decimal:
    if key not in meta:
        raise MissingMeta(f"no {key}")
    try:
        return read_number(meta[key])
    except InvalidNumber:
        raise InvalidMeta(f"{key} is not a plain number", computed=ascii(meta[key][:40])) from None


def _whole(meta: Meta, key: str, default: int | None = None) -> int:
    if default is not None and key not in meta:
        return default
    amount = _number(meta, key)
    if amount != int(amount):
        raise InvalidMeta(f"{key} is not a whole number", computed=amount)
    return int(amount)
