# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the clock does: open, close and record what is due (docs/operations.md, "The clock").

A sweep of due rows, never a delayed task: a server that was down catches up. Counting and publishing are
people's decisions.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from voting.errors import WrongState
from voting.models import Election
from voting.services.elections import close_election, open_election
from voting.services.tallying import record_result
from voting.states import State

_log = logging.getLogger(__name__)


def sweep(*, now: datetime) -> None:
    """Take every step that is due, of every election."""
    frozen = Election.objects.filter(state=State.FROZEN, opens_at__lte=now)
    due_to_close = Election.objects.filter(Q(state=State.OPEN, closes_at__lte=now) | Q(state=State.CLOSED))
    for election in frozen:
        _take(election, lambda one: open_election(one, now=now))
    for election in due_to_close:
        _take(election, lambda one: close_election(one, now=now))
    for election in Election.objects.filter(state=State.CHECKING):
        _take(election, record_result)


def _take(election: Election, step: Callable[[Election], object]) -> None:
    try:
        step(election)
    except WrongState:
        return  # another process was faster
    except Exception:  # noqa: BLE001  # the last barrier
        # One election's trouble must not stop another's; the next sweep tries again.
        _log.exception("election %s could not go on", election.slug)
