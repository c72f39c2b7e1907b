# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's page for roll changes: a preview first, then the step; every refusal in words."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bulletin_board.codec import base64url
from tally.record.roll_change import LIMIT
from tests.integration import office_world as office
from tests.integration.test_office_access import logged_in
from tests.integration.test_office_forms import refused, said
from voting.models import RollChange
from voting.office.models import Deed

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/office/elections/spring/roll-changes/"
NEWCOMER = office.VOTERS


@pytest.fixture
def scene(settings, tmp_path, monkeypatch):
    office.set_up(settings, tmp_path, monkeypatch)
    return office.scene("open")


@pytest.fixture
def client(scene):
    return logged_in()


def upload(client, data):
    return client.post(PAGE, {"change": SimpleUploadedFile("change.json", data)})


def take(client, data):
    return client.post(PAGE, {"do": "take", "carried": base64url.encode(data)})


def words_of(response):
    return " ".join(said(response).split())


def test_the_page_says_how_the_roll_stands(client):
    page = words_of(client.get(PAGE))
    assert "Voters on the roll now 8" in page
    assert "Weight that can still be admitted 12" in page
    assert "The roll has not been changed." in page


def test_an_upload_shows_what_it_would_do_and_changes_nothing(client, scene):
    data = office.roll_change(
        scene.election, revoke=[0, 1], admit=[NEWCOMER], reason="Two <i>lost</i> letters."
    )
    response = upload(client, data)
    page = words_of(response)
    assert "What roll change 1 would do" in page
    assert "Two <i>lost</i> letters." in page
    assert "Credentials revoked 2" in page
    assert "8 before, 7 after" in page
    assert "Weight that can still be admitted after it 11" in page
    assert b"<i>lost" not in response.content
    assert not RollChange.objects.exists()


def test_what_the_preview_carries_is_what_is_taken(client, scene):
    data = office.roll_change(scene.election, revoke=[0], admit=[NEWCOMER])
    shown = upload(client, data).content.decode()
    carried = re.search(r'name="carried"\s+value="([^"]+)"', shown)[1]
    response = client.post(PAGE, {"do": "take", "carried": carried}, follow=True)
    page = words_of(response)
    assert "The roll is changed, and the change is on the board." in page
    assert "Credentials revoked: 1; admitted: 1. The registrar’s reason: A letter was lost." in page
    assert RollChange.objects.get().number == 1
    deed = Deed.objects.get(action="roll-change")
    assert (deed.official, deed.outcome, deed.detail) == ("olga", "done", "1: A letter was lost.")
    assert "Roll changed" in said(client.get("/office/elections/spring/trail/"))


def test_the_same_step_twice_changes_the_roll_once(client, scene):
    data = office.roll_change(scene.election, revoke=[0])
    assert take(client, data).status_code == take(client, data).status_code == 302
    assert RollChange.objects.count() == 1


REFUSED = {
    "number": ({"number": 2, "revoke": [0]}, "another change has to come before it"),
    "stranger": ({"revoke": [NEWCOMER]}, "is not on the roll"),
    "enrolled": ({"admit": [0]}, "is on the roll, or once was"),
    "weight": ({"admit": [NEWCOMER], "weight": 13}, "more weight than is left"),
    "nobody": ({}, "revokes nobody and admits nobody"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("step", [upload, take])
def test_what_does_not_hold_is_refused_in_words(client, scene, step, name):
    wanted, words = REFUSED[name]
    refused(step(client, office.roll_change(scene.election, **wanted)), words, status=409)
    assert not RollChange.objects.exists()


def test_a_credential_is_not_revoked_twice(client, scene):
    take(client, office.roll_change(scene.election, revoke=[0]))
    again = office.roll_change(scene.election, number=2, revoke=[0])
    refused(upload(client, again), "revoked before", status=409)


def test_a_change_that_somebody_else_signed_is_refused(client, scene):
    forged = office.roll_change(scene.election, revoke=[0]).replace(b"lost", b"sold")
    refused(upload(client, forged), "has not signed this file", status=409)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Choose a file. It must not be empty."),
        (b"{}", "not the file that is asked for here"),
        (b"nonsense", "another kind of file"),
        (b"x" * (LIMIT + 1), "too large"),
    ],
)
def test_what_is_no_such_file_is_refused(client, data, words):
    refused(upload(client, data), words, status=409)


@pytest.mark.parametrize("carried", ["", "x", "ä" * 8, "A" * (LIMIT * 2)])
def test_a_page_that_carries_something_else_is_refused(client, carried):
    response = client.post(PAGE, {"do": "take", "carried": carried})
    assert response.status_code in {400, 409, 413}
    assert not RollChange.objects.exists()


def test_a_change_between_preview_and_step_is_noticed(client, scene):
    data = office.roll_change(scene.election, revoke=[0])
    upload(client, data)
    take(client, office.roll_change(scene.election, revoke=[1]))
    refused(take(client, data), "The roll was changed after the registrar made this file", status=409)
    assert RollChange.objects.count() == 1


def test_after_closing_the_changes_are_shown_and_nothing_is_taken(client, scene):
    take(client, office.roll_change(scene.election, revoke=[0]))
    client.post("/office/elections/spring/close/")
    page = words_of(client.get(PAGE))
    assert "the roll cannot be changed any more" in page
    assert "Credentials revoked: 1" in page
    late = office.roll_change(scene.election, number=2, revoke=[1])
    refused(take(client, late), "only be changed while voting is open", status=409)


def test_before_opening_there_is_nothing_to_change(client):
    office.scene("frozen", slug="autumn")
    response = client.get("/office/elections/autumn/roll-changes/")
    refused(response, "This is only possible while the election is", status=409)


def test_the_page_is_linked_while_voting_is_open(client):
    assert PAGE in client.get("/office/elections/spring/").content.decode()
