# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py open_election ELECTION`: open the polls."""

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office import actions
from voting.office.trail import By


class Command(OfficialCommand):
    """Open the polls."""

    help = __doc__ or ""

    def act(self, election: Election, _data: bytes, by: By) -> str:
        """Take the step."""
        actions.open_election(election, by)
        return "Open: ballots are taken."
