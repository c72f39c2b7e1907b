# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking registrations: from a browser, for an address still to be confirmed or for who is signed in.

What a browser sends is checked as the registrar will check it. Whether an address is known is never asked
here, so that no answer depends on it; messages are written elsewhere (sending.py), for the same reason.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from bulletin_board.codec.canonical import parse
from bulletin_board.codec.fields import Fields
from tally.registrar.registration import EMAIL, OIDC, Registrant
from tally.registrar.registration import Registration as Proof
from voting.models import Election
from voting.registration.errors import AlreadyDecided, BadAddress, KeyTaken, UnknownLink, WrongRegistrant
from voting.registration.models import Registration, State
from voting.registration.windows import check_open
from voting.states import Action, after

LIMIT = 4_096  # bytes
LIFETIME = timedelta(hours=48)
MAX_ADDRESS = 254
_ADDRESS = re.compile(r"[!#-'*+\-./0-9=?^_`a-z{|}~]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")


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

    Raises RegistrationClosed, BadAddress, WrongRegistrant, and what a registration's proof is refused for.
    """
    check_open(election, now=now)
    registrant, proof = _read(body)
    if registrant.kind != EMAIL or registrant.issuer:
        raise WrongRegistrant("not an e-mail address", expected=EMAIL, computed=registrant.kind)
    if not is_address(registrant.name):
        raise BadAddress("not an e-mail address")
    proof.check(election.election_id, registrant)
    row = _row(election, registrant, proof, now)
    row.address, row.language, row.expires_at = registrant.name, language, now + LIFETIME
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
    row.address = person.address
    _confirm(row)
    return row


def confirm(election: Election, token: str, *, now: datetime) -> Registration:
    """Confirm the address that a link was sent to; the link is used up.

    Raises UnknownLink, WrongState, AlreadyDecided, KeyTaken.
    """
    after(election.where, Action.EDIT)
    found = election.registrations.filter(
        token=token_hash(token), state=State.WAITING, expires_at__gt=now
    ).first()
    if found is None:
        raise UnknownLink("no such link")
    _confirm(found)
    return found


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


def _confirm(row: Registration) -> None:
    """Let it replace the person's earlier ones, which are forgotten."""
    try:
        with transaction.atomic():
            others = row.election.registrations.filter(subject=row.subject).exclude(pk=row.pk)
            settled = others.exclude(state=State.WAITING).first()
            if settled is not None and settled.state != State.CONFIRMED:
                raise AlreadyDecided("the earlier registration was decided on", computed=settled.state)
            is_new = row._state.adding  # noqa: SLF001  # Django's documented way to ask
            if settled is not None and not is_new and settled.pk > row.pk:
                raise UnknownLink("a later registration has replaced this one")
            earlier = others if is_new else others.filter(pk__lt=row.pk)
            earlier.delete()
            row.state, row.token, row.expires_at = State.CONFIRMED, "", None
            row.save()
    except IntegrityError:
        raise KeyTaken("somebody else has registered this key") from None
