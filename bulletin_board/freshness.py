# SPDX-License-Identifier: AGPL-3.0-or-later
"""How old a live board is: when enough witnesses last cosigned it (docs/spec/board.md, "Age").

A remark, and no check: what a record proves does not change with the time at which it is read. `read` is that
time for a live board; None for one in files, which may be as old as it likes.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bulletin_board.codec import times
from bulletin_board.log.cosignature import AHEAD, Cosignature
from bulletin_board.log.policy import Policy, completed_at

LONGEST = timedelta(days=1)
_LAST = 253_402_300_799 - AHEAD  # the year 9999 in seconds since 1970; a cosignature may state any 64 bits

_STALE = (
    "StaleBoard: {when}. While an election runs, that is renewed every few minutes. This may be an old board,"
    " and newer entries may be kept from you. Read it again over another network, and ask a witness or a"
    " mirror."
)
_CLOCKS = (
    "ClocksDiffer: the newest entry says {newest}, but enough witnesses had seen it at {since}. The board's"
    " clock was wrong, or the witnesses' clocks were: times on this board may not be what they say."
)


def is_live(record: str) -> bool:
    """Say whether a record is read from a server now; a folder or an archive may be as old as it likes."""
    return "://" in record


def completed(
    policy: Policy, cosignatures: Iterable[Cosignature], *, read: datetime | None
) -> datetime | None:
    """Return when the quorum was last complete, on a board that was read at `read`."""
    seconds = completed_at(policy, cosignatures, now=_LAST if read is None else read.timestamp())
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def age(since: datetime | None, *, read: datetime | None) -> str:
    """Return the fact for the report."""
    if since is None:
        return "at a time that has not come yet"
    if read is None:
        return times.encode(since)
    passed = max(read - since, timedelta(0))
    return f"{times.encode(since)}, {_amount(passed)} before it was read"


def warning(since: datetime | None, *, read: datetime | None) -> str:
    """Return the remark on a live board that is older than LONGEST, else ""."""
    if read is None:
        return ""
    if since is None:
        return _STALE.format(
            when="so many cosignatures state a time that has not come yet that the rest are too few"
        )
    if read - since <= LONGEST:
        return ""
    days = _amount(read - since)
    return _STALE.format(
        when=f"enough witnesses cosigned this board last at {times.encode(since)}, {days} before"
    )


def contradiction(since: datetime | None, newest: datetime | None) -> str:
    """Return the remark where the board's `newest` entry says it is later than its quorum saw it, else ""."""
    if since is None or newest is None or newest <= since + timedelta(seconds=AHEAD):
        return ""
    return _CLOCKS.format(newest=times.encode(newest), since=times.encode(since))


def _amount(passed: timedelta) -> str:
    minutes = int(passed.total_seconds()) // 60
    if passed < timedelta(hours=2):
        return f"{minutes} min"
    return f"{minutes // 60} h" if passed < timedelta(days=2) else f"{passed.days} days"
