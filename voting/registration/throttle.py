# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many requests from one place, and how many messages to one address; only their hashes are stored."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings

from voting.registration.errors import TooManyRequests
from voting.registration.models import Attempt

PLACE_LIMIT, PLACE_WINDOW = 120, timedelta(minutes=10)
MESSAGE_LIMIT, MESSAGE_WINDOW = 3, timedelta(hours=1)


def check_place(place: str, *, now: datetime) -> None:
    """Count a request. Raises TooManyRequests, whatever was asked for."""
    Attempt.objects.filter(at__lt=now - MESSAGE_WINDOW).delete()
    if not _count(_hash("place", place), PLACE_LIMIT, PLACE_WINDOW, now):
        seconds = int(PLACE_WINDOW.total_seconds())
        raise TooManyRequests("too many requests from one place", expected=seconds)


def may_write_to(election_id: str, address: str, *, now: datetime) -> bool:
    """Count a message; whether there were few enough to send this one, too."""
    return _count(_hash("address", election_id, address), MESSAGE_LIMIT, MESSAGE_WINDOW, now)


def _count(subject: str, limit: int, window: timedelta, now: datetime) -> bool:
    if Attempt.objects.filter(subject=subject, at__gt=now - window).count() >= limit:
        return False
    Attempt.objects.create(subject=subject, at=now)
    return True


def _hash(*parts: str) -> str:
    message = "\0".join(("veritally/registration-attempt/1", *parts)).encode("utf-8", "replace")
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()
