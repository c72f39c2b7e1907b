# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a voter's program can ask: where a code stands, and what an entry of a check code is."""

import hashlib
import json

import pytest
from django.test import Client
from django.utils import timezone

from bulletin_board.codec import canonical
from bulletin_board.log.proof import InclusionProof, check_proof
from tests.integration.voting_world import NO, NOW, open_world
from voting.models import Challenged, Election, Rechecked
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


def find(client, about, body):
    data = canonical.encode(body)
    response = client.post(f"{BASE}/{about}/find", data=data, content_type="application/json")
    assert response["Cache-Control"].startswith("max-age=0")
    assert "Set-Cookie" not in response
    return response


def test_a_question_in_a_body_is_answered_as_one_in_an_address(client, world):
    made = cast(client, world.submission(0))
    credential = credential_of(world, 0)
    by_address = ask(client, f"ballots/{made['tracker']}").json()
    assert find(client, "ballots", {"prefix": made["tracker"][:10]}).json() == {
        "ballots": [by_address],
        "waiting": [],
    }
    standing = ask(client, f"credentials/{credential}").json()
    assert find(client, "credentials", {"credential": credential}).json() == standing


def test_nothing_with_a_beginning_is_an_empty_list(client, world):
    response = find(client, "ballots", {"prefix": "ab" * 5})
    assert (response.status_code, response.json()) == (200, {"ballots": [], "waiting": []})


def test_whatever_shares_a_beginning_is_answered_up_to_a_bound_ballots_first(client, world):
    made = cast(client, world.submission(0))
    test = world.challenge(1)
    client.post(f"{BASE}/challenges", data=test.to_bytes(), content_type="application/json")
    row = Challenged.objects.get(tracker=test.tracker)
    prefix = made["tracker"][:10]
    for number in range(20):  # as somebody with many codes could make them
        Challenged.objects.create(
            election=world.election,
            credential=f"{number:064x}",
            tracker=prefix + f"{number:054x}",
            seq=row.seq,
        )
    found = find(client, "ballots", {"prefix": prefix}).json()["ballots"]
    assert [one["type"] for one in found] == ["ballot"] + ["challenged"] * 16
    assert found[0]["tracker"] == made["tracker"]


@pytest.mark.parametrize(
    ("about", "body", "status", "code"),
    [
        ("ballots", {"prefix": "ab" * 4}, 400, "wrong-length"),
        ("ballots", {"prefix": "ab" * 15}, 400, "wrong-length"),
        ("ballots", {"prefix": "ABABABABAB"}, 400, "wrong-form"),
        ("ballots", {"prefix": 5}, 400, "wrong-type"),
        ("ballots", b'{"prefix": "ababababab"}', 400, "not-canonical"),
        ("ballots", b'{"prefix":"ababababab","x":1}', 400, "unknown-field"),
        ("ballots", b'{"prefix":"ababababab","prefix":"ababababab"}', 400, "duplicate-key"),
        ("ballots", {}, 400, "missing-field"),
        ("ballots", b"?", 400, "not-json"),
        ("ballots", b'{"prefix":"' + b"a" * 200 + b'"}', 413, "too-large"),
        ("credentials", {"credential": "ab" * 31}, 400, "wrong-length"),
        ("credentials", {"credential": "ZZ" * 32}, 400, "wrong-form"),
    ],
)
def test_a_question_of_another_form_is_refused_by_name(client, world, about, body, status, code):
    data = body if isinstance(body, bytes) else canonical.encode(body)
    response = client.post(f"{BASE}/{about}/find", data=data, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert set(response.json()) == {"code", "message"}


@pytest.mark.parametrize("about", ["ballots", "credentials"])
def test_a_question_comes_as_json_by_post(client, world, about):
    assert client.get(f"{BASE}/{about}/find").status_code == 405
    assert client.get(f"{BASE}/{about}/find")["Allow"] == "POST"
    response = client.post(f"{BASE}/{about}/find", data={"prefix": "ab" * 5})
    assert (response.status_code, response.json()["code"]) == (415, "wrong-content-type")


def test_a_question_needs_no_cookie_and_no_token(world):
    strict = Client(enforce_csrf_checks=True)
    assert find(strict, "ballots", {"prefix": "ab" * 5}).status_code == 200


@pytest.mark.parametrize("about", ["ballots", "credentials"])
@pytest.mark.parametrize("state", [State.DRAFT, State.FROZEN])
def test_before_voting_no_question_in_a_body_is_answered(client, world, about, state):
    Election.objects.filter(pk=world.election.pk).update(state=state.value)
    assert find(client, about, {}).json()["code"] == "unknown-election"
