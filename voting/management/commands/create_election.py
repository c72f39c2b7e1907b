# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py create_election FILE`: make an election of a JSON draft (docs/operations.md, "Drafts")."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from tally.registrar.files import read_limited
from voting.drafts import LIMIT
from voting.management.official import by_server
from voting.management.refusals import refusals
from voting.office import actions


class Command(BaseCommand):
    """Make an election of a draft."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The draft."""
        parser.add_argument("file", type=Path, help="The draft, JSON.")

    def handle(self, *_args: object, file: Path, **_options: object) -> str:
        """Say the id, which the registrar needs for the voters' codes."""
        with refusals():
            election = actions.create(by_server(), read_limited(file, limit=LIMIT))
        return f"{election.slug}: election id {election.election_id}"
