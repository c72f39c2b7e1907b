# SPDX-License-Identifier: AGPL-3.0-or-later
"""The task of the mailed codes: messages that are due, then rolls. The work is done elsewhere."""

from celery import shared_task
from django.utils import timezone

from voting.mailed import roll_signing, sending


@shared_task(name="voting.mailed.tasks.send_due")
def send_due() -> None:
    """Send some messages, then sign the rolls that are complete. No secret is an argument or a result."""
    sending.send_due(clock=timezone.now)
    roll_signing.sign_due(now=timezone.now())
