# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a roll is that of the approved registrations: nobody more, nobody less, no other key.

The registrar signs what was approved when the file was downloaded; officials may decide otherwise since.
"""

from tally.record.parties import BY_VOTERS
from tally.record.roll import Roll
from voting.models import Election
from voting.office.models import Desk
from voting.office.sketch import credentials_of
from voting.registration.errors import RollOutOfDate
from voting.registration.models import State


def check_roll(election: Election) -> None:
    """Raise RollOutOfDate if voters make their own keys and the roll is not of the approved ones."""
    if election.roll is None or credentials_of(dict(election.draft)) != BY_VOTERS:
        return
    rows = election.registrations.filter(state=State.APPROVED)
    approved = {bytes.fromhex(credential): 1 for credential in rows.values_list("credential", flat=True)}
    enrolled = Roll.from_bytes(bytes(election.roll)).weights()
    if enrolled != approved:
        raise RollOutOfDate(
            "the roll is not that of the approved registrations",
            expected=len(approved),
            computed=len(enrolled.items() & approved.items()),
        )


def drop_stale_roll(election: Election) -> None:
    """Take the roll away if it is not that of the approved registrations any more."""
    election.refresh_from_db(fields=["roll", "draft"])
    try:
        check_roll(election)
    except RollOutOfDate:
        Election.objects.filter(pk=election.pk).update(roll=None)
        Desk.objects.filter(election=election).update(roll={})
        election.roll = None
