# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every board is checked from its stored bytes, and its files with it, again and again.

Specification: docs/spec/board.md, "Checking itself".
"""

import logging
from datetime import datetime, timedelta

from bulletin_board.models import SelfCheck
from bulletin_board.self_check import advance
from voting.models import Election
from voting.services import publishing
from voting.services.board import election_log
from voting.services.opened import LARGE_FIELDS
from voting.states import State

EVERY = timedelta(hours=1)
EVERY_OF_FINAL = timedelta(days=1)  # nothing is added any more
BUDGET = 0.5  # s of a sweep, for each board: what else the worker has to do waits no longer
_log = logging.getLogger(__name__)


def sweep(*, now: datetime) -> None:
    """Go on with the check of every board where that is due."""
    elections = Election.objects.filter(log__isnull=False).select_related("log")
    for election in elections.defer(*LARGE_FIELDS):
        every = EVERY_OF_FINAL if election.where is State.FINAL else EVERY
        try:
            folder = publishing.folder_of(election)
            advance(election_log(election), now=now, every=every, budget=BUDGET, folder=folder)
        except Exception:  # noqa: BLE001  # the last barrier: one election's trouble must not stop another's
            _log.exception("the board of %s could not be checked", election.slug)


def check_of(election: Election) -> SelfCheck | None:
    """Return what the last check of the election's board found, if one has ended."""
    return SelfCheck.objects.filter(log=election.log, ended_at__isnull=False).first()
