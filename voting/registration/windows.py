# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether voters of an election make their own keys, and whether they may register now."""

from datetime import datetime

from django.conf import settings

from tally.record.parties import BY_VOTERS
from voting import mail
from voting.models import Election
from voting.office.sketch import credentials_of
from voting.registration.errors import NotByVoters, RegistrationClosed
from voting.registration.models import Window
from voting.states import Action, State, after


def is_by_voters(election: Election) -> bool:
    """Whether the draft says that voters make their own keys."""
    return credentials_of(dict(election.draft)) == BY_VOTERS


def check_by_voters(election: Election) -> None:
    """Raise NotByVoters."""
    if not is_by_voters(election):
        raise NotByVoters("the voters of this election do not make their own keys")


def window_of(election: Election) -> Window:
    """Return when registration is open; a closed one if nobody has opened it yet."""
    return Window.objects.filter(election=election).first() or Window(election=election)


def is_open(election: Election, *, now: datetime) -> bool:
    """Whether voters may register."""
    window = window_of(election)
    in_time = window.closes_at is None or now < window.closes_at
    return is_by_voters(election) and election.where is State.DRAFT and window.is_open and in_time


def check_open(election: Election, *, now: datetime) -> None:
    """Raise RegistrationClosed."""
    if not is_open(election, now=now):
        raise RegistrationClosed("registration is not open")


def set_window(election: Election, *, is_open: bool, closes_at: datetime | None) -> None:
    """Open or close the registration. Raises WrongState, NotByVoters, MailUnavailable."""
    after(election.where, Action.EDIT)
    check_by_voters(election)
    if is_open and not settings.VERITALLY_VOTER_OIDC_ISSUER:
        mail.check_available()
    values = {"is_open": is_open, "closes_at": closes_at}
    Window.objects.update_or_create(election=election, defaults=values)
