# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py mail_codes ELECTION FILE`: take the list of voters, and begin to mail each a code."""

from django.utils import timezone

from voting.mailed import listing, sending
from voting.management.official import OfficialCommand
from voting.models import Election


class Command(OfficialCommand):
    """Take the list of voters, and begin to mail each a code."""

    help = __doc__ or ""
    takes_file = "voters.csv: name, email, and weight where some votes count more."

    def act(self, election: Election, data: bytes) -> str:
        """Take the step; the server's worker sends."""
        now = timezone.now()
        taken = listing.take(election, data, now=now)
        return f"{taken} voters added, {sending.start(election, now=now)} messages wait for the worker."
