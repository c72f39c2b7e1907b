# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sign the roll of an election whose codes were all mailed, with this server's own registrar key."""

import logging
from datetime import datetime

from django.db.models import Exists, OuterRef

from tally.registrar.rolls import make_roll
from voting.errors import code_of
from voting.mailed import registrar_key
from voting.mailed.choice import check_by_server, check_own_key
from voting.mailed.models import Recipient, State
from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.office import actions
from voting.office.trail import By
from voting.states import State as ElectionState

_log = logging.getLogger(__name__)


def sign_due(*, now: datetime) -> int:
    """Sign every roll that is due; return how many. A draft that does not allow it waits."""
    unsent = Recipient.objects.filter(election=OuterRef("pk")).exclude(state=State.SENT)
    anybody = Recipient.objects.filter(election=OuterRef("pk"))
    ready = Election.objects.filter(
        ~Exists(unsent),
        Exists(anybody),
        state=ElectionState.DRAFT.value,
        mailing__isnull=False,
        roll__isnull=True,
    )
    return sum(_sign(election, now) for election in ready)


def _sign(election: Election, now: datetime) -> bool:
    try:
        check_by_server(election)
        check_own_key(election)
        voters = [
            (bytes.fromhex(credential), weight)
            for credential, weight in election.recipients.values_list("credential", "weight")
        ]
        roll = make_roll(election.election_id, voters, registrar_key.seed())
        actions.add_roll(election, By(user=None, now=now), roll.to_bytes())
    except REFUSALS as error:
        _log.warning("mailed.roll_not_signed", extra={"kind": code_of(error)})
        return False
    return True
