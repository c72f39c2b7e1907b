# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests on their way to the stations: names of queues and tasks, and nothing that anyone must believe.

docs/adr/0005-the-row-is-the-truth.md. What comes back is judged in services.py.
"""

from typing import Any

from celery import current_app

from tally import broker, redis_transport, spool
from tally.models import StationRequest
from tally.queues import queue_name
from tally.station.worker import ANSWER_TASK

# Before the first connection of this process.
spool.install()
redis_transport.install()


def send(request: StationRequest) -> None:
    """Put a request into its station's queue. Raises kombu's OperationalError."""
    fingerprint = request.tally.fingerprint
    values: dict[str, Any] = {
        "request": str(request.number),
        "election": fingerprint,
        "phase": request.phase,
        "acknowledgements": request.acknowledgements,
    }
    broker.send(current_app, ANSWER_TASK, values, queue=queue_name(fingerprint, request.trustee))
