# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py publish ELECTION`: publish the whole record as files."""

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.services import tallying


class Command(OfficialCommand):
    """Publish the whole record as files."""

    help = __doc__ or ""

    def act(self, election: Election, _data: bytes) -> str:
        """Take the step."""
        return f"Published: {tallying.publish(election)}"
