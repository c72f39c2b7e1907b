# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's own tasks: take the steps that are due, check ballots again. The work is in services."""

from celery import shared_task
from django.utils import timezone

from voting.services import clock, rechecking


@shared_task(name="voting.tasks.sweep")
def sweep() -> None:
    """Open, close and record what is due."""
    clock.sweep(now=timezone.now())


@shared_task(name="voting.tasks.recheck")
def recheck() -> None:
    """Go on with the compact check of accepted ballots, for some seconds."""
    rechecking.sweep(now=timezone.now())
