# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py add_key ELECTION FILE`: take the draft of the key record."""

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office import actions
from voting.office.trail import By
from voting.services.refusals import digest_of


class Command(OfficialCommand):
    """Take the draft of the key record."""

    help = __doc__ or ""
    takes_file = "key-draft.json, from the dealer."

    def act(self, election: Election, data: bytes, by: By) -> str:
        """Take the step."""
        actions.add_key(election, by, data)
        return f"Key draft: {digest_of(data)}. Every trustee must see the same."
