# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py manifest ELECTION`: print the manifest, for whoever makes the key and for the trustees.

The exact bytes and nothing after them: the key is made for these bytes and no others.
"""

from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office.trail import By
from voting.services import drafting


class Command(OfficialCommand):
    """Print the manifest as it will be posted."""

    help = __doc__ or ""

    def act(self, election: Election, _data: bytes, _by: By) -> str:
        """Written as it is: what `handle` returns gets a newline after it."""
        self.stdout.write(drafting.manifest_of(election).to_bytes().decode("utf-8"), ending="")
        return ""
