# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py mail_codes ELECTION FILE`: take the list of voters, and begin to mail each a code."""

from voting.mailed import deeds
from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office.trail import By


class Command(OfficialCommand):
    """Take the list of voters, and begin to mail each a code."""

    help = __doc__ or ""
    takes_file = "voters.csv: name, email, and weight where some votes count more."

    def act(self, election: Election, data: bytes, by: By) -> str:
        """Take the step; the server's worker sends."""
        taken = deeds.take_list(election, by, data)
        return f"{taken} voters added, {deeds.start(election, by)} messages wait for the worker."
