# SPDX-License-Identifier: AGPL-3.0-or-later
"""Heads that wait for witnesses, and cosignatures that grow old: what a sweep does about them.

Specification: docs/spec/board.md, "Collecting cosignatures". A board whose newest cosignature is old may be
frozen; so one that is not is cosigned again, also when nothing is added.
"""

from datetime import datetime, timedelta

from bulletin_board.cosigned import cosigned_since, is_published, policy_of
from bulletin_board.cosigning import collect
from bulletin_board.models import Log

AGE = timedelta(minutes=8)  # so that a board is never older than ten, with room for a slow sweep
_PATIENCE = timedelta(minutes=1)  # between two attempts that bring nothing

_tried: dict[int, datetime] = {}  # by log


def renew(log: Log, *, now: datetime) -> None:
    """Have the newest head of `log` cosigned if it waits for that, or if its cosignatures are old."""
    if not policy_of(log).witnesses:
        return
    if not is_published(log):
        collect(log)
    elif _is_old(log, now) and now - _tried.get(log.pk, now - _PATIENCE) >= _PATIENCE:
        _tried[log.pk] = now
        collect(log, again=True)


def _is_old(log: Log, now: datetime) -> bool:
    since = cosigned_since(log, now=now)
    return since is None or now - since >= AGE
