# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parsed records and tables of powers, made before the first voter needs them (docs/spec/intake.md).

A thread of each server process looks for elections that were frozen meanwhile. If it fails, or is not started
at all, the first requests take longer; nothing else depends on it.
"""

import logging
import threading
import time

from django.db import connections

from tally.crypto import batch
from voting.models import Election
from voting.services.gathering import LARGEST
from voting.services.opened import LARGE_FIELDS, opened_election
from voting.states import State

PAUSE = 20.0  # s
_log = logging.getLogger(__name__)


def start() -> threading.Thread:
    """Warm up in the background, for as long as the process lives."""
    thread = threading.Thread(target=_run, name="warming", daemon=True)
    thread.start()
    return thread


def warm(done: set[str]) -> None:
    """Warm the elections that are frozen or open and whose fingerprints are not in `done`; add them."""
    live = Election.objects.filter(state__in=(State.FROZEN, State.OPEN)).exclude(fingerprint__in=done)
    for election in live.defer(*LARGE_FIELDS):
        opened = opened_election(election)
        bits = batch.base_bits(opened.public_key, opened.shape.statements, LARGEST)
        opened.public_key.powers.reserve(bits)
        done.add(election.fingerprint)


def _run() -> None:
    done: set[str] = set()
    while True:
        try:
            warm(done)
        except Exception:  # noqa: BLE001  # the last barrier
            _log.exception("could not warm up; trying again")
        connections.close_all()  # this thread's own
        time.sleep(PAUSE)
