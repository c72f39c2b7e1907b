# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a voter's program can ask: where a code stands, and what an entry of a check code is."""

import hashlib
import json

import pytest
from django.utils import timezone

from bulletin_board.log.proof import InclusionProof, check_proof
from tests.integration.voting_world import NO, NOW, open_world
from voting.models import Election, Rechecked
from voting.services import elections
from voting.states import State

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/elections/spring"


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    return open_world(settings, tmp_path, monkeypatch)


def credential_of(world, voter):
    return world.prepared(voter).ballot.credential.hex()


def cast(client, submission):
    response = client.post(f"{BASE}/ballots", data=submission.to_bytes(), content_type="application/json")
    assert response.status_code == 201
    return response.json()


def ask(client, path):
    response = client.get(f"{BASE}/{path}")
    assert response["Cache-Control"].startswith("max-age=0")
    assert "Set-Cookie" not in response
    return response


def test_a_code_that_was_never_used_stands_with_no_ballot(client, world):
    answer = ask(client, f"credentials/{credential_of(world, 0)}").json()
    assert answer == {
        "on_roll": True, "weight": 1, "revoked": "", "ballots": [], "limit": 3, "state": "open",
    }  # fmt: skip


def test_ballots_of_a_code_stand_in_the_order_of_the_board(client, world):
    first = cast(client, world.submission(0))
    second = cast(client, world.submission(0, NO, supersedes=first["tracker"]))
    cast(client, world.submission(1))
    answer = ask(client, f"credentials/{credential_of(world, 0)}").json()
    assert answer["ballots"] == [{"tracker": row["tracker"], "seq": row["seq"]} for row in (first, second)]


def test_a_stranger_is_not_on_the_roll(client, world):
    answer = ask(client, f"credentials/{'ab' * 32}").json()
    assert (answer["on_roll"], answer["weight"], answer["ballots"]) == (False, 0, [])


@pytest.mark.parametrize("key", ["AB" * 32, "ab" * 31, "zz" * 32, "ab" * 33, "%00" * 64, ""])
def test_what_is_no_key_has_no_address(client, world, key):
    assert client.get(f"{BASE}/credentials/{key}").status_code == 404


@pytest.mark.parametrize("digits", [30, 64])
def test_a_ballot_is_found_by_its_check_code_with_a_proof(client, world, digits):
    submission = world.submission(0)
    made = cast(client, submission)
    answer = ask(client, f"ballots/{made['tracker'][:digits]}").json()
    assert (answer["type"], answer["tracker"], answer["seq"]) == ("ballot", made["tracker"], made["seq"])
    assert (answer["counts"], answer["later"], answer["state"]) == (True, [], "open")
    assert answer["payload_sha256"] == hashlib.sha256(submission.ballot).hexdigest()
    assert answer["credential"] == credential_of(world, 0)
    proof = InclusionProof.from_bytes(answer["receipt"].encode())
    check_proof(proof, answer["entry"].encode(), world.opened.manifest.board.log)


def test_a_ballot_that_was_replaced_does_not_count(client, world):
    first = cast(client, world.submission(0))
    second = cast(client, world.submission(0, NO, supersedes=first["tracker"]))
    answer = ask(client, f"ballots/{first['tracker']}").json()
    assert answer["counts"] is False
    assert answer["later"] == [{"tracker": second["tracker"], "seq": second["seq"]}]
    assert ask(client, f"ballots/{second['tracker']}").json()["counts"] is True


def test_a_test_is_found_and_never_counts(client, world):
    challenged = world.challenge(0)
    body = challenged.to_bytes()
    assert client.post(f"{BASE}/challenges", data=body, content_type="application/json").status_code == 201
    answer = ask(client, f"ballots/{challenged.tracker}").json()
    assert (answer["type"], answer["counts"], answer["later"]) == ("challenged", False, [])
    assert answer["payload_sha256"] == hashlib.sha256(body).hexdigest()


def test_a_ballot_that_the_compact_check_refused_does_not_count(client, world):
    made = cast(client, world.submission(0))
    refused = [[made["tracker"], "challenge-mismatch"]]
    Rechecked.objects.update_or_create(election=world.election, defaults={"refused": refused})
    assert ask(client, f"ballots/{made['tracker']}").json()["counts"] is False


def test_what_is_not_on_the_board_is_said_so(client, world):
    response = ask(client, f"ballots/{'ab' * 15}")
    assert (response.status_code, response.json()["code"]) == (404, "not-on-board")


@pytest.mark.parametrize("digits", ["ab" * 14, "AB" * 15, "ab" * 16, "zz" * 15, "ab" * 33])
def test_what_is_no_check_code_has_no_address(client, world, digits):
    assert client.get(f"{BASE}/ballots/{digits}").status_code == 404


def test_another_elections_ballot_is_not_found_here(client, world):
    made = cast(client, world.submission(0))
    Election.objects.create(
        slug="other",
        election_id="cd" * 16,
        state=State.OPEN.value,
        draft={},
        opens_at=NOW,
        closes_at=NOW,
        created_at=NOW,
    )
    response = client.get(f"/elections/other/ballots/{made['tracker']}")
    assert response.json()["code"] == "not-on-board"


@pytest.mark.parametrize("path", [f"credentials/{'ab' * 32}", f"ballots/{'ab' * 15}"])
@pytest.mark.parametrize("state", [State.DRAFT, State.FROZEN])
def test_before_voting_there_is_nothing_to_ask(client, world, path, state):
    Election.objects.filter(pk=world.election.pk).update(state=state.value)
    assert ask(client, path).json()["code"] == "unknown-election"
    assert client.get(f"/elections/nowhere/{path}").json()["code"] == "unknown-election"


def test_only_questions_are_taken(client, world):
    for path in (f"credentials/{'ab' * 32}", f"ballots/{'ab' * 15}"):
        assert client.post(f"{BASE}/{path}", data="{}", content_type="application/json").status_code == 405


def test_after_voting_the_answers_stay(client, world):
    made = cast(client, world.submission(0))
    elections.close_election(world.election, now=timezone.now())
    answer = ask(client, f"ballots/{made['tracker']}").json()
    assert answer["state"] in {"closed", "checking"}
    assert answer["counts"] is True
    assert json.loads(ask(client, f"credentials/{credential_of(world, 0)}").content)["state"] != "open"
