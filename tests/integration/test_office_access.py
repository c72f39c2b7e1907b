# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what in the office, and that reading never changes anything."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.test import Client
from django.utils import timezone

from tests.integration import office_world as office
from voting.models import Election, TrusteeSeat
from voting.office.models import Deed, Desk, Officer

pytestmark = pytest.mark.django_db(transaction=True)

ACTIONS = (
    "details/",
    "dates/",
    "voters/",
    "questions/add/",
    "questions/add/approval/",
    "questions/edit/mayor/",
    "questions/delete/mayor/",
    "questions/move/mayor/",
    "trustees/",
    "trustees/1/remove/",
    "key/",
    "roll/",
    "officials/",
    "freeze/",
    "open/",
    "close/",
    "roll-changes/",
    "count/",
    "count/ask-again/1/",
    "publish/",
)
READING = ("", "trail/", "questions/", "questions/preview/", "election-file/", "election-file/manifest.json")


@pytest.fixture
def scene(settings, tmp_path, monkeypatch):
    office.set_up(settings, tmp_path, monkeypatch)
    return office.scene("described")


def everything():
    return [
        serializers.serialize("json", model.objects.order_by("pk"))
        for model in (Election, TrusteeSeat, Officer, Deed, Desk)
    ]


def logged_in(name="olga", **options):
    office.official(name)
    client = Client(**options)
    client.post("/office/log-in/", {"username": name, "password": office.PASSWORD})
    return client


@pytest.mark.parametrize("path", ACTIONS)
def test_a_stranger_changes_nothing_and_is_asked_to_log_in(scene, path):
    before = everything()
    response = Client().post(f"/office/elections/spring/{path}", {"understood": "yes"})
    assert response.status_code == 302
    assert response["Location"].startswith("/office/log-in/?next=")
    assert everything() == before


@pytest.mark.parametrize("path", [*READING, *ACTIONS])
def test_a_stranger_sees_nothing(scene, path):
    assert Client().get(f"/office/elections/spring/{path}").status_code == 302


@pytest.mark.parametrize("path", [*READING, *ACTIONS, "live.json"])
def test_another_elections_official_sees_and_changes_nothing(scene, path):
    client = logged_in("piet")
    before = everything()
    assert client.get(f"/office/elections/spring/{path}").status_code == 404
    assert client.post(f"/office/elections/spring/{path}", {"understood": "yes"}).status_code in {404, 405}
    assert everything() == before


def test_another_elections_official_does_not_find_it_in_the_list(scene):
    assert "Spring" not in logged_in("piet").get("/office/").content.decode()
    assert "Spring" in logged_in("olga").get("/office/").content.decode()


@pytest.mark.parametrize("path", [*READING, *ACTIONS])
def test_reading_a_page_changes_nothing(scene, path):
    client = logged_in()
    before = everything()
    assert client.get(f"/office/elections/spring/{path}").status_code in {200, 405, 409}
    assert everything() == before


@pytest.mark.parametrize("path", ACTIONS)
def test_a_form_without_its_token_is_refused(scene, path):
    client = Client(enforce_csrf_checks=True)
    page = client.get("/office/log-in/")
    token = page.context["csrf_token"]
    sent = {"username": "olga", "password": office.PASSWORD, "csrfmiddlewaretoken": str(token)}
    assert client.post("/office/log-in/", sent).status_code == 302
    before = everything()
    assert client.post(f"/office/elections/spring/{path}", {"understood": "yes"}).status_code == 403
    assert everything() == before


def test_a_log_in_without_its_token_is_refused(scene):
    client = Client(enforce_csrf_checks=True)
    sent = {"username": "olga", "password": office.PASSWORD}
    assert client.post("/office/log-in/", sent).status_code == 403


def test_no_page_of_the_office_is_kept_in_a_cache(scene):
    assert "no-store" in logged_in().get("/office/elections/spring/")["Cache-Control"]
    assert "no-store" in Client().get("/office/log-in/")["Cache-Control"]


def test_the_poll_of_somebody_logged_out_is_told_so_without_a_redirection(scene):
    assert Client().get("/office/elections/spring/live.json").status_code == 403


def test_an_added_official_can_run_the_election_but_not_choose_officials(scene):
    owner = logged_in("olga")
    office.official("piet")
    owner.post("/office/elections/spring/officials/", {"name": "piet"})
    client = logged_in("piet")
    assert client.get("/office/elections/spring/").status_code == 200
    response = client.post("/office/elections/spring/officials/", {"name": "olga"})
    assert response.status_code == 409
    assert "Only an owner of the election may do this." in response.content.decode()
    mine = Officer.objects.get(user__username="olga")
    assert client.post(f"/office/elections/spring/officials/{mine.pk}/remove/").status_code == 409
    assert Officer.objects.filter(pk=mine.pk).exists()


def test_the_last_owner_cannot_be_removed(scene):
    mine = Officer.objects.get(user__username="olga")
    response = logged_in().post(f"/office/elections/spring/officials/{mine.pk}/remove/")
    assert response.status_code == 409
    assert "must keep at least one owner" in response.content.decode()


def test_an_official_without_an_account_is_refused_in_words(scene):
    response = logged_in().post("/office/elections/spring/officials/", {"name": "nobody"})
    assert response.status_code == 422
    assert "There is no account of that name." in response.content.decode()


def test_the_session_has_a_new_key_after_the_log_in(scene):
    client = Client()
    client.get("/office/log-in/")
    client.session.save()
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies["session"] = session.session_key
    office.official()
    client.post("/office/log-in/", {"username": "olga", "password": office.PASSWORD})
    assert client.cookies["session"].value != session.session_key


def test_a_session_ends_after_eight_hours_however_busy_it_was(scene, monkeypatch):
    client = logged_in()
    assert client.get("/office/").status_code == 200
    later = timezone.now() + timedelta(hours=8, seconds=1)
    monkeypatch.setattr("voting.office.access.timezone.now", lambda: later)
    assert client.get("/office/").status_code == 302


def test_logging_out_ends_the_session_and_needs_a_post(scene):
    client = logged_in()
    assert client.get("/office/log-out/").status_code == 405
    assert client.get("/office/").status_code == 200
    client.post("/office/log-out/")
    assert client.get("/office/").status_code == 302


def test_a_disabled_account_cannot_go_on(scene):
    client = logged_in()
    User.objects.filter(username="olga").update(is_active=False)
    assert client.get("/office/").status_code == 302


def test_what_was_done_is_on_the_trail_with_name_and_outcome(scene):
    client = logged_in()
    client.post("/office/elections/spring/open/")
    deed = Deed.objects.first()
    assert (deed.official, deed.action, deed.outcome, deed.refusal) == (
        "olga",
        "open",
        "refused",
        "not-open",
    )
    page = client.get("/office/elections/spring/trail/").content.decode()
    assert "Voting opened" in page
    assert "not-open" in page
