# SPDX-License-Identifier: AGPL-3.0-or-later
"""The read API: what it says is what the board says, and every refusal is JSON."""

import json

import pytest
from django.test import Client

from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.proof import InclusionProof, check_proof
from bulletin_board.models import Entry, SignedHead
from tests.integration.pages_data import place
from tests.integration.pages_elections import HOSTILE
from tests.integration.pages_fixtures import page, server  # noqa: F401  # a fixture
from tests.integration.test_pages_heads import cosign, demand_a_witness, grown
from voting.models import CastBallot, Election
from voting.presenters import paging
from voting.reading import schemas

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server")]

API = "/api/elections"
ONE = f"{API}/harbour"
NONE = {"number": 0, "page": 1, "pages": 1, "elections": []}


def ask(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/json")
    assert not answer.cookies
    return answer.json()


def refused(client, path, status, code):
    answer = ask(client, path, status)
    assert set(answer) == {"code", "message"}
    assert answer["code"] == code


def test_every_public_election_is_listed(client):
    place("harbour", "open")
    place("town", "final")
    found = {row["slug"]: row for row in ask(client, API)["elections"]}
    assert {slug: row["state"] for slug, row in found.items()} == {"harbour": "open", "town": "final"}
    assert found["harbour"]["turnout"] == {"voters": 24, "voted": 19, "ballots": 21}
    assert found["harbour"]["title"] == {"en": "Little Harbour"}
    assert found["harbour"]["board"] == "http://127.0.0.1:8000/board/harbour/"


def test_elections_come_in_pages_the_newest_first(client, monkeypatch):
    monkeypatch.setattr(paging, "PAGE", 2)
    for slug in ("harbour", "town", "club"):
        place(slug, "open")
    pages = {asked: ask(client, f"{API}{asked}") for asked in ("", "?page=1", "?page=2")}
    slugs = {asked: [row["slug"] for row in answer["elections"]] for asked, answer in pages.items()}
    assert slugs == {"": ["club"], "?page=1": ["town", "harbour"], "?page=2": ["club"]}
    assert [(one["number"], one["page"], one["pages"]) for one in pages.values()] == [
        (3, 2, 2),
        (3, 1, 2),
        (3, 2, 2),
    ]
    refused(client, f"{API}?page=3", 404, "not-found")
    refused(client, f"{API}?page=0", 400, "malformed")


def test_few_voters_are_not_a_number(client):
    election = place("harbour", "open")
    CastBallot.objects.filter(election=election).delete()
    assert ask(client, ONE)["turnout"] == {"voters": 24, "voted": None, "ballots": None}


def test_without_elections_the_list_is_empty(client):
    assert ask(client, API) == NONE
    assert ask(client, f"{API}?page=1", 404)["code"] == "not-found"


def test_a_draft_is_as_unknown_as_any_other_name(client):
    place("harbour", "open")
    Election.objects.update(state="draft")
    assert ask(client, API) == NONE
    refused(client, ONE, 404, "not-found")


def test_an_election_comes_with_its_questions_and_trustees(client):
    place("harbour", "open")
    found = ask(client, ONE)
    assert [question["id"] for question in found["questions"]] == ["mayor", "school"]
    assert found["questions"][0]["options"][0]["label"] == {"en": "Rosa Delgado"}
    assert [trustee["index"] for trustee in found["trustees"]] == [1, 2, 3]
    assert found["threshold"] == 2


def test_hostile_names_are_json_strings(client):
    place("harbour", "tallied", "hostile")
    answer = client.get(ONE)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.json()["title"] == {"en": HOSTILE}


def test_entries_stand_as_on_the_board(client, monkeypatch):
    monkeypatch.setattr(paging, "PAGE", 10)
    election = place("harbour", "final")
    found = ask(client, f"{ONE}/entries")
    assert (found["size"], found["page"], found["pages"]) == (31, 4, 4)
    assert [entry["seq"] for entry in found["entries"]] == [30]
    first = ask(client, f"{ONE}/entries?page=1")["entries"]
    assert [entry["seq"] for entry in first] == list(range(9, -1, -1))
    rows = {row.seq: bytes(row.envelope) for row in Entry.objects.filter(log=election.log)}
    for entry in first:
        envelope = json.loads(rows[entry["seq"]])
        assert {name: entry[name] for name in ("type", "prev", "payload_sha256", "time")} == {
            name: envelope[name] for name in ("type", "prev", "payload_sha256", "time")
        }


def test_an_entry_comes_with_a_proof_that_holds(client):
    election = place("harbour", "open")
    found = ask(client, f"{ONE}/entries/4")
    key = VerifierKey.from_text(SignedHead.objects.get(log=election.log).verifier_key)
    check_proof(InclusionProof.from_bytes(found["receipt"].encode()), found["envelope"].encode(), key)
    text = client.get(f"{ONE}/entries/4/receipt")
    assert text.content.decode() == found["receipt"]
    assert text["Content-Type"] == "text/plain; charset=utf-8"
    assert client.get(found["payload"].removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_heads_are_listed_and_given_out(client):
    election = grown(place("harbour", "open"))
    found = ask(client, f"{ONE}/heads")
    assert found["number"] == 2
    for head in found["heads"]:
        row = SignedHead.objects.get(log=election.log, size=head["size"])
        assert head["note"].encode() == bytes(row.note)
        assert ask(client, f"{ONE}/heads/{head['size']}") == head


def test_a_witness_stands_beside_its_head(client):
    election = place("harbour", "open")
    demand_a_witness(election)
    cosign(election, SignedHead.objects.get(log=election.log).size)
    assert ask(client, f"{ONE}/heads")["heads"][0]["witnesses"] == [
        {"name": "press.example", "time": "2027-01-15T08:00:00Z"}
    ]


def test_what_waits_for_its_witnesses_is_not_there(client):
    election = place("harbour", "open")
    demand_a_witness(election)
    assert ask(client, ONE)["size"] == 0
    refused(client, f"{ONE}/entries", 404, "not-found")
    refused(client, f"{ONE}/entries/0", 404, "not-found")
    refused(client, f"{ONE}/heads", 404, "not-found")


def test_the_result_is_that_of_the_board(client):
    place("harbour", "final")
    found = ask(client, f"{ONE}/result")
    assert [contest["id"] for contest in found["contests"]] == ["mayor", "school"]
    assert found["contests"][0]["winners"] == ["o0"]
    assert found["ballots"] == 19


def test_before_the_result_there_is_none(client):
    place("harbour", "open")
    refused(client, f"{ONE}/result", 404, "not-found")


def test_the_answers_of_the_booth_are_the_same_at_both_addresses(client):
    place("harbour", "open")
    row = CastBallot.objects.filter(supersedes="").first()
    for path in (f"credentials/{row.credential}", f"ballots/{row.tracker}", f"ballots/{row.tracker[:30]}"):
        assert ask(client, f"{ONE}/{path}") == ask(client, f"/elections/harbour/{path}")
    schemas.Standing.model_validate(ask(client, f"{ONE}/credentials/{row.credential}"))
    schemas.Ballot.model_validate(ask(client, f"{ONE}/ballots/{row.tracker}"))


@pytest.mark.parametrize(
    "path",
    [
        "harbour/entries?page=0",
        "harbour/entries?page=x",
        "harbour/entries?page=99999999999999999999",
        "harbour/entries/x",
        "harbour/entries/-1",
        "harbour/heads/0",
        "harbour/credentials/xyz",
        "harbour/ballots/abc",
        "%00",
        "a b",
    ],
)
def test_what_is_malformed_is_refused_with_its_name(client, path):
    place("harbour", "open")
    refused(client, f"{API}/{path}", 400, "malformed")


@pytest.mark.parametrize(
    "path",
    ["nowhere", "harbour/entries/999", "harbour/entries?page=99", "harbour/heads/3", "harbour/heads?page=9"],
)
def test_what_is_not_there_is_not_found(client, path):
    place("harbour", "open")
    refused(client, f"{API}/{path}", 404, "not-found")


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/elections/", "/api/elections/harbour/more", "/api/docs"]
)
def test_an_address_that_the_api_does_not_have_is_refused_in_json(client, path):
    refused(client, path, 404, "not-found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_only_reading_is_answered(method):
    strict = Client(enforce_csrf_checks=False)
    answer = getattr(strict, method)(API)
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/json")
    assert answer.json()["code"] == "method-not-allowed"
    assert answer["Allow"] == "GET"


def test_the_api_is_described_for_people_without_a_script(client):
    markup = page(client, "/api/")
    assert "GET /api/elections/{slug}/entries/{seq}" in markup
    assert 'href="/api/openapi.json"' in markup
    assert "<script" not in markup
