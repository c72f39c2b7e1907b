# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py add_official ELECTION NAME [--owner]`: let an account run an election in the office."""

from argparse import ArgumentParser
from pathlib import Path

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office import actions
from voting.office.trail import By


class Command(OfficialCommand):
    """Let an account run an election in the office."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The election, and the account."""
        super().add_arguments(parser)
        parser.add_argument("name", help="The account's name.")
        parser.add_argument("--owner", action="store_true", help="It also decides who the officials are.")

    def handle(self, *args: object, election: str, file: Path | None = None, **options: object) -> str:
        """Take the step, or refuse it."""
        self._name, self._owner = str(options["name"]), bool(options["owner"])
        return super().handle(*args, election=election, file=file, **options)

    def act(self, election: Election, _data: bytes, by: By) -> str:
        """Take the step."""
        actions.add_official(election, by, self._name, owner=self._owner)
        return f"{self._name} can run {election.slug}."
