# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py status [ELECTION]`: where elections stand, what is missing, and every station's steps."""

from argparse import ArgumentParser
from collections.abc import Iterator

from django.core.management.base import BaseCommand

from tally import services
from voting.errors import UnknownElection
from voting.management.refusals import refusals
from voting.models import Election
from voting.services import drafting, self_checks, tallying
from voting.services.elections import check_period_ends
from voting.states import State


class Command(BaseCommand):
    """Say where elections stand."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One election, or all."""
        parser.add_argument(
            "election", nargs="?", help="The election's part of the address; all if left out."
        )

    def handle(self, *_args: object, election: str | None, **_options: object) -> str:
        """One paragraph for each."""
        with refusals():
            found = Election.objects.select_related("log")
            if election is not None:
                found = found.filter(slug=election)
                if not found:
                    raise UnknownElection(f"there is no election {election!a}")
            return "\n\n".join("\n".join(_lines(one)) for one in found) or "There are no elections."


def _lines(election: Election) -> Iterator[str]:
    yield f"{election.slug}: {election.state}"
    yield f"  election id  {election.election_id}"
    if election.where is State.DRAFT:
        yield from (f"  missing      {gap}" for gap in drafting.missing(election))
        return
    yield f"  fingerprint  {election.fingerprint}"
    yield f"  ballots      {election.ballots.count()} cast, {election.challenges.count()} tested"
    check = self_checks.check_of(election)
    if check is not None:
        found = check.problem or f"{check.size} entries, sound"
        yield f"  board        {found} (checked {check.ended_at:%Y-%m-%d %H:%M} UTC)"
    ends = check_period_ends(election)
    if ends is not None:
        yield f"  check until  {ends:%Y-%m-%d %H:%M} UTC"
    tally = tallying.tally_of(election)
    if tally is not None:
        yield from _tally_lines(services.progress(tally))


def _tally_lines(progress: services.Progress) -> Iterator[str]:
    yield (
        f"  tally        {progress.state}: {progress.acknowledged} of {progress.acknowledgements_needed} "
        f"acknowledgements, {progress.shares} of {progress.shares_needed} shares"
    )
    if progress.verdict:
        yield f"               {progress.verdict}"
    for step in progress.steps:
        verdict = f": {step.verdict}" if step.verdict else ""
        yield f"               {step.trustee} {step.name}: {step.phase} {step.state}{verdict}"
