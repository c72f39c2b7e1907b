# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an election still needs before it can be frozen, as a list of tasks with their problems in words.

It decides nothing: freezing checks everything again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bulletin_board.codec.fields import Fields
from tally.contests.registry import contest_from_value
from tally.key_draft import read_draft
from tally.record.manifest import Manifest
from tally.record.parties import BY_REGISTRAR, BY_SERVER, BY_VOTERS
from tally.record.terms import Schedule
from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.office import actions, sketch
from voting.office.sketch import credentials_of
from voting.office.words import in_words
from voting.services import drafting
from voting.services.elections import check_roll


class Status(StrEnum):
    """How far a task has come."""

    DONE = "done"
    TO_DO = "to-do"
    WRONG = "wrong"
    WAITS = "waits"


_ROLL_PAGES = {
    BY_REGISTRAR: "office:roll",
    BY_VOTERS: "office:registrations",
    BY_SERVER: "office:mailed-codes",
}
_SHOWN: dict[Status, tuple[Promise, str]] = {
    Status.DONE: (_("Done"), "pill-good"),
    Status.TO_DO: (_("To do"), ""),
    Status.WRONG: (_("Has a problem"), "pill-bad"),
    Status.WAITS: (_("Cannot start yet"), "pill-care"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task; `page` names its address, `problems` are sentences."""

    title: Promise
    page: str
    status: Status
    problems: tuple[str, ...] = ()

    @property
    def words(self) -> Promise:
        """The status in words."""
        return _SHOWN[self.status][0]

    @property
    def pill(self) -> str:
        """The class of the pill that shows it."""
        return _SHOWN[self.status][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """All tasks before the freeze; `manifest` as soon as the first part is done."""

    describing: tuple[Task, ...]
    files: tuple[Task, ...]
    manifest: Manifest | None

    @property
    def is_ready(self) -> bool:
        """Whether everything is there."""
        return all(task.status is Status.DONE for task in (*self.describing, *self.files))

    @property
    def left(self) -> int:
        """How many tasks are not done."""
        return sum(task.status is not Status.DONE for task in (*self.describing, *self.files))


def readiness(election: Election, *, now: datetime) -> Readiness:
    """Return what a draft still needs."""
    plan: sketch.Sketch = dict(election.draft)
    describing = (
        _details(plan),
        _questions(plan),
        _dates(plan, now),
        _voters(plan),
        _trustees(election, plan),
    )
    manifest: Manifest | None = None
    problems: tuple[str, ...] = ()
    if all(task.status is Status.DONE for task in describing):
        try:
            manifest = drafting.manifest_of(election)
        except REFUSALS as error:
            problems = (in_words(error),)
    fits = _task(_("Election file"), "office:manifest", problems, waits=manifest is None and not problems)
    waits = manifest is None
    files = (
        fits,
        _key(election, manifest),
        _task(
            _("Roll of voters"),
            _ROLL_PAGES[credentials_of(plan)],
            _roll_problems(election, manifest),
            waits=waits,
            empty=election.roll is None,
        ),
    )
    return Readiness(describing=describing, files=files, manifest=manifest)


def _task(
    title: Promise, page: str, problems: tuple[str, ...], *, waits: bool = False, empty: bool = False
) -> Task:
    if waits:
        status = Status.WAITS
    elif empty:
        status = Status.TO_DO
    else:
        status = Status.WRONG if problems else Status.DONE
    return Task(title=title, page=page, status=status, problems=problems if not waits else ())


def _details(plan: sketch.Sketch) -> Task:
    languages = sketch.languages_of(plan)
    title = sketch.texts_of(plan["title"], languages)
    lacking = tuple(language for language in languages if not title[language])
    problems = tuple(_t("The title in %(language)s is missing.") % {"language": tag} for tag in lacking)
    return _task(_("Title and languages"), "office:details", problems)


def _questions(plan: sketch.Sketch) -> Task:
    contests = sketch.contests_of(plan)
    problems = tuple(
        _t("Question %(number)d: %(problem)s") % {"number": number, "problem": problem}
        for number, contest in enumerate(contests, start=1)
        for problem in _problems_of(lambda contest=contest: _check_question(contest, plan))  # type: ignore[misc]
    )
    return _task(_("Questions"), "office:questions", problems, empty=not contests)


def _check_question(contest: sketch.Sketch, plan: sketch.Sketch) -> None:
    found = contest_from_value(contest)
    languages = sketch.languages_of(plan)
    found.question.check_languages(languages)
    for option in found.options:
        option.label.check_languages(languages)


def _dates(plan: sketch.Sketch, now: datetime) -> Task:
    part = sketch.part_of(plan, "schedule")
    if part is None:
        return _task(_("Dates"), "office:dates", (), empty=True)
    schedule = Schedule.read(Fields(part, "schedule"))
    problems = _problems_of(schedule.check)
    if schedule.closes <= now:
        problems = (*problems, _t("Voting would close in the past."))
    return _task(_("Dates"), "office:dates", problems)


def _voters(plan: sketch.Sketch) -> Task:
    return _task(_("Registrar and rules for voters"), "office:voters", (), empty="registrar" not in plan)


def _trustees(election: Election, plan: sketch.Sketch) -> Task:
    seats = election.seats.count()
    numbers = sketch.part_of(plan, "trustees")
    problems: list[str] = []
    if seats == 0:
        problems.append(_t("No trustee has a seat yet."))
    if numbers is None:
        problems.append(_t("It is not decided how many trustees must work together."))
    else:
        k, q = int(str(numbers["threshold"])), int(str(numbers["acknowledgements"]))
        problems += trustee_problems(seats, k, q)
    return _task(_("Trustees"), "office:trustees", tuple(problems), empty=seats == 0 or numbers is None)


def trustee_problems(seats: int, threshold: int, acknowledgements: int) -> Iterator[str]:
    """Return what is wrong with k of l trustees and q acknowledgements, in words."""
    if threshold > seats:
        yield ngettext(
            "%(needed)d trustees must work together, and %(seats)d has a seat.",
            "%(needed)d trustees must work together, and %(seats)d have a seat.",
            seats,
        ) % {"needed": threshold, "seats": seats}
    elif 2 * threshold <= seats:
        yield _t(
            "%(needed)d of %(seats)d is too few: two groups could open two different sums. "
            "At least %(least)d must work together."
        ) % {"needed": threshold, "seats": seats, "least": seats // 2 + 1}
    elif not seats + threshold - 1 < 2 * acknowledgements <= 2 * seats:
        yield _t(
            "The closed board must be confirmed by at least %(least)d trustees, and by at most all %(seats)d."
        ) % {"least": (seats + threshold - 1) // 2 + 1, "seats": seats}


def _key(election: Election, manifest: Manifest | None) -> Task:
    silent = [seat.name for seat in election.seats.all() if not seat.acknowledgement]
    problems: tuple[str, ...] = ()
    if election.key is not None and manifest is not None:
        key, digest = bytes(election.key), manifest.payload_sha256
        bits = manifest.parameters.modulus_bits
        problems = _problems_of(lambda: drafting.check_made_for(read_draft(key, modulus_bits=bits), digest))
        if not problems and not silent:
            problems = _problems_of(lambda: drafting.key_record(election))
    task = _task(_("Key"), "office:key", problems, waits=manifest is None, empty=election.key is None)
    if task.status is not Status.DONE or not silent:
        return task
    missing = tuple(_t("The acknowledgement of %(name)s is missing.") % {"name": name} for name in silent)
    return Task(title=task.title, page=task.page, status=Status.TO_DO, problems=missing)


def _roll_problems(election: Election, manifest: Manifest | None) -> tuple[str, ...]:
    if election.roll is None or manifest is None:
        return ()
    summary = actions.roll_summary(election)
    problems = []
    if summary is not None and summary.registrar != manifest.registrar.key.hex():
        problems.append(_t("The roll was signed by another registrar than the one who is named now."))
    if summary is not None and summary.weight > manifest.parameters.roll_capacity:
        problems.append(_t("The voters weigh more together than the rules for voters allow."))
    return (*problems, *_problems_of(lambda: check_roll(election)))


def _problems_of(check: Callable[[], object]) -> tuple[str, ...]:
    try:
        check()
    except REFUSALS as error:
        return (in_words(error),)
    return ()
