# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sign the roll of an election whose codes were all mailed, with this server's own registrar key."""

import logging
from datetime import datetime

from django.db import transaction
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
    return sum(_sign(primary_key, now) for primary_key in ready.values_list("pk", flat=True))


@transaction.atomic
def _sign(primary_key: int, now: datetime) -> bool:
    """Sign with the row locked: a code that is voided meanwhile voids this roll, too."""
    election = Election.objects.select_for_update().get(pk=primary_key)
    voters = list(election.recipients.values_list("state", "credential", "weight"))
    if election.roll is not None or not voters or any(state != State.SENT for state, *_ in voters):
        return False
    try:
        check_by_server(election)
        check_own_key(election)
        keys = [(bytes.fromhex(credential), weight) for _, credential, weight in voters]
        roll = make_roll(election.election_id, keys, registrar_key.seed())
        actions.add_roll(election, By(user=None, now=now), roll.to_bytes())
    except REFUSALS as error:
        _log.warning("mailed.roll_not_signed", extra={"kind": code_of(error)})
        return False
    return True
