# SPDX-License-Identifier: AGPL-3.0-or-later
"""The station's Celery worker: one process, one queue, one task (docs/trustees.md, "Running the station").

JSON only; no events, no remote control, no result backend. A message is acknowledged after it was answered,
and may come twice or from anyone: what it can bring about is decided in station.py. No secret is in any
message.
"""

import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery import Celery

from tally import redis_transport, spool
from tally.broker import plain_queue, send
from tally.crypto.errors import CryptoError
from tally.queues import REDIS_OPTIONS, SERVER_QUEUE, key_prefix
from tally.station.errors import BrokerRefused, Refused, StationError
from tally.station.request import read_request
from tally.station.station import Station

ANSWER_TASK = "tally.station.answer"
RECEIVE_TASK = "tally.tasks.receive"
_REDIS = {"redis", "rediss", "redis+socket"}
_NOBODY = str(uuid.UUID(int=0))


def make_app(broker: str, queue: str) -> Celery:
    """Return the Celery application of a station. Raises BrokerRefused.

    `broker` is redis://…, rediss://…, redis+socket:///file, or filesystem:///folder for stations on the
    server's own machine.
    """
    app = Celery("station", set_as_current=False)
    app.conf.update(
        broker_url="filesystem://" if broker.startswith("filesystem://") else broker,
        broker_transport_options=_transport_options(broker, queue),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a broker that is away for a day is waited for
        accept_content=["json"],
        result_accept_content=["json"],
        task_serializer="json",
        event_serializer="json",
        result_backend=None,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_concurrency=1,
        worker_pool="solo",
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        task_queues=[plain_queue(queue)],
        task_default_queue=queue,
        task_create_missing_queues=True,
        timezone="UTC",
    )
    return app


def register(app: Celery, station: Station, fingerprint: str, say: Callable[[str], None]) -> None:
    """Give the application its one task."""

    def answer(**values: object) -> None:
        message = answer_message(station, fingerprint, values, say)
        if message is not None:
            send(app, RECEIVE_TASK, message, queue=SERVER_QUEUE)
            say(f"Answered ({message['phase'] or 'refused'}).")

    app.task(name=ANSWER_TASK)(answer)


def answer_message(
    station: Station, fingerprint: str, values: Mapping[str, object], say: Callable[[str], None]
) -> dict[str, Any] | None:
    """Return what is sent back for a message's arguments; None if nothing can be said now."""
    number, phase = _NOBODY, "unknown"
    try:
        request = read_request(values)
        number, phase = request.number, request.phase
        say(f"Asked: {phase}.")
        payload = station.answer(request)
    except Refused as error:
        say(f"Refused ({error.code}): {error}")
        payload = station.refuse(number, phase, error)
    except (StationError, CryptoError) as error:
        # Not the sender's fault: the request will come again.
        say(f"Not answered ({type(error).__name__}): {error}")
        return None
    return {
        "request": number,
        "election": fingerprint,
        "trustee": station.trustee,
        "phase": phase,
        "payload": payload.decode("utf-8"),
    }


def run(app: Celery) -> None:
    """Work until the process is told to stop."""
    worker = app.Worker(
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        pool="solo",
        loglevel="WARNING",
        quiet=True,
    )
    with suppress(SystemExit):  # how Celery ends when it is told to stop
        worker.start()


def _transport_options(broker: str, queue: str) -> dict[str, object]:
    parts = urlsplit(broker)
    if parts.scheme == "filesystem" and not parts.netloc and Path(parts.path).is_absolute():
        spool.install()
        return spool.transport_options(Path(parts.path))
    if parts.scheme in _REDIS:
        redis_transport.install()
        return {**REDIS_OPTIONS, "global_keyprefix": key_prefix(queue)}
    raise BrokerRefused("the broker is redis://…, rediss://…, redis+socket:///file or filesystem:///folder")
