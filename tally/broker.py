# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sending to another party's queue (docs/adr/0006-one-key-prefix-for-each-party.md).

What a worker reads for itself has nothing to do with this: its own prefix is in its transport options.
"""

from collections.abc import Mapping

from celery import Celery
from kombu import Exchange, Queue

from tally.queues import key_prefix


def plain_queue(name: str) -> Queue:
    """Return a queue that is addressed by its name alone."""
    return Queue(name, exchange=Exchange(""), routing_key=name)


def send(app: Celery, task: str, values: Mapping[str, object], *, queue: str) -> None:
    """Put a task into the queue of the party that reads it. Raises kombu's OperationalError.

    The queue is not declared: a sender may append to another's queue, and do nothing else there.
    """
    with app.connection_for_write(transport_options={"global_keyprefix": key_prefix(queue)}) as connection:
        app.send_task(
            task,
            kwargs=dict(values),
            queue=plain_queue(queue),  # type: ignore[arg-type]  # stubs lag
            connection=connection,
            declare=[],
        )
