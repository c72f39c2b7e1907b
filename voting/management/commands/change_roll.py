# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py change_roll ELECTION FILE`: put a roll change on the board that the registrar signed."""

from django.utils import timezone

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.services import roll_changes


class Command(OfficialCommand):
    """Put a roll change on the board that the registrar signed."""

    help = __doc__ or ""
    takes_file = "the signed roll change, from the registrar."

    def act(self, election: Election, data: bytes) -> str:
        """Take the step."""
        row = roll_changes.change_roll(election, data, now=timezone.now())
        voters, weight = roll_changes.size_of(election)
        return (
            f"Roll change {row.number} is entry {row.seq}: {row.revoked} revoked, {row.admitted} admitted. "
            f"On the roll now: {voters} voters, total weight {weight}."
        )
