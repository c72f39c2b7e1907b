# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages to voters are in the language that they read the pages in, or in that of their election."""

import pytest
from django.core import mail
from django.utils import timezone, translation

from tests.integration import mailed_world
from tests.integration.registration_world import body, email, prepare, proof
from voting.mailed import sending as codes
from voting.models import Election
from voting.registration.sending import send_due

pytestmark = pytest.mark.django_db(transaction=True)
ADA = email("ada@example.org")
CONFIRM = {
    "en": ("Confirm your registration: ", "do nothing"),
    "es": ("Confirme su inscripción: ", "no haga nada"),
    "fr": ("Confirmez votre inscription\xa0: ", "ne faites rien"),
    "de": ("Bestätigen Sie Ihre Registrierung: ", "tun Sie nichts"),
    "ar": ("أكّد تسجيلك: ", "فلا تفعل شيئًا"),
}
CODE = {"es": "Su código para votar: ", "ar": "رمزك للتصويت: ", "it": "Your code to vote: "}


def register(client, election, language: str) -> None:
    client.post(
        "/elections/allotments/register/by-email",
        body(ADA, proof(election, ADA, 1)),
        content_type="application/json",
        headers={"accept-language": language},
    )


@pytest.mark.parametrize("language", sorted(CONFIRM))
def test_whoever_registers_gets_a_message_in_their_language(client, language):
    register(client, prepare(), language)
    with translation.override("de"):  # of whoever sends it
        send_due(clock=timezone.now)
    (message,) = mail.outbox
    subject, words = CONFIRM[language]
    assert message.subject == f"{subject}Allotments: committee"
    assert words in message.body
    assert "/confirm/#" in message.body


@pytest.mark.parametrize("language", sorted(CODE))
def test_a_mailed_code_comes_in_the_first_language_of_the_election(settings, tmp_path, monkeypatch, language):
    mailed_world.set_up(settings, tmp_path, monkeypatch)
    scene = mailed_world.started()
    Election.objects.filter(pk=scene.election.pk).update(
        draft=dict(scene.election.draft) | {"languages": [language, "en"]}
    )
    codes.send_due(clock=lambda: scene.by.now, at_once=1)
    assert mail.outbox[0].subject.startswith(CODE[language])
