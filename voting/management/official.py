# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the officials' commands have in common: the election by its address, refusals as one sentence."""

from argparse import ArgumentParser
from pathlib import Path
from typing import ClassVar

from django.core.management.base import BaseCommand
from django.utils import timezone

from tally.registrar.files import read_limited
from voting.errors import UnknownElection
from voting.management.refusals import refusals
from voting.models import Election
from voting.office.trail import By

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
            data = b"" if file is None else read_limited(file, limit=FILE_LIMIT)
            return self.act(found, data, by_server())

    def act(self, election: Election, data: bytes, by: By) -> str:
        """Take the step with the file's contents, as the office takes it; raises any named refusal."""
        raise NotImplementedError


def by_server() -> By:
    """Return who acts in a command, and when: whoever can run one on the server, and no account."""
    return By(user=None, now=timezone.now())
