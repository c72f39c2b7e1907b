# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py add_trustee ELECTION FILE`: seat the next trustee, by the card that `tally.station` made."""

from tally.station.card import Card
from voting.management.official import OfficialCommand
from voting.models import Election
from voting.office import actions
from voting.office.trail import By


class Command(OfficialCommand):
    """Seat the next trustee, by the card that `tally.station` made."""

    help = __doc__ or ""
    takes_file = "The card, as handed in by the trustee."

    def act(self, election: Election, data: bytes, by: By) -> str:
        """Take the step."""
        seat = actions.add_trustee(election, by, data)
        fingerprint = Card.from_bytes(data).fingerprint
        return f"Trustee {seat.index}: {seat.name}. Compare the card's fingerprint by voice: {fingerprint}"
