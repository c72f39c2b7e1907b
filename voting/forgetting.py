# SPDX-License-Identifier: AGPL-3.0-or-later
"""Deletes who voters are, once nobody can need it any more; the board, which names no person, stays.

An election's registrations, expected addresses and list for mailed codes are kept for some days after the
last entry of its board (VERITALLY_KEEP_VOTERS_DAYS), if it is final; so are their names in the office's
trail, whose lines stay. One that does not become final is given up some days after its planned end, the last
deed of an official and the last entry of its board (VERITALLY_KEEP_ABANDONED_DAYS), and forgets the same; of
a draft the roll goes with them, and registration closes. Copies, also those in backups, are for whoever has
them to destroy. Sessions go when they are over, counted attempts when no limit counts them.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from bulletin_board.log.envelope import Envelope
from bulletin_board.models import Entry
from voting.mailed.listing import drop_roll
from voting.mailed.models import Recipient
from voting.models import Election
from voting.office import throttle as log_ins
from voting.office.models import Deed
from voting.office.trail import Action
from voting.registration import throttle as registrations
from voting.registration.models import Expected, Registration, Window
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
    return sum(_forget(primary_key, now) for primary_key in _with_identities().values_list("pk", flat=True))


def keeps_until(election: Election) -> datetime:
    """Return until when it is kept who the voters are, if nothing more happens."""
    if election.where is State.FINAL:
        over = _last_entry(election) or election.closes_at
        return over + timedelta(days=settings.VERITALLY_KEEP_VOTERS_DAYS)
    happened = (election.closes_at, _last_entry(election), _last_deed(election))
    over = max(moment for moment in happened if moment is not None)
    return over + timedelta(days=settings.VERITALLY_KEEP_ABANDONED_DAYS)


def _forget(primary_key: int, now: datetime) -> bool:
    """Forget an election's voters if that is due, while nobody edits or freezes it."""
    with transaction.atomic():
        election = Election.objects.select_for_update().get(pk=primary_key)
        if now < keeps_until(election):
            return False
        for model in _IDENTITIES:
            model.objects.filter(election=election).delete()
        _naming().filter(election=election).update(detail="")
        if election.where is State.DRAFT:
            Window.objects.filter(election=election).update(is_open=False)
            drop_roll(election)
        if election.where is not State.FINAL:
            Deed.objects.create(election=election, action=Action.FORGET, outcome=Deed.Outcome.DONE, at=now)
    return True


def _with_identities() -> QuerySet[Election]:
    """Return the elections of whose voters something is left."""
    registered, expected, mailed = (
        Exists(model.objects.filter(election=OuterRef("pk"))) for model in _IDENTITIES
    )
    named = Exists(_naming().filter(election=OuterRef("pk")))
    return Election.objects.filter(registered | expected | mailed | named)


def _naming() -> QuerySet[Deed]:
    """Return the lines of the trail that name a voter."""
    return Deed.objects.filter(action__in=_NAMING).exclude(detail="")


def _last_entry(election: Election) -> datetime | None:
    """Return when the last entry of the board was made; of a final election the count's final one."""
    entry = Entry.objects.filter(log=election.log_id).order_by("seq").last()
    return None if entry is None else Envelope.from_bytes(bytes(entry.envelope)).time


def _last_deed(election: Election) -> datetime | None:
    """Return when somebody last did something about the election."""
    deeds = election.deeds.exclude(action=Action.FORGET)
    return deeds.order_by("-at").values_list("at", flat=True).first()
