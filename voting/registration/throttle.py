# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many requests from one place, and how many messages to one address; only their hashes are stored.

A place is what voting/places.py says; where it is unknown, nobody shares a limit. One place can name an
address less often than messages may go to it: it cannot use them up and so hold up the address's owner.
All messages together have a limit too, so that no flood makes this server a sender that nobody trusts.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings

from voting.registration.errors import TooManyRequests
from voting.registration.models import Attempt

PLACE_LIMIT, PLACE_WINDOW = 120, timedelta(minutes=10)
NAMED_LIMIT, MESSAGE_LIMIT, MESSAGE_WINDOW = 3, 5, timedelta(hours=1)


def check_place(place: str, *, now: datetime) -> None:
    """Count a request. Raises TooManyRequests, whatever was asked for."""
    if place:
        _count_or_refuse(_hash("place", place), PLACE_LIMIT, PLACE_WINDOW, now)


def check_named(place: str, election_id: str, address: str, *, now: datetime) -> None:
    """Count that a place has named an address; whatever others have named, it makes no difference.

    Raises TooManyRequests.
    """
    if place:
        subject = _hash("named", place, election_id, address)
        _count_or_refuse(subject, NAMED_LIMIT, MESSAGE_WINDOW, now)


def next_message(election_id: str, address: str, *, now: datetime) -> datetime:
    """Return when the next message may go to an address: now, or when enough earlier ones are old."""
    return _free_at(_hash("address", election_id, address), MESSAGE_LIMIT, MESSAGE_WINDOW, now)


def next_of_all(*, now: datetime) -> datetime:
    """Return when the next message may go to anybody."""
    return _free_at(_hash("messages"), settings.VERITALLY_REGISTRATION_MESSAGES, MESSAGE_WINDOW, now)


def count_message(election_id: str, address: str, *, now: datetime) -> None:
    """Count a message that the mail server has taken."""
    for subject in (_hash("address", election_id, address), _hash("messages")):
        Attempt.objects.create(subject=subject, at=now)


def forget(*, now: datetime) -> None:
    """Delete what no limit counts any more."""
    Attempt.objects.filter(at__lt=now - MESSAGE_WINDOW).delete()


def _count_or_refuse(subject: str, limit: int, window: timedelta, now: datetime) -> None:
    free_at = _free_at(subject, limit, window, now)
    if free_at > now:
        seconds = int((free_at - now).total_seconds()) + 1
        raise TooManyRequests("too many requests from one place", expected=seconds)
    Attempt.objects.create(subject=subject, at=now)


def _free_at(subject: str, limit: int, window: timedelta, now: datetime) -> datetime:
    recent = Attempt.objects.filter(subject=subject, at__gt=now - window).order_by("-at")
    last_that_counts = recent.values_list("at", flat=True)[limit - 1 : limit].first()
    return now if last_that_counts is None else last_that_counts + window


def _hash(*parts: str) -> str:
    message = "\0".join(("veritally/registration-attempt/1", *parts)).encode("utf-8", "replace")
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()
