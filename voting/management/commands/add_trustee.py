# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py add_trustee ELECTION FILE`: seat the next trustee, by the card that `tally.station` made."""

from tally.station.card import Card
from voting.management.official import OfficialCommand
from voting.models import Election
from voting.services import drafting


class Command(OfficialCommand):
    """Seat the next trustee, by the card that `tally.station` made."""

    help = __doc__ or ""
    takes_file = "The card, as handed in by the trustee."

    def act(self, election: Election, data: bytes) -> str:
        """Take the step."""
        card = Card.from_bytes(data)
        seat = drafting.add_trustee(election, card.trustee)
        return (
            f"Trustee {seat.index}: {seat.name}. Compare the card's fingerprint by voice: {card.fingerprint}"
        )
