# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py add_acknowledgement ELECTION FILE`: take a trustee's signature for the key."""

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.services import drafting


class Command(OfficialCommand):
    """Take a trustee's signature for the key."""

    help = __doc__ or ""
    takes_file = "The acknowledgement, from the trustee."

    def act(self, election: Election, data: bytes) -> str:
        """Take the step."""
        seat = drafting.add_acknowledgement(election, data)
        return f"Trustee {seat.index}, {seat.name}, has signed for the key."
