# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft that is still being written: the fields of `voting.drafts`, of which some may be missing.

Pure functions from one sketch to the next. A sketch becomes a draft when all its fields are there and agree;
what is missing is told by readiness.py.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields
from tally.contests.protocol import Contest
from tally.crypto.parameters import MODULUS_BITS
from tally.record.parties import BY_REGISTRAR, DEALT, Registrar
from tally.record.terms import Rules, Schedule
from voting.office.errors import UnknownQuestion

Sketch = dict[str, Value]
_MODULUS_BITS = max(MODULUS_BITS)


def begin(*, slug: str, title: Mapping[str, str], languages: Sequence[str], rehearsal: bool) -> Sketch:
    """Return the sketch of an election of which little is known."""
    return {
        "slug": slug,
        "title": dict(title),
        "description": dict.fromkeys(languages, ""),
        "languages": list(languages),
        "rehearsal": rehearsal,
        "modulus_bits": _MODULUS_BITS,
        "contests": [],
    }


def with_details(
    sketch: Sketch,
    *,
    slug: str,
    title: Mapping[str, str],
    description: Mapping[str, str],
    languages: Sequence[str],
    rehearsal: bool,
    modulus_bits: int,
) -> Sketch:
    """Change what is said of the whole; texts in a language that is taken away go with it."""
    return {
        **sketch,
        "slug": slug,
        "title": dict(title),
        "description": dict(description),
        "languages": list(languages),
        "rehearsal": rehearsal,
        "modulus_bits": modulus_bits,
        "contests": [_in_languages(contest, languages) for contest in contests_of(sketch)],
    }


def with_schedule(sketch: Sketch, schedule: Schedule) -> Sketch:
    """Change the dates."""
    return {**sketch, "schedule": schedule.to_value()}


def with_voters(sketch: Sketch, *, registrar: Registrar, capacity: int, rules: Rules) -> Sketch:
    """Change who signs the roll, how much weight it may have, and what a voter may do."""
    return {
        **sketch,
        "registrar": registrar.to_value(),
        "roll_capacity": capacity,
        "rules": rules.to_value(),
    }


def with_trustees(sketch: Sketch, *, threshold: int, acknowledgements: int) -> Sketch:
    """Change how many trustees must work together."""
    numbers: Value = {"key": DEALT, "threshold": threshold, "acknowledgements": acknowledgements}
    return {**sketch, "trustees": numbers}


def with_question(sketch: Sketch, contest: Contest) -> Sketch:
    """Replace the question of that id, or add it at the end."""
    contests: list[Value] = list(contests_of(sketch))
    value: Value = contest.to_value()
    ids = [known["id"] for known in contests_of(sketch)]
    if contest.id in ids:
        contests[ids.index(contest.id)] = value
    else:
        contests.append(value)
    return {**sketch, "contests": contests}


def without_question(sketch: Sketch, contest: str) -> Sketch:
    """Take a question away. Raises UnknownQuestion."""
    question_of(sketch, contest)
    return {**sketch, "contests": [known for known in contests_of(sketch) if known["id"] != contest]}


def with_question_earlier(sketch: Sketch, contest: str) -> Sketch:
    """Move a question one place up; the first one stays. Raises UnknownQuestion."""
    question_of(sketch, contest)
    contests: list[Value] = list(contests_of(sketch))
    place = [known["id"] for known in contests_of(sketch)].index(contest)
    if place:
        contests[place - 1], contests[place] = contests[place], contests[place - 1]
    return {**sketch, "contests": contests}


def question_of(sketch: Sketch, contest: str) -> Sketch:
    """Return a question as a JSON object. Raises UnknownQuestion."""
    for known in contests_of(sketch):
        if known["id"] == contest:
            return known
    raise UnknownQuestion("the draft has no such question", computed=contest)


def contests_of(sketch: Sketch) -> list[Sketch]:
    """Return the questions, as JSON objects."""
    contests = sketch["contests"]
    return (
        [contest for contest in contests if isinstance(contest, dict)] if isinstance(contests, list) else []
    )


def languages_of(sketch: Sketch) -> tuple[str, ...]:
    """Return the languages, the default first."""
    languages = sketch["languages"]
    return tuple(map(str, languages)) if isinstance(languages, list) else ()


def texts_of(value: Value | None, languages: Sequence[str]) -> dict[str, str]:
    """Return a text in each of the languages, "" where there is none yet."""
    known = value if isinstance(value, dict) else {}
    return {language: str(known.get(language, "")) for language in languages}


def part_of(sketch: Sketch, name: str) -> Sketch | None:
    """Return a part that is an object, None if it is not there yet."""
    part = sketch.get(name)
    return part if isinstance(part, dict) else None


def credentials_of(sketch: Sketch) -> str:
    """Return who makes the voters' secrets; the registrar while that is not decided."""
    part = part_of(sketch, "registrar") or {}
    return str(part.get("credentials", BY_REGISTRAR))


def registrar_name_of(sketch: Sketch) -> str:
    """Return who signs the roll; "" while that is not decided."""
    return str((part_of(sketch, "registrar") or {}).get("name", ""))


def dates_of(sketch: Sketch, *, otherwise: datetime) -> tuple[datetime, datetime]:
    """Return when voting opens and closes; `otherwise` twice while that is not decided."""
    part = part_of(sketch, "schedule")
    if part is None:
        return otherwise, otherwise
    schedule = Schedule.read(Fields(part, "draft.schedule"))
    return schedule.opens, schedule.closes


def _in_languages(contest: Sketch, languages: Sequence[str]) -> Value:
    options = contest["options"]
    kept: list[Value] = [
        {**option, "label": _kept(option["label"], languages)}
        for option in (options if isinstance(options, list) else [])
        if isinstance(option, dict)
    ]
    return {**contest, "question": _kept(contest["question"], languages), "options": kept}


def _kept(texts: Value, languages: Sequence[str]) -> Value:
    known = texts if isinstance(texts, dict) else {}
    return {language: known[language] for language in languages if language in known}
