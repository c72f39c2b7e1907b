# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's own tasks, for the clock to send again and again. The work is in services."""

from celery import shared_task
from django.utils import timezone

from voting import forgetting
from voting.services import clock, publishing, rechecking, self_checks, witnessing


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


@shared_task(name="voting.tasks.write_boards")
def write_boards() -> None:
    """Bring the boards' files up to date, if they are kept."""
    publishing.sweep()


@shared_task(name="voting.tasks.check_boards")
def check_boards() -> None:
    """Go on with the check of what the boards store."""
    self_checks.sweep(now=timezone.now())


@shared_task(name="voting.tasks.forget")
def forget() -> None:
    """Delete who voters are where nobody can need it any more, and sessions that are over."""
    forgetting.sweep(now=timezone.now())
