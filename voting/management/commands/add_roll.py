# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py add_roll ELECTION FILE`: take the roll that the registrar signed."""

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office import actions
from voting.office.trail import By


class Command(OfficialCommand):
    """Take the roll that the registrar signed."""

    help = __doc__ or ""
    takes_file = "roll.json, from the registrar."

    def act(self, election: Election, data: bytes, by: By) -> str:
        """Take the step."""
        roll = actions.add_roll(election, by, data)
        return f"{roll.voters} voters, total weight {roll.weight}."
