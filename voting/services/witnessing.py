# SPDX-License-Identifier: AGPL-3.0-or-later
"""Boards that are still in use are kept cosigned (docs/spec/board.md, "Collecting cosignatures")."""

import logging
from datetime import datetime

from bulletin_board.renewing import renew
from voting.models import Election
from voting.services.board import election_log
from voting.services.opened import LARGE_FIELDS
from voting.states import State

_log = logging.getLogger(__name__)


def sweep(*, now: datetime) -> None:
    """Ask the witnesses of every election that is frozen and not final yet, where that is due."""
    elections = Election.objects.filter(log__isnull=False).exclude(state=State.FINAL)
    for election in elections.select_related("log").defer(*LARGE_FIELDS):
        try:
            renew(election_log(election), now=now)
        except Exception:  # noqa: BLE001  # one election's trouble must not stop another's
            _log.exception("the witnesses of %s could not be asked", election.slug)
