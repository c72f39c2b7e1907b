# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages with the link that confirms an address. A row that has no token yet is due, whoever wrote it.

The token is drawn here and goes into the message alone; its hash is stored. Too many to one address: the row
goes, and nobody is told.
"""

import logging
import secrets
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _t

from voting.office.views.frame import title_of
from voting.registration.intake import token_hash
from voting.registration.models import Registration, State
from voting.registration.throttle import may_write_to

_TOKEN_BYTES = 16
_AT_ONCE = 50
_log = logging.getLogger(__name__)


def send_due(*, now: datetime) -> int:
    """Send what is due, and forget what was not confirmed in time; return how many messages were sent."""
    waiting = Registration.objects.filter(state=State.WAITING)
    waiting.filter(expires_at__lte=now).delete()
    return sum(_send(row, now) for row in waiting.filter(token="").select_related("election")[:_AT_ONCE])


def _send(row: Registration, now: datetime) -> bool:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    # Whoever sets the token sends the message: two sweeps at once send one.
    claimed = Registration.objects.filter(pk=row.pk, token="").update(token=token_hash(token))
    if not claimed:
        return False
    if not may_write_to(row.election.election_id, row.address, now=now):
        Registration.objects.filter(pk=row.pk, state=State.WAITING).delete()
        return False
    try:
        _message(row, token).send()
    except (SMTPException, OSError) as error:
        _log.warning("registration.message_not_sent", extra={"kind": type(error).__name__})
        Registration.objects.filter(pk=row.pk, state=State.WAITING).update(token="")  # tried again
        return False
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
