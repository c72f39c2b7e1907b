# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py start_tally ELECTION`: ask the trustees' stations to count."""

from django.utils import timezone

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.services import tallying


class Command(OfficialCommand):
    """Ask the trustees' stations to count."""

    help = __doc__ or ""

    def act(self, election: Election, _data: bytes) -> str:
        """Take the step."""
        tallying.start_tally(election, now=timezone.now())
        return "Started. Watch it: manage.py status"
