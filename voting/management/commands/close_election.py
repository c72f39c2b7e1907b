# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py close_election ELECTION`: close the polls, and post the counted set."""

from django.utils import timezone

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.services import elections


class Command(OfficialCommand):
    """Close the polls, and post the counted set."""

    help = __doc__ or ""

    def act(self, election: Election, _data: bytes) -> str:
        """Take the step."""
        elections.close_election(election, now=timezone.now())
        hours = election.plan.schedule.check_period_hours
        return f"Closed: {election.ballots.count()} ballots. Voters can check and complain for {hours} hours."
