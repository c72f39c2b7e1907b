# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages with the link that confirms an address: those of the rows that are due, whoever wrote them.

A row is claimed by moving `due_at`. The token is drawn here and goes into the message alone; its hash is
stored. Whoever dies in between leaves a row that falls due again: the voter gets a second message, and the
link in the newest one works. A mail server that does not take a message is tried again, ever more rarely, for
two days; and what is too much for one address, or for this server, waits until more may be sent. Nobody is
told of either. Addresses have their turns in the order in which they came, but each gets its newest message
first, and of too many the oldest are dropped, after an hour. What others ask for in its name holds up no
owner: any message to an address confirms whichever registration waits for it (intake.py).
"""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _t

from voting.mail import message
from voting.office.views.frame import title_of
from voting.rarely import Rarely
from voting.registration.intake import LIFETIME, token_hash
from voting.registration.models import Registration, State
from voting.registration.throttle import count_message, next_message, next_of_all
from voting.states import State as ElectionState

WAITING_LIMIT = 50  # messages to one address, in one election
WAITING_LEAST = timedelta(hours=1)  # none is dropped earlier: by then, a message has come
_TOKEN_BYTES = 16
_AT_ONCE = 50
_LEASE = timedelta(minutes=10)
_MOST_DOUBLINGS = 6  # of the first minute: about an hour
_log = logging.getLogger(__name__)
_rarely = Rarely(timedelta(minutes=10))


def send_due(*, clock: Callable[[], datetime]) -> int:
    """Send what is due, and forget what was not confirmed in time; return how many messages were sent.

    The clock is asked for each message: a slow mail server may take 20 seconds for one.
    """
    now = clock()
    waiting = Registration.objects.filter(state=State.WAITING)
    waiting.filter(expires_at__lte=now).delete()
    due = waiting.filter(due_at__lte=now, election__state=ElectionState.DRAFT.value)
    sent = 0
    for election, address in due.values_list("election_id", "address")[:_AT_ONCE]:
        if next_of_all(now=clock()) > clock():
            if _rarely.is_time():
                _log.warning("registration.messages_wait")  # VERITALLY_REGISTRATION_MESSAGES is reached
            break
        sent += _send_newest(election, address, clock)
    return sent


def _send_newest(election: int, address: str, clock: Callable[[], datetime]) -> bool:
    """Send the newest of an address's messages that are due, if one may go to it."""
    now = clock()
    unsent = Registration.objects.filter(
        election=election, address=address, state=State.WAITING, due_at__isnull=False
    ).order_by("-pk")
    too_many = list(unsent.values_list("pk", flat=True)[WAITING_LIMIT:])
    Registration.objects.filter(pk__in=too_many, at__lte=now - WAITING_LEAST).delete()
    due = unsent.filter(due_at__lte=now)
    row = due.select_related("election").first()
    if row is None:
        return False  # somebody else is at it, or it was dropped
    may_go_at = next_message(row.election.election_id, address, now=now)
    if may_go_at > now:
        due.update(due_at=may_go_at)
        return False
    return _send(row, clock)


def _send(row: Registration, clock: Callable[[], datetime]) -> bool:
    lease = clock() + _LEASE
    waiting = Registration.objects.filter(pk=row.pk, state=State.WAITING)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    # Whoever moves the time sends the message: two sweeps at once send one.
    if not waiting.filter(due_at=row.due_at).update(due_at=lease, token=token_hash(token)):
        return False
    mine = waiting.filter(due_at=lease)
    try:
        _message(row, token).send()
    except Exception as error:  # noqa: BLE001  # one row's trouble must not stop the others'
        # Errors' texts have addresses in them: none is logged.
        _log.warning("registration.message_not_sent", extra={"kind": type(error).__name__})
        wait = timedelta(minutes=2 ** min(row.failures, _MOST_DOUBLINGS))
        mine.update(due_at=clock() + wait, failures=row.failures + 1)
        return False
    now = clock()
    count_message(row.election.election_id, row.address, now=now)
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
    return message(subject, text, row.address)
