# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py freeze ELECTION`: fix everything, and post manifest, roll and key to the board."""

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office import actions
from voting.office.trail import By


class Command(OfficialCommand):
    """Fix everything, and post manifest, roll and key to the board."""

    help = __doc__ or ""

    def act(self, election: Election, _data: bytes, by: By) -> str:
        """Take the step."""
        fingerprint = actions.freeze(election, by)
        return f"Frozen. Fingerprint, to be made known by every trustworthy way there is:\n{fingerprint}"
