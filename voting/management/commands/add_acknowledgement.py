# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py add_acknowledgement ELECTION FILE`: take a trustee's signature for the key."""

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office import actions
from voting.office.trail import By


class Command(OfficialCommand):
    """Take a trustee's signature for the key."""

    help = __doc__ or ""
    takes_file = "The acknowledgement, from the trustee."

    def act(self, election: Election, data: bytes, by: By) -> str:
        """Take the step."""
        seat = actions.add_acknowledgement(election, by, data)
        return f"Trustee {seat.index}, {seat.name}, has signed for the key."
