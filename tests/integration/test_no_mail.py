# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that is not set up to send e-mail says so, instead of losing messages."""

import pytest
from django.core.mail import send_mail

from tests.integration import mailed_world as world
from tests.integration.registration_world import body, email, prepare, proof
from voting import mail
from voting.errors import MailUnavailable
from voting.mailed import listing, sending
from voting.mailed.models import Mailing
from voting.office.words import in_words
from voting.registration.models import Registration
from voting.registration.windows import set_window

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _set_up(settings, tmp_path, monkeypatch):
    world.set_up(settings, tmp_path, monkeypatch)


@pytest.fixture
def no_mail(settings):
    settings.EMAIL_BACKEND = mail.NO_MAIL


def test_a_message_is_refused_and_never_counts_as_sent(no_mail):
    with pytest.raises(MailUnavailable):
        send_mail("subject", "text", None, ["ada@example.org"])


def test_codes_are_not_mailed(no_mail):
    scene = world.prepare()
    listing.take(scene.election, world.VOTERS, now=scene.by.now)
    with pytest.raises(MailUnavailable) as caught:
        sending.start(scene.election, now=scene.by.now)
    assert "not set up to send e-mail" in in_words(caught.value)
    assert not Mailing.objects.exists()


def test_a_row_that_is_due_all_the_same_is_not_marked_as_sent(settings):
    scene = world.started()
    settings.EMAIL_BACKEND = mail.NO_MAIL
    assert sending.send_due(clock=lambda: scene.by.now) == 0
    assert set(scene.election.recipients.values_list("state", "credential")) == {("waiting", "")}


def test_registration_is_not_opened_unless_voters_can_sign_in(settings):
    election = prepare()
    settings.EMAIL_BACKEND = mail.NO_MAIL
    with pytest.raises(MailUnavailable):
        set_window(election, is_open=True, closes_at=None)
    set_window(election, is_open=False, closes_at=None)
    settings.VERITALLY_VOTER_OIDC_ISSUER = "https://login.example.org"
    set_window(election, is_open=True, closes_at=None)


def test_a_registration_by_email_is_refused_at_once(client, settings):
    election, ada = prepare(), email("ada@example.org")
    settings.EMAIL_BACKEND = mail.NO_MAIL
    answer = client.post(
        "/elections/allotments/register/by-email",
        body(ada, proof(election, ada, 1)),
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "mail-unavailable")
    assert not Registration.objects.exists()
