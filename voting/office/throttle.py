# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often somebody may try to log in (docs/office.md, "Logging in").

Counted per account and address together, per address, and per account; windows are short, so that nobody can
lock an honest official out for long, and who has logged in to an account from an address before is not held
up by others' attempts on that account. An attempt counts before the password is looked at; success takes it
back. The names counted are those typed, whether or not there is such an account. Where an attempt comes from
may be unknown (voting/places.py): it then counts per account alone.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min

from voting.office.errors import TooManyAttempts
from voting.office.models import LoginAttempt

REMEMBERED = timedelta(days=30)  # for how long an address is known to be an account's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `attempts` in `window`."""

    attempts: int
    window: timedelta


PAIR = Limit(attempts=5, window=timedelta(minutes=5))
ADDRESS = Limit(attempts=60, window=timedelta(minutes=5))
ACCOUNT = Limit(attempts=20, window=timedelta(minutes=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt, under the subjects that it counts for; `pair` and `address` are "" if it is not known."""

    pair: str
    address: str
    account: str

    @property
    def subjects(self) -> tuple[tuple[str, Limit], ...]:
        """What is counted, with its limit."""
        all_three = ((self.pair, PAIR), (self.address, ADDRESS), (self.account, ACCOUNT))
        return tuple((subject, limit) for subject, limit in all_three if subject)


def attempt(*, account: str, address: str) -> Attempt:
    """Return the attempt of `address` ("": not known) on `account`, as keyed hashes."""
    name = account.casefold()
    return Attempt(
        pair=_hash("pair", name, address) if address else "",
        address=_hash("address", address) if address else "",
        account=_hash("account", name),
    )


def begin(tried: Attempt, *, now: datetime) -> None:
    """Count the attempt. Raises TooManyAttempts, and then does not count it."""
    forget(now=now)
    known = bool(tried.pair) and LoginAttempt.objects.filter(subject=tried.pair, succeeded=True).exists()
    for subject, limit in tried.subjects:
        if subject == tried.account and known:
            continue
        _check(subject, limit, now)
    LoginAttempt.objects.bulk_create(LoginAttempt(subject=subject, at=now) for subject, _ in tried.subjects)


def succeed(tried: Attempt, *, now: datetime) -> None:
    """The password was right: forget what this pair tried, and know the address from now on."""
    if tried.pair:
        LoginAttempt.objects.filter(subject=tried.pair).delete()
        LoginAttempt.objects.create(subject=tried.pair, succeeded=True, at=now)
    for subject in filter(None, (tried.address, tried.account)):
        last = LoginAttempt.objects.filter(subject=subject).order_by("-pk").first()
        if last is not None:
            last.delete()


def forget(*, now: datetime) -> None:
    """Delete what no limit counts any more."""
    LoginAttempt.objects.filter(at__lt=now - REMEMBERED).delete()


def _check(subject: str, limit: Limit, now: datetime) -> None:
    recent = LoginAttempt.objects.filter(subject=subject, succeeded=False, at__gt=now - limit.window)
    if recent.count() >= limit.attempts:
        oldest: datetime = recent.aggregate(oldest=Min("at"))["oldest"]
        wait = max(1, round((oldest + limit.window - now).total_seconds()))
        raise TooManyAttempts("too many attempts to log in", expected=wait)


def _hash(*parts: str) -> str:
    message = "\0".join(("veritally/login-attempt/1", *parts)).encode("utf-8", "replace")
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()
