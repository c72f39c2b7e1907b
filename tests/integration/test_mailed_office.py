# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's page of mailed codes: who may see it, what it does, what it says when it refuses."""

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from bulletin_board.codec import base64url
from tally.record.parties import Registrar
from tests.integration import mailed_world as world
from tests.integration import office_world as office
from tests.integration.mailed_world import ADA, HOUR, VOTERS
from tests.integration.test_office_access import logged_in
from tests.integration.test_office_forms import refused, said
from voting.mailed import listing, registrar_key, roll_signing, sending
from voting.models import Election
from voting.office import actions
from voting.office.models import Deed

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/office/elections/spring/mailed-codes/"


@pytest.fixture(autouse=True)
def _set_up(settings, tmp_path, monkeypatch):
    world.set_up(settings, tmp_path, monkeypatch)


@pytest.fixture
def scene():
    return world.prepare()


@pytest.fixture
def client(scene) -> Client:
    return logged_in()


def upload(client, data=VOTERS):
    return client.post(PAGE, {"list": SimpleUploadedFile("voters.csv", data), "do": "list"})


def test_from_the_list_to_the_signed_roll(client, scene):
    assert upload(client)["Location"] == PAGE
    assert "Send 3 codes" in said(client.get(PAGE))
    client.post(PAGE, {"do": "send"})
    assert "Sending takes about" in said(client.get(PAGE))
    sending.send_due(clock=lambda: timezone.now() + HOUR)
    roll_signing.sign_due(now=scene.by.now)
    assert "Every message was sent, and the roll is signed." in said(client.get(PAGE))
    assert "Done" in said(client.get("/office/elections/spring/"))
    actions = set(Deed.objects.filter(election=scene.election).values_list("action", flat=True))
    assert {"codes-list", "codes-send", "roll"} <= actions


def test_the_task_list_leads_to_the_page(client):
    assert f'href="{PAGE}"' in client.get("/office/elections/spring/").content.decode()


def test_no_page_shows_a_code(client, scene):
    upload(client)
    client.post(PAGE, {"do": "send"})
    sending.send_due(clock=lambda: timezone.now() + HOUR)
    page = client.get(PAGE).content.decode()
    assert ADA in page
    assert not [code for [code] in world.codes().values() if code in page]


def test_every_problem_of_a_list_is_shown_with_its_row(client, scene):
    answer = upload(client, b"name,email\n,a@example.org\nBen,nothing\n")
    refused(answer, "The list has problems; nothing was taken.", 409)
    assert "row 2: name: missing" in said(answer)
    assert "row 3: email: not an address" in said(answer)
    assert not scene.election.recipients.exists()


def test_no_file_is_refused(client):
    refused(client.post(PAGE, {"do": "list"}), "Choose a file.", 409)


def test_too_large_a_file_is_refused(client, monkeypatch):
    monkeypatch.setattr(listing, "LIMIT", 10)
    refused(upload(client), "The file is too large", 409)


def test_nobody_listed_is_refused(client):
    refused(client.post(PAGE, {"do": "send"}), "Nobody is on the list yet.", 409)


@pytest.mark.parametrize(
    "do", ["", "again", "again x", "again 99999", "leave-out -1", "leave-out 1 2", "again ١"]
)
def test_a_forged_button_is_refused(client, do):
    upload(client)
    refused(client.post(PAGE, {"do": do}), "not on the list", 409)


def test_a_voter_gets_a_new_code_or_is_left_out(client, scene):
    upload(client)
    client.post(PAGE, {"do": "send"})
    sending.send_due(clock=lambda: timezone.now() + HOUR)
    ada, ben, _cleo = scene.election.recipients.all()
    client.post(PAGE, {"do": f"again {ada.pk}"})
    client.post(PAGE, {"do": f"leave-out {ben.pk}"})
    sending.send_due(clock=lambda: timezone.now() + 2 * HOUR)
    assert len(mail.outbox) == 4
    assert scene.election.recipients.count() == 2


def test_voters_are_found_by_name_address_and_state(client):
    upload(client)
    assert "ben@example.org" not in said(client.get(PAGE, {"q": "ada"}))
    assert "Nothing to show." in said(client.get(PAGE, {"state": "sent"}))
    assert "ben@example.org" in said(client.get(PAGE, {"state": "nonsense"}))


def test_a_frozen_election_can_only_be_looked_at(client, scene):
    upload(client)
    Election.objects.filter(pk=scene.election.pk).update(state="frozen")
    page = client.get(PAGE).content.decode()
    assert ADA in page
    assert 'value="list"' not in page
    assert 'value="leave-out' not in page
    refused(client.post(PAGE, {"do": "send"}), "only possible while the election is in preparation", 409)


def test_strangers_do_not_get_in(scene):
    assert Client().get(PAGE)["Location"].startswith("/office/log-in/")
    assert logged_in("piet").get(PAGE).status_code == 404


def test_an_election_of_a_registrar_has_no_such_page(client):
    office.scene("described", slug="autumn")
    answer = client.get(PAGE.replace("spring", "autumn"))
    refused(answer, "get their codes from somebody else", 409)


def voters_form(**changes):
    sent = {
        "registrar_name": "This server",
        "credentials": "server",
        "registrar_key": "",
        "roll_capacity": "20",
        "ballots_per_credential": "3",
        "minimum_counted": "1",
    }
    return sent | changes


@pytest.mark.parametrize("key", ["", office.registrar_key()])
def test_choosing_this_server_takes_its_own_key(client, scene, key):
    actions.set_voters(
        scene.election,
        scene.by,
        registrar=Registrar(name="Another", key=base64url.decode(office.registrar_key(), 32)),
        capacity=20,
        rules=scene.election.plan.rules,
    )
    client.post("/office/elections/spring/voters/", voters_form(registrar_key=key))
    scene.election.refresh_from_db()
    assert scene.election.plan.registrar.key == registrar_key.public_key()


def test_without_a_key_of_its_own_this_server_cannot_be_chosen(client):
    registrar_key.key_file().unlink()
    answer = client.post("/office/elections/spring/voters/", voters_form())
    refused(answer, "manage.py make_registrar_key")


def test_a_registrar_needs_a_key(client):
    refused(client.post("/office/elections/spring/voters/", voters_form(credentials="registrar")), "required")


def test_the_election_file_says_that_this_server_makes_the_codes(client):
    manifest = client.get("/office/elections/spring/election-file/manifest.json").json()
    assert manifest["registrar"]["credentials"] == "server"
