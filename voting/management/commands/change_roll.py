# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py change_roll ELECTION FILE`: put a roll change on the board that the registrar signed."""

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office import actions
from voting.office.trail import By
from voting.services import roll_changes


class Command(OfficialCommand):
    """Put a roll change on the board that the registrar signed."""

    help = __doc__ or ""
    takes_file = "the signed roll change, from the registrar."

    def act(self, election: Election, data: bytes, by: By) -> str:
        """Take the step."""
        row = actions.change_roll(election, by, data)
        voters, weight = roll_changes.size_of(election)
        return (
            f"Roll change {row.number} is entry {row.seq}: {row.revoked} revoked, {row.admitted} admitted. "
            f"On the roll now: {voters} voters, total weight {weight}."
        )
