# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py start_tally ELECTION`: ask the trustees' stations to count."""

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office import actions
from voting.office.trail import By


class Command(OfficialCommand):
    """Ask the trustees' stations to count."""

    help = __doc__ or ""

    def act(self, election: Election, _data: bytes, by: By) -> str:
        """Take the step."""
        actions.start_tally(election, by)
        return "Started. Watch it: manage.py status"
