# SPDX-License-Identifier: AGPL-3.0-or-later
"""Deletes who voters are, once nobody can need it any more; the board, which names no person, stays.

An election's registrations, expected addresses and list for mailed codes are kept for some days after the
last entry of its board (VERITALLY_KEEP_VOTERS_DAYS), if it is final; so are their names in the office's
trail, whose lines stay. Copies, also those in backups, are for
whoever has them to destroy. Sessions go when they are over, counted attempts when no limit counts them.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from bulletin_board.log.envelope import Envelope
from bulletin_board.models import Entry
from voting.mailed.models import Recipient
from voting.models import Election
from voting.office import throttle as log_ins
from voting.office.models import Deed
from voting.office.trail import Action
from voting.registration import throttle as registrations
from voting.registration.models import Expected, Registration
from voting.states import State

_IDENTITIES = (Registration, Expected, Recipient)
_NAMING = (Action.CODES_AGAIN, Action.CODES_LEAVE_OUT)  # deeds whose details are a voter's name


def sweep(*, now: datetime) -> None:
    """Forget everything that is due."""
    forget_voters(now=now)
    SessionStore.clear_expired()
    registrations.forget(now=now)
    log_ins.forget(now=now)


def forget_voters(*, now: datetime) -> int:
    """Delete who the voters of elections are that were over long enough ago; return of how many."""
    latest = now - timedelta(days=settings.VERITALLY_KEEP_VOTERS_DAYS)
    due = [election for election in _with_identities() if _is_older(election, latest)]
    for election in due:
        with transaction.atomic():
            for model in _IDENTITIES:
                model.objects.filter(election=election).delete()
            _naming().filter(election=election).update(detail="")
    return len(due)


def _with_identities() -> QuerySet[Election]:
    """Return the final elections of whose voters something is left."""
    registered, expected, mailed = (
        Exists(model.objects.filter(election=OuterRef("pk"))) for model in _IDENTITIES
    )
    named = Exists(_naming().filter(election=OuterRef("pk")))
    return Election.objects.filter(registered | expected | mailed | named, state=State.FINAL.value)


def _naming() -> QuerySet[Deed]:
    """Return the lines of the trail that name a voter."""
    return Deed.objects.filter(action__in=_NAMING).exclude(detail="")


def _is_older(election: Election, moment: datetime) -> bool:
    """Whether the last entry of the board, the count's final one, was made before some time."""
    entry = Entry.objects.filter(log=election.log_id).order_by("seq").last()
    return entry is not None and Envelope.from_bytes(bytes(entry.envelope)).time <= moment
