# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the officials' commands have in common: the election by its address, refusals as one sentence."""

from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import ClassVar

from django.core.management.base import BaseCommand
from django.utils import timezone

from tally.registrar.files import read_limited
from voting.errors import UnknownElection
from voting.management.refusals import refusals
from voting.models import Election
from voting.office.trail import Action, By, recorded

FILE_LIMIT = 64 << 20  # bytes
_RECORDED = {  # the command -> what the trail calls it
    "add_trustee": Action.TRUSTEE_ADD,
    "add_key": Action.KEY,
    "add_acknowledgement": Action.ACKNOWLEDGEMENT,
    "add_roll": Action.ROLL,
    "mail_codes": Action.CODES_SEND,
    "freeze": Action.FREEZE,
    "open_election": Action.OPEN,
    "change_roll": Action.ROLL_CHANGE,
    "close_election": Action.CLOSE,
    "start_tally": Action.TALLY,
    "publish": Action.PUBLISH,
}


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
            with self._recorded(found):
                return self.act(found, data)

    def _recorded(self, election: Election) -> AbstractContextManager[object]:
        """The steps that pages take, too, are written into the office's trail."""
        action = _RECORDED.get(type(self).__module__.rpartition(".")[2])
        if action is None:
            return nullcontext()
        return recorded(election, By(user=None, now=timezone.now()), action)

    def act(self, election: Election, data: bytes) -> str:
        """Take the step with the file's contents; raises any named refusal."""
        raise NotImplementedError
