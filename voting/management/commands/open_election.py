# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py open_election ELECTION`: open the polls."""

from django.utils import timezone

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.services import elections


class Command(OfficialCommand):
    """Open the polls."""

    help = __doc__ or ""

    def act(self, election: Election, _data: bytes) -> str:
        """Take the step."""
        elections.open_election(election, now=timezone.now())
        return "Open: ballots are taken."
