# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft whose voters make their own keys, and what their browsers send."""

import json
from datetime import timedelta

from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from bulletin_board.codec.canonical import encode
from tally.crypto import ed25519
from tally.registrar.registration import Registrant, Registration
from tests.integration.office_world import scene
from voting.models import Election
from voting.registration.windows import set_window
from voting.services import log_key


def prepare(slug: str = "allotments", *, is_open: bool = True) -> Election:
    """Make the draft, with its registration open for a week."""
    if not log_key.key_file().exists():
        log_key.create()
    election = scene("described", slug=slug, title="Allotments: committee", now=timezone.now()).election
    draft = dict(election.draft)
    draft["registrar"] = dict(draft["registrar"]) | {"credentials": "voters"}
    Election.objects.filter(pk=election.pk).update(draft=draft)
    election.refresh_from_db()
    set_window(election, is_open=is_open, closes_at=timezone.now() + timedelta(days=7))
    return election


def email(address: str) -> Registrant:
    return Registrant(kind="email", name=address)


def proof(election: Election, registrant: Registrant, octet: int) -> Registration:
    seed = bytes([octet]) * 32
    identity = election.election_id
    key = ed25519.public_key(seed)
    unsigned = Registration(election_id=identity, credential=key, subject=registrant.digest(identity))
    return unsigned.sign(seed)


def body(registrant: Registrant, registration: Registration, **changes) -> bytes:
    value = {"registrant": registrant.to_value(), "registration": json.loads(registration.to_bytes())}
    return encode(value | changes)


class BrokenMail(BaseEmailBackend):
    """A mail server that is away."""

    def send_messages(self, email_messages):
        raise OSError("away")
