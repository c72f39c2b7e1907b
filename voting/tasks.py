# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's own tasks: take due steps, check ballots again, ask witnesses. The work is in services."""

from celery import shared_task
from django.utils import timezone

from voting.services import clock, rechecking, witnessing


@shared_task(name="voting.tasks.sweep")
def sweep() -> None:
    """Open, close and record what is due."""
    clock.sweep(now=timezone.now())


@shared_task(name="voting.tasks.recheck")
def recheck() -> None:
    """Go on with the compact check of accepted ballots, for some seconds."""
    rechecking.sweep(now=timezone.now())


@shared_task(name="voting.tasks.renew")
def renew() -> None:
    """Have boards cosigned that wait for it, or whose cosignatures are old."""
    witnessing.sweep(now=timezone.now())
