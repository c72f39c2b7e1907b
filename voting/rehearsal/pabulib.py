# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole election from a Pabulib file, and whether it reproduces what was published (docs/operations.md).

Ballots that break the file's own rule are never cast, since no valid ballot can say what they say; they stay
in the report, with line and reason, and with what they would have added.
"""

import re
import secrets
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from bulletin_board import publisher
from bulletin_board.sources import FolderSource
from tally.verifier.report import Report
from tally.verifier.verify import Options, verify
from voting.errors import RecordFolderTaken, ResultMissing
from voting.importers.pabulib_election import PabulibElection
from voting.rehearsal import counting, polling, rechecking, staging
from voting.rehearsal.parties import Parties
from voting.services import elections, tallying
from voting.services.board import election_log
from voting.services.opened import allow_test_modulus

CONTEST = "projects"
Advance = Callable[[int], None]
Progress = Callable[[str, int | None], AbstractContextManager[Advance]]
_OUTSIDE = re.compile(r"[^a-z0-9]+")
_SLUG_LIMIT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to run it: who decrypts, the size of the key, on how many processes, where the record goes."""

    name: str
    record: Path
    trustees: int
    threshold: int
    modulus_bits: int
    jobs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One option: what was published (None for nothing), what was tallied, what broken ballots would add."""

    option: str
    label: str
    published: int | None
    tallied: int
    broken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it."""

    fingerprint: str
    lines: tuple[Line, ...]
    extras: tuple[tuple[str, int], ...]
    winners: tuple[str, ...]
    report: Report

    @property
    def agrees(self) -> bool:
        """Whether every published total is the tallied one."""
        return all(line.published in {None, line.tallied} for line in self.lines)

    @property
    def is_explained(self) -> bool:
        """Whether the publisher counted the broken ballots, and nothing else is different."""
        return all(line.published in {None, line.tallied + line.broken} for line in self.lines)


def check_record_folder(record: Path) -> None:
    """Raise RecordFolderTaken unless the folder is new or empty: a record is never written over another."""
    if record.exists() and (not record.is_dir() or any(record.iterdir())):
        raise RecordFolderTaken(f"{record} exists and is not an empty folder")


def run(source: PabulibElection, plan: Plan, *, progress: Progress, say: Callable[[str], None]) -> Outcome:
    """Run the election and export its record. Raises whatever a step raises."""
    check_record_folder(plan.record)
    voters = len(source.answers)
    with progress("Dealing the key, enrolling the voters", None):
        staged = _stage(source, plan)
    election = staged.election
    with progress("Casting ballots", voters) as advance:
        selections = [{CONTEST: dict(answer.amounts)} for answer in source.answers]
        polling.vote(staged, selections, jobs=plan.jobs, advance=advance)
    with progress("Checking every ballot again, compactly", voters) as advance:
        rechecking.recheck(election, jobs=plan.jobs, advance=advance)
    with progress("Counting", None), tempfile.TemporaryDirectory() as memory:
        elections.close_election(election, now=timezone.now())
        counting.count(staged, memory=Path(memory), jobs=plan.jobs, say=say)
    with progress("Writing the record", None):
        publisher.export(election_log(election), plan.record)
    with progress("Verifying the record", None) as advance:
        report = _verify(plan, election.fingerprint)
    return _outcome(source, staged, report)


def _stage(source: PabulibElection, plan: Plan) -> staging.Staged:
    now = timezone.now()
    parties = Parties.make(trustees=plan.trustees, entropy=secrets.token_bytes)
    voters = len(source.answers)
    draft = staging.rehearsal_draft(
        slug=_slug(plan.name),
        title=source.contest.question,
        contests=(source.contest,),
        parties=parties,
        threshold=plan.threshold,
        modulus_bits=plan.modulus_bits,
        voters=voters,
        now=now,
    )
    return staging.stage(draft, parties, voters=voters, now=now)


def _verify(plan: Plan, fingerprint: str) -> Report:
    """As any observer would: the folder alone, and the fingerprint."""
    options = Options(fingerprint=fingerprint, jobs=plan.jobs, allow_test_modulus=allow_test_modulus())
    return verify(FolderSource(plan.record), options).report


def _outcome(source: PabulibElection, staged: staging.Staged, report: Report) -> Outcome:
    result = tallying.result_of(staged.election)
    if result is None:
        raise ResultMissing("there is no result on the board")
    (contest,) = result.contests
    tallied = dict(contest.result.totals)
    labels = {option.id: option.label for option in source.contest.options}
    language = staged.election.plan.languages[0]
    return Outcome(
        fingerprint=staged.election.fingerprint,
        lines=tuple(
            Line(
                option=total.option,
                label=labels[total.option].get(language),
                published=total.published,
                tallied=tallied[total.option],
                broken=total.broken,
            )
            for total in source.totals
        ),
        extras=contest.result.extras,
        winners=contest.result.winners,
        report=report,
    )


def _slug(name: str) -> str:
    return _OUTSIDE.sub("-", name.lower()).strip("-")[:_SLUG_LIMIT].strip("-") or "election"
