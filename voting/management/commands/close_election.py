# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py close_election ELECTION`: close the polls, and post the counted set."""

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office import actions
from voting.office.trail import By


class Command(OfficialCommand):
    """Close the polls, and post the counted set."""

    help = __doc__ or ""

    def act(self, election: Election, _data: bytes, by: By) -> str:
        """Take the step."""
        actions.close_election(election, by)
        hours = election.plan.schedule.check_period_hours
        return f"Closed: {election.ballots.count()} ballots. Voters can check and complain for {hours} hours."
