# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sign the roll of an election whose codes were all mailed, with this server's own registrar key."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from tally.record.roll import Roll
from tally.registrar.rolls import make_roll
from voting.errors import code_of
from voting.mailed import registrar_key
from voting.mailed.choice import check_by_server, check_own_key
from voting.mailed.models import Recipient, State
from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.office import actions
from voting.office.trail import By
from voting.services import drafting
from voting.states import State as ElectionState

_Voters = list[tuple[str, str, int]]  # state, key in hexadecimal, weight
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


def _sign(primary_key: int, now: datetime) -> bool:
    """Make and check a roll, which takes a while; then keep it, unless a code was voided meanwhile."""
    election = Election.objects.get(pk=primary_key)
    voters = _voters(election)
    if not _is_due(election, voters):
        return False
    try:
        check_by_server(election)
        check_own_key(election)
        keys = [(bytes.fromhex(credential), weight) for _, credential, weight in voters]
        roll = make_roll(election.election_id, keys, registrar_key.seed())
        return _keep(drafting.read_roll(election, roll.to_bytes()), primary_key, voters, now)
    except REFUSALS as error:
        _log.warning("mailed.roll_not_signed", extra={"kind": code_of(error)})
        return False


def _keep(roll: Roll, primary_key: int, voters: _Voters, now: datetime) -> bool:
    """Keep the roll of these voters with the row locked: a code that is voided later voids this roll, too."""
    with transaction.atomic():
        election = Election.objects.select_for_update().get(pk=primary_key)
        if election.roll is not None or _voters(election) != voters:
            return False
        check_by_server(election)
        check_own_key(election)
        actions.add_read_roll(election, By(user=None, now=now), roll)
    return True


def _voters(election: Election) -> _Voters:
    return list(election.recipients.values_list("state", "credential", "weight"))


def _is_due(election: Election, voters: _Voters) -> bool:
    return election.roll is None and bool(voters) and all(state == State.SENT for state, *_ in voters)
