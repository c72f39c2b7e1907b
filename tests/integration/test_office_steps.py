# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the freeze to the publication by pages: steps ask first, happen once, are refused in words."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from tally.models import RequestState, StationRequest, Tally, TallyState
from tests.integration import office_world as office
from tests.integration.test_office_access import logged_in
from tests.integration.test_office_forms import refused, said
from voting.models import Election
from voting.office import actions
from voting.states import State

pytestmark = pytest.mark.django_db(transaction=True)
SPRING = "/office/elections/spring/"


@pytest.fixture
def stage(settings, tmp_path, monkeypatch):
    office.set_up(settings, tmp_path, monkeypatch)

    def set_stage(name, **options):
        return office.scene(name, now=timezone.now(), **options).election

    return set_stage


def state():
    return Election.objects.get(slug="spring").where


def freeze(client, **changes):
    fingerprint = client.get(f"{SPRING}freeze/").context["fingerprint"]
    return client.post(f"{SPRING}freeze/", {"understood": "yes", "fingerprint": fingerprint} | changes)


def test_the_whole_way_by_pages(stage):
    election = stage("ready")
    client = logged_in()
    page = client.get(f"{SPRING}freeze/")
    assert page.context["fingerprint"] == actions.fingerprint_ahead(election)
    assert freeze(client).status_code == 302
    election.refresh_from_db()
    assert (election.where, election.fingerprint) == (State.FROZEN, page.context["fingerprint"])
    for path, reached in (("open", State.OPEN), ("close", State.CHECKING)):
        assert client.get(f"{SPRING}{path}/").status_code == 200
        assert client.post(f"{SPRING}{path}/").status_code == 302
        assert state() is reached
    assert client.post(f"{SPRING}count/").status_code == 302
    assert Tally.objects.get().state == TallyState.VERIFYING
    assert "The server verifies its own board" in said(client.get(SPRING))


def test_the_result_is_published_by_a_page(stage, monkeypatch):
    stage("checking")
    Election.objects.update(state=State.TALLIED)
    assert logged_in().post(f"{SPRING}publish/").status_code == 302
    assert state() is State.FINAL


def test_freezing_needs_the_tick(stage):
    stage("ready")
    refused(freeze(logged_in(), understood=""), "Confirm that you know what becomes unchangeable.")
    assert state() is State.DRAFT


def test_what_was_not_shown_is_not_frozen(stage):
    election = stage("ready")
    client = logged_in()
    before = client.get(f"{SPRING}freeze/").context["fingerprint"]
    actions.add_roll(
        election,
        office.By(user=None, now=timezone.now()),
        office.roll_of(election.election_id, weights=(1, 1, 1)),
    )
    refused(freeze(client, fingerprint=before), "Something has changed since the page was shown.", status=409)
    refused(freeze(client, fingerprint=""), "Something has changed since the page was shown.", status=409)
    assert state() is State.DRAFT


def test_an_incomplete_election_cannot_be_frozen(stage):
    stage("described")
    client = logged_in()
    page = said(client.get(f"{SPRING}freeze/"))
    assert "It cannot be frozen yet." in page
    response = client.post(f"{SPRING}freeze/", {"understood": "yes", "fingerprint": ""})
    refused(response, "Something is still missing: see the task list.", status=409)
    assert state() is State.DRAFT


def test_an_election_of_which_only_the_name_is_known_cannot_be_frozen(stage):
    stage("started")
    response = logged_in().post(f"{SPRING}freeze/", {"understood": "yes", "fingerprint": ""})
    refused(response, "Something is still missing", status=409)


ALLOWED = {"freeze": "ready", "open": "frozen", "close": "open", "count": "checking"}
STATES = ("described", "frozen", "open", "checking")


@pytest.mark.parametrize("path", ["freeze", "open", "close", "count", "publish"])
@pytest.mark.parametrize("name", STATES)
def test_a_step_at_the_wrong_time_is_refused_in_words(stage, path, name):
    if ALLOWED.get(path) == name or (path, name) == ("freeze", "described"):
        pytest.skip("the right time")
    stage(name)
    client, before = logged_in(), state()
    for response in (client.get(f"{SPRING}{path}/"), client.post(f"{SPRING}{path}/", {"understood": "yes"})):
        assert response.status_code == 409
        words = said(response)
        assert "This was refused, and nothing was changed" in words
        assert "only possible while the election is" in words or "not frozen yet" in words
        assert '<button class="btn btn-primary" type="submit">' not in response.content.decode()
    assert state() is before


@pytest.mark.parametrize(
    "path",
    ["details", "dates", "voters", "questions/add/score", "questions/edit/mayor", "trustees", "key", "roll"],
)
def test_nothing_can_be_edited_after_the_freeze(stage, path):
    election = stage("frozen")
    before = office.sketch_of(election)
    response = logged_in().post(f"{SPRING}{path}/", {"title_en": "Other", "do": "save"})
    refused(response, "This is only possible while the election is in preparation. It is frozen.", status=409)
    assert office.sketch_of(election) == before


@pytest.mark.parametrize("path", ["questions/move/mayor", "questions/delete/mayor", "trustees/1/remove"])
def test_nothing_can_be_taken_away_after_the_freeze(stage, path):
    election = stage("frozen")
    before = (office.sketch_of(election), election.seats.count())
    refused(logged_in().post(f"{SPRING}{path}/"), "It is frozen.", status=409)
    assert (office.sketch_of(election), election.seats.count()) == before


def test_the_times_that_were_promised_are_kept(stage):
    election = stage("frozen", rehearsal=False)
    Election.objects.update(opens_at=timezone.now() + timedelta(hours=1))
    refused(logged_in().post(f"{SPRING}open/"), "It is promised to voters for", status=409)
    Election.objects.update(opens_at=election.opens_at)
    client = logged_in()
    assert client.post(f"{SPRING}open/").status_code == 302
    refused(client.post(f"{SPRING}close/"), "It is too early for this.", status=409)
    assert state() is State.OPEN


def test_a_step_that_was_taken_cannot_be_taken_again(stage):
    stage("frozen")
    client = logged_in()
    client.post(f"{SPRING}open/")
    refused(client.post(f"{SPRING}open/"), "It is open.", status=409)


def count(election, state_of_second=RequestState.REFUSED):
    tally = Tally.objects.create(
        log=election.log, fingerprint=election.fingerprint, state=TallyState.ACKNOWLEDGING
    )
    states = {1: RequestState.ANSWERED, 2: state_of_second, 3: RequestState.WAITING}
    for trustee, state_of_one in states.items():
        StationRequest.objects.create(
            tally=tally,
            trustee=trustee,
            phase="acknowledge",
            number=uuid.uuid4(),
            state=state_of_one,
            sends=1,
            verdict="<b>the reason</b>" if trustee == 2 else "",
        )


def test_each_stations_steps_are_shown_and_polled(stage):
    count(stage("checking"))
    client = logged_in()
    page = said(client.get(SPRING))
    assert "<b>the reason</b>" in page
    values = client.get(f"{SPRING}live.json").json()
    assert values["texts"]["confirmed-1"] == "Done"
    assert values["texts"]["confirmed-2"] == "Refused"
    assert values["texts"]["confirmed-3"] == "Asked; no answer yet"
    assert values["texts"]["opened-1"] == "Not asked yet"
    assert values["tones"]["confirmed-2"] == "bad"
    assert values["meters"]["acknowledged"] == [1, 3]
    assert values["shape"] in client.get(SPRING).content.decode()


def test_a_station_that_refused_is_asked_again(stage):
    count(stage("checking"))
    client = logged_in()
    assert "Ask again" in said(client.get(SPRING))
    client.post(f"{SPRING}count/ask-again/2/")
    assert StationRequest.objects.get(trustee=2).state == RequestState.WAITING
    page = client.post(f"{SPRING}count/ask-again/1/", follow=True)
    assert "This trustee has not refused" in said(page)


def test_a_failed_count_can_be_started_again(stage):
    count(stage("checking"))
    Tally.objects.update(state=TallyState.FAILED, verdict="why")
    client = logged_in()
    assert "The count has stopped and needs you" in said(client.get(SPRING))
    client.post(f"{SPRING}count/")
    assert Tally.objects.get().state == TallyState.VERIFYING


def test_the_turnout_is_shown_while_voting(stage):
    stage("open")
    client = logged_in()
    assert "0 of 8 voters have voted (0.0 %)" in said(client.get(SPRING))
    assert client.get(f"{SPRING}live.json").json()["meters"]["voted"] == [0, 8]
