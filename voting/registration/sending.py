# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages with the link that confirms an address: those of the rows that are due, whoever wrote them.

A row is claimed by moving `due_at`. The token is drawn here and goes into the message alone; its hash is
stored. Whoever dies in between leaves a row that falls due again: the voter gets a second message, and the
link in the newest one works. A mail server that does not take a message is tried again, ever more rarely, for
two days; and what is too much for one address waits until more may be sent. Nobody is told of either.
"""

import logging
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _t

from voting.office.views.frame import title_of
from voting.registration.intake import LIFETIME, token_hash
from voting.registration.models import Registration, State
from voting.registration.throttle import count_message, next_message
from voting.states import State as ElectionState

_TOKEN_BYTES = 16
_AT_ONCE = 50
_LEASE = timedelta(minutes=10)
_MOST_DOUBLINGS = 6  # of the first minute: about an hour
_log = logging.getLogger(__name__)


def send_due(*, now: datetime) -> int:
    """Send what is due, and forget what was not confirmed in time; return how many messages were sent."""
    waiting = Registration.objects.filter(state=State.WAITING)
    waiting.filter(expires_at__lte=now).delete()
    due = waiting.filter(due_at__lte=now, election__state=ElectionState.DRAFT.value)
    return sum(_send(row, now) for row in due.select_related("election")[:_AT_ONCE])


def _send(row: Registration, now: datetime) -> bool:
    election_id, lease = row.election.election_id, now + _LEASE
    waiting = Registration.objects.filter(pk=row.pk, state=State.WAITING)
    unclaimed, mine = waiting.filter(due_at=row.due_at), waiting.filter(due_at=lease)
    may_go_at = next_message(election_id, row.address, now=now)
    if may_go_at > now:
        unclaimed.update(due_at=may_go_at)
        return False
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    # Whoever moves the time sends the message: two sweeps at once send one.
    if not unclaimed.update(due_at=lease, token=token_hash(token)):
        return False
    try:
        _message(row, token).send()
    except Exception as error:  # noqa: BLE001  # one row's trouble must not stop the others'
        # Errors' texts have addresses in them: none is logged.
        _log.warning("registration.message_not_sent", extra={"kind": type(error).__name__})
        wait = timedelta(minutes=2 ** min(row.failures, _MOST_DOUBLINGS))
        mine.update(due_at=now + wait, failures=row.failures + 1)
        return False
    count_message(election_id, row.address, now=now)
    mine.update(due_at=None, expires_at=now + LIFETIME)
    return True


def _message(row: Registration, token: str) -> EmailMessage:
    page = reverse("register-confirm", args=[row.election.slug])
    with translation.override(row.language):
        title = title_of(row.election)
        context = {
            "title": title.text,
            "link": f"{settings.VERITALLY_BASE_URL}{page}#{token}",
            "reference": row.reference,
        }
        subject = _t("Confirm your registration: %(title)s") % {"title": title.text}
        text = render_to_string("registration/message.txt", context)
    return EmailMessage(subject=subject, body=text, to=[row.address])
