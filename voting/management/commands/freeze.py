# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py freeze ELECTION`: fix everything, and post manifest, roll and key to the board."""

from django.utils import timezone

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.registration.rolls import check_roll
from voting.services import elections


class Command(OfficialCommand):
    """Fix everything, and post manifest, roll and key to the board."""

    help = __doc__ or ""

    def act(self, election: Election, _data: bytes) -> str:
        """Take the step."""
        check_roll(election)
        fingerprint = elections.freeze(election, now=timezone.now())
        return f"Frozen. Fingerprint, to be made known by every trustworthy way there is:\n{fingerprint}"
