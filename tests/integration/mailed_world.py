# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft whose codes this server mails, a short list of voters, and what is in their messages."""

import re
from datetime import timedelta
from unittest import mock

from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.mail.message import sanitize_address

from tally.record.parties import BY_SERVER
from tally.registrar import derivation
from tally.registrar.codes import parse_voting_code
from tests.integration import office_world as office
from voting.mailed import listing, registrar_key, sending
from voting.office import actions

ADA, BEN, CLEO = "ada@example.org", "ben@example.org", "cleo@example.org"
VOTERS = f"name,email,weight\nAda Brook,{ADA},1\nBen Field,{BEN},2\nCleo Stone,{CLEO},1\n".encode()
HOUR = timedelta(hours=1)


def set_up(settings, tmp_path, monkeypatch) -> None:
    """As for the office; the server has a registrar's key, and derives quickly."""
    office.set_up(settings, tmp_path, monkeypatch)
    settings.VERITALLY_REGISTRAR_KEY_FILE = tmp_path / "registrar.key"
    monkeypatch.setattr(sending, "derive_credential", quickly)
    registrar_key.create()


def quickly(code: bytes, election_id: str) -> derivation.Credential:
    """Derive with one round: what is tested is not how slow it is."""
    return derivation.derive_credential(code, election_id, rounds=1)


def prepare(stage: str = "described", **options: object) -> office.Scene:
    """Make an election of the official "olga", its codes made by this server."""
    scene = office.scene(stage, **options)
    plan = scene.election.plan
    actions.set_voters(
        scene.election,
        scene.by,
        registrar=plan.registrar.__class__(
            name="This server", key=registrar_key.public_key(), credentials=BY_SERVER
        ),
        capacity=plan.roll_capacity,
        rules=plan.rules,
    )
    scene.election.refresh_from_db()
    return scene


def started(**options: object) -> office.Scene:
    """Make such an election, with the list taken and the sending begun."""
    scene = prepare(**options)
    listing.take(scene.election, VOTERS, now=scene.by.now)
    sending.start(scene.election, now=scene.by.now)
    return scene


def codes() -> dict[str, list[str]]:
    """Every code that was mailed, by address, the oldest first."""
    found: dict[str, list[str]] = {}
    for message in mail.outbox:
        (code,) = re.findall(r"#(\S+)$", message.body, re.MULTILINE)
        found.setdefault(message.to[0], []).append(code)
    return found


def key_of(scene: office.Scene, code: str) -> str:
    """The public key, in hexadecimal, of a code as it was mailed."""
    return quickly(parse_voting_code(code), scene.election.election_id).key.hex()


class Encoding(EmailBackend):
    """Encodes addresses as for SMTP, before it keeps the messages."""

    def send_messages(self, messages):
        for message in messages:
            for address in message.recipients():
                sanitize_address(address, "utf-8")
        return super().send_messages(messages)


def mail_server(*, failing: type[Exception] | Exception) -> object:
    """A mail server that fails at every message."""
    return mock.patch("django.core.mail.EmailMessage.send", side_effect=failing)
