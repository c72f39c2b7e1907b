# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py ask_again ELECTION TRUSTEE`: ask a trustee's station again that has refused."""

from argparse import ArgumentParser
from pathlib import Path

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office import actions
from voting.office.trail import By


class Command(OfficialCommand):
    """Ask a trustee's station again that has refused."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The election, and the trustee."""
        super().add_arguments(parser)
        parser.add_argument("trustee", type=int, help="The trustee's number, from 1.")

    def handle(self, *args: object, election: str, file: Path | None = None, **options: object) -> str:
        """Take the step, or refuse it."""
        self._trustee = int(str(options["trustee"]))
        return super().handle(*args, election=election, file=file, **options)

    def act(self, election: Election, _data: bytes, by: By) -> str:
        """Take the step."""
        actions.ask_again(election, by, self._trustee)
        return f"Trustee {self._trustee} is asked again."
