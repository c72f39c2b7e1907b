# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's tasks of a tally; the work is in services.py, and a task that comes twice does nothing twice.

`receive` comes from stations by the queue "tally-server"; `sweep` comes from the beat.
"""

from celery import shared_task
from django.utils import timezone

from tally import services


@shared_task(name="tally.tasks.receive")
def receive(**values: object) -> None:
    """Take a station's answer."""
    services.receive(values, now=timezone.now())


@shared_task(name="tally.tasks.sweep")
def sweep() -> None:
    """Do what is due: verify, send again, combine, sign."""
    services.sweep(now=timezone.now())
