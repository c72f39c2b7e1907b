# SPDX-License-Identifier: AGPL-3.0-or-later
"""Draw a voter's code, mail it, and keep its public key: the code is in the message alone.

A row is claimed by moving `due_at`; only then is a code made (drawing.py), and its key is kept, and the row's
half of the code forgotten, once the mail server has taken the message. Whoever dies in between, or does not
hear the mail server's answer, leaves a row that falls due again: the voter gets the same message twice.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Sum
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _t

from bulletin_board.errors import UnusableKeyFile
from tally.registrar.codes import format_voting_code
from tally.registrar.derivation import derive_credential
from voting.mail import check_available, message
from voting.mailed import drawing, registrar_key
from voting.mailed.choice import check_by_server, check_own_key
from voting.mailed.errors import NobodyListed, WeightAboveCapacity
from voting.mailed.listing import drop_roll
from voting.mailed.models import Mailing, Recipient, State
from voting.models import Election
from voting.office.views.frame import title_of
from voting.rarely import Rarely
from voting.services.drafting import editing, manifest_of
from voting.states import State as ElectionState

AT_ONCE = 3  # a derivation takes a third of a second; a sweep comes every other second
MAX_FAILURES = 6
_LEASE = timedelta(minutes=10)
_PERMANENT = 500  # and above: codes of SMTP for what will not be taken later either
_log = logging.getLogger(__name__)
_rarely = Rarely(timedelta(minutes=10))


def start(election: Election, *, now: datetime) -> int:
    """Begin to send; return how many messages wait.

    Raises WrongState, NotByServer, MailUnavailable, NotReady, AnotherRegistrar, UnusableKeyFile,
    NobodyListed, WeightAboveCapacity.
    """
    check_available()
    with editing(election) as row:
        check_by_server(row)
        manifest = manifest_of(row)
        check_own_key(row)
        weight = row.recipients.aggregate(weight=Sum("weight"))["weight"]
        if weight is None:
            raise NobodyListed("nobody is on the list")
        if weight > manifest.parameters.roll_capacity:
            raise WeightAboveCapacity(
                "the voters weigh too much", expected=manifest.parameters.roll_capacity, computed=weight
            )
        _mailing, is_new = Mailing.objects.get_or_create(election=row, defaults={"started_at": now})
        if is_new:
            drop_roll(row)  # of whoever made the codes before: the one of these voters would never be signed
        # Those who failed are tried once more, at once.
        row.recipients.filter(state=State.FAILED).update(state=State.WAITING, failures=0, due_at=now)
        return row.recipients.filter(state=State.WAITING).count()


def send_due(*, clock: Callable[[], datetime], at_once: int = AT_ONCE) -> int:
    """Send some of the messages that are due; return how many were sent.

    The clock is asked for each message: a slow mail server may take minutes for one.
    """
    begun = Recipient.objects.filter(
        election__mailing__isnull=False, election__state=ElectionState.DRAFT.value
    ).select_related("election")
    due = list(begun.filter(state=State.WAITING, due_at__lte=clock())[:at_once])
    try:
        key_seed = registrar_key.seed() if due else b""
    except UnusableKeyFile:
        if _rarely.is_time():
            _log.warning("mailed.no_registrar_key")
        return 0
    return sum(_send(row, key_seed, clock) for row in due)


def _send(row: Recipient, key_seed: bytes, clock: Callable[[], datetime]) -> bool:
    lease, half = clock() + _LEASE, row.half or drawing.new_half()
    unclaimed = Recipient.objects.filter(pk=row.pk, state=State.WAITING, due_at=row.due_at, half=row.half)
    if not unclaimed.update(due_at=lease, half=half):
        return False
    code = drawing.code_of(half, row.election.election_id, key_seed)
    key = derive_credential(code, row.election.election_id).key
    mine = Recipient.objects.filter(pk=row.pk, state=State.WAITING, due_at=lease)
    try:
        _message(row, format_voting_code(code)).send()
    except Exception as error:  # noqa: BLE001  # one voter's address must not stop the others' messages
        _log.warning("mailed.message_not_sent", extra={"kind": type(error).__name__})
        failures = row.failures + 1
        final = failures >= MAX_FAILURES or _is_for_ever(error)
        again = clock() + timedelta(minutes=2 ** (failures - 1))
        mine.update(
            state=State.FAILED if final else State.WAITING, failures=min(failures, MAX_FAILURES), due_at=again
        )
        return False
    return bool(mine.update(state=State.SENT, credential=key.hex(), half="", sent_at=clock()))


def _is_for_ever(error: Exception) -> bool:
    """Whether a mail server has refused the address, and not only put it off (RFC 5321, section 4.2.1)."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    return all(code >= _PERMANENT for code, _words in error.recipients.values())


def _message(row: Recipient, code: str) -> EmailMessage:
    election = row.election
    page = reverse("vote", args=[election.slug])
    with translation.override(_language(election)):
        title = title_of(election).text
        context = {
            "name": row.name,
            "title": title,
            "code": code,
            "link": f"{settings.VERITALLY_BASE_URL}{page}#{code}",
            "opens": election.opens_at,
            "closes": election.closes_at,
        }
        subject = _t("Your code to vote: %(title)s") % {"title": title}
        text = render_to_string("mailed/message.txt", context)
    return message(subject, text, row.address)


def _language(election: Election) -> str:
    """The election's first language that the pages have, too; English otherwise."""
    offered = {code for code, _name in settings.LANGUAGES}
    named = dict(election.draft).get("languages")
    wanted = [str(language) for language in named] if isinstance(named, list) else []
    return next((language for language in wanted if language in offered), settings.LANGUAGE_CODE)
