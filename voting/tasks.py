# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's one task of its own: take the steps that are due. The work is in services/clock.py."""

from celery import shared_task
from django.utils import timezone

from voting.services import clock


@shared_task(name="voting.tasks.sweep")
def sweep() -> None:
    """Open, close and record what is due."""
    clock.sweep(now=timezone.now())
