# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py publish ELECTION`: publish the whole record as files."""

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office import actions
from voting.office.trail import By


class Command(OfficialCommand):
    """Publish the whole record as files."""

    help = __doc__ or ""

    def act(self, election: Election, _data: bytes, by: By) -> str:
        """Take the step."""
        return f"Published: {actions.publish(election, by)}"
