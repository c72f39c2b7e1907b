# SPDX-License-Identifier: AGPL-3.0-or-later
"""Times as text: UTC, whole seconds, "2026-11-22T21:45:00Z" and no other spelling (a profile of RFC 3339)."""

import re
from datetime import UTC, datetime

from bulletin_board.errors import WrongForm

_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z")


def encode(moment: datetime) -> str:
    """Return the text of an aware `moment`; raises WrongForm for a naive one or a fraction of a second."""
    if moment.tzinfo is None or moment.microsecond:
        raise WrongForm("a time needs a zone and whole seconds")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def decode(text: str) -> datetime:
    """Return the moment that `text` names, in UTC; raises WrongForm."""
    matched = _TIME.fullmatch(text)
    if matched is None:
        raise WrongForm("not a time of the form 2026-11-22T21:45:00Z")
    year, month, day, hour, minute, second = map(int, matched.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise WrongForm("no such date or time of day") from None
