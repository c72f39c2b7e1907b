# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking registrations: from a browser, for an address still to be confirmed or for who is signed in.

What a browser sends is checked as the registrar will check it. Whether an address is known is never asked
here, so that no answer depends on it; messages are written elsewhere (sending.py), for the same reason.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Q, QuerySet

from bulletin_board.codec.canonical import parse
from bulletin_board.codec.fields import Fields
from tally.registrar.registration import EMAIL, OIDC, Registrant
from tally.registrar.registration import Registration as Proof
from voting import mail
from voting.models import Election
from voting.registration.errors import (
    AlreadyDecided,
    BadAddress,
    KeyTaken,
    UnknownLink,
    UnknownRegistration,
    WrongRegistrant,
)
from voting.registration.models import Registration, State
from voting.registration.windows import check_open
from voting.services.drafting import editing

LIMIT = 4_096  # bytes
LIFETIME = timedelta(hours=48)  # of a link; and how long a message may wait to be sent
MAX_ADDRESS = 254
_NUMBER = re.compile(r"[0-9a-f]{8}")  # as Registration.reference, without its space
# A label of a domain has at most 63 octets (RFC 1035): no message could be addressed to a longer one.
_ADDRESS = re.compile(r"[!#-'*+\-./0-9=?^_`a-z{|}~]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who an identity provider says somebody is; `address` is "" unless the provider verified it."""

    issuer: str
    subject: str
    address: str = ""

    @property
    def registrant(self) -> Registrant:
        """The person as registrations name them."""
        return Registrant(kind=OIDC, issuer=self.issuer, name=self.subject)


def is_address(text: str) -> bool:
    """Whether this is an e-mail address in its one spelling."""
    return len(text) <= MAX_ADDRESS and _ADDRESS.fullmatch(text) is not None


def take_by_email(election: Election, body: bytes, *, language: str, now: datetime) -> Registration:
    """Keep a registration until its address is confirmed.

    Raises RegistrationClosed, MailUnavailable, BadAddress, WrongRegistrant, and what a registration's proof
    is refused for.
    """
    check_open(election, now=now)
    mail.check_available()
    registrant, proof = _read(body)
    if registrant.kind != EMAIL or registrant.issuer:
        raise WrongRegistrant("not an e-mail address", expected=EMAIL, computed=registrant.kind)
    if not is_address(registrant.name):
        raise BadAddress("not an e-mail address")
    proof.check(election.election_id, registrant)
    row = _row(election, registrant, proof, now)
    row.address, row.language = registrant.name, language
    row.due_at, row.expires_at = now, now + LIFETIME
    row.save()
    return row


def take_signed_in(election: Election, body: bytes, person: SignedIn, *, now: datetime) -> Registration:
    """Keep a registration of who is signed in; nothing is left to confirm.

    Raises RegistrationClosed, WrongRegistrant, AlreadyDecided, KeyTaken, and what a proof is refused for.
    """
    check_open(election, now=now)
    registrant, proof = _read(body)
    if registrant != person.registrant:
        raise WrongRegistrant("a registration for somebody else than who is signed in")
    proof.check(election.election_id, registrant)
    row = _row(election, registrant, proof, now)
    row.address, row.state = person.address, State.CONFIRMED
    with _one_at_a_time(election):
        _replace_earlier(row)
        row.save()
    return row


def confirm(election: Election, token: str, *, number: str = "", now: datetime) -> Registration:
    """Confirm the address that a link was sent to; the link is used up.

    Any link to an address shows that its owner is there. So it confirms the registration that its message is
    about, or the one that waits under another `number` (8 hexadecimal digits) for the same address: whoever
    asks for messages in somebody's name brings them what they wait for. Raises UnknownLink,
    UnknownRegistration, WrongState, AlreadyDecided, KeyTaken.
    """
    with _one_at_a_time(election):
        # Read under the lock: whatever was decided, replaced or confirmed meanwhile is seen.
        waiting = election.registrations.filter(state=State.WAITING, expires_at__gt=now)
        linked = waiting.filter(token=token_hash(token)).first()
        if linked is None:
            raise UnknownLink("no such link")
        row = _numbered(waiting.filter(address=linked.address), number) if number else linked
        _replace_earlier(row)
        row.state, row.token, row.due_at, row.expires_at = State.CONFIRMED, "", None, None
        row.save()
        waiting.filter(pk=linked.pk).delete()  # if it is another one: its link is used up
    return row


def _numbered(waiting: QuerySet[Registration], number: str) -> Registration:
    """Return the only registration of these with the number that its voter was shown."""
    found = list(waiting.filter(credential__startswith=number)[:2]) if _NUMBER.fullmatch(number) else []
    if len(found) != 1:
        raise UnknownRegistration("no such registration waits for this address", computed=number)
    return found[0]


def token_hash(token: str) -> str:
    """Return what is stored of a link's token."""
    return hashlib.sha256(b"veritally/registration-link/1\n" + token.encode("utf-8", "replace")).hexdigest()


def _read(body: bytes) -> tuple[Registrant, Proof]:
    fields = Fields(parse(body, limit=LIMIT), "body")
    found = Registrant.read(fields.object("registrant")), Proof.read(fields.object("registration"))
    fields.done()
    return found


def _row(election: Election, registrant: Registrant, proof: Proof, now: datetime) -> Registration:
    return Registration(
        election=election,
        kind=registrant.kind,
        issuer=registrant.issuer,
        name=registrant.name,
        subject=proof.subject,
        credential=proof.credential.hex(),
        record=proof.to_bytes(),
        at=now,
    )


@contextmanager
def _one_at_a_time(election: Election) -> Iterator[None]:
    """Nobody else confirms or decides in this election meanwhile. Raises WrongState, KeyTaken."""
    try:
        with editing(election):
            yield
    except IntegrityError:
        raise KeyTaken("somebody else has registered this key") from None


def _replace_earlier(row: Registration) -> None:
    """Forget the person's earlier ones: those of the same subject, or with the same address.

    An address that was confirmed, and one that a provider verified, are the same person's. Raises
    AlreadyDecided, UnknownLink.
    """
    same = Q(subject=row.subject)
    if row.address:
        same |= Q(address=row.address)
    others = row.election.registrations.filter(same).exclude(pk=row.pk)
    settled = others.exclude(state=State.WAITING)
    decided = settled.exclude(state=State.CONFIRMED).first()
    if decided is not None:
        raise AlreadyDecided("the earlier registration was decided on", computed=decided.state)
    if row.pk is None:
        others.delete()
        return
    if settled.filter(pk__gt=row.pk).exists():
        raise UnknownLink("a later registration has replaced this one")
    others.filter(pk__lt=row.pk).delete()
