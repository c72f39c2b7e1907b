# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the officials' commands have in common: the election by its address, refusals as one sentence."""

from argparse import ArgumentParser
from pathlib import Path
from typing import ClassVar

from django.core.management.base import BaseCommand

from tally.registrar.files import read_limited
from voting.errors import UnknownElection
from voting.management.refusals import refusals
from voting.models import Election

FILE_LIMIT = 64 << 20  # bytes


class OfficialCommand(BaseCommand):
    """One step of one election; `act` takes it and returns what is said about it."""

    takes_file: ClassVar[str] = ""  # what the FILE argument is, where there is one

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The election, and a file where one is needed."""
        parser.add_argument("election", help="The election's part of the address.")
        if self.takes_file:
            parser.add_argument("file", type=Path, help=self.takes_file)

    def handle(self, *_args: object, election: str, file: Path | None = None, **_options: object) -> str:
        """Take the step, or refuse it."""
        with refusals():
            found = Election.objects.select_related("log").filter(slug=election).first()
            if found is None:
                raise UnknownElection(f"there is no election {election!a}")
            return self.act(found, b"" if file is None else read_limited(file, limit=FILE_LIMIT))

    def act(self, election: Election, data: bytes) -> str:
        """Take the step with the file's contents; raises any named refusal."""
        raise NotImplementedError
