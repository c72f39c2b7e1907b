# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registration's task: the messages that are due. The work is in sending.py."""

from celery import shared_task
from django.utils import timezone

from voting.registration import sending


@shared_task(name="voting.registration.tasks.send_due")
def send_due() -> None:
    """Send the messages that are due."""
    sending.send_due(clock=timezone.now)
