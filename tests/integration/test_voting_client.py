# SPDX-License-Identifier: AGPL-3.0-or-later
"""The voter's program against a server that may lie. Requests go to the views without a network between."""

import json
from types import SimpleNamespace

import pytest

from bulletin_board.errors import BoardError
from bulletin_board.publisher import load_signer
from tally.casting import challenge
from tally.log_source import LogSource
from tests.integration.voting_world import NO, NOW, open_world
from voting import client as voter
from voting.errors import BadReceipt, BadRefusal, ServerFailed, WrongAddress, WrongElection
from voting.services import elections, log_key
from voting.services.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "https://vote.example.org/elections/spring"


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    return open_world(settings, tmp_path, monkeypatch)


@pytest.fixture
def opened(world):
    return voter.fetch_election(
        LogSource(world.election.log), fingerprint=world.election.fingerprint, allow_test_modulus=True
    )


@pytest.fixture
def wire(client, monkeypatch):
    """The way to the server; `changes` replace fields of its answers, `failures` come first."""

    wire = SimpleNamespace(changes={}, failures=[], sent=[])

    def post(address, body):
        wire.sent.append(body)
        if wire.failures:
            raise wire.failures.pop()
        path = address.removeprefix("https://vote.example.org")
        response = client.post(path, data=body, content_type="application/json")
        return response.status_code, json.loads(response.content) | wire.changes

    monkeypatch.setattr(voter, "_post", post)
    monkeypatch.setattr(voter.time, "sleep", lambda _: None)
    return wire


def test_a_ballot_is_cast_and_its_receipt_verified(world, opened, wire):
    prepared = world.prepared(0)
    receipt = voter.cast(opened, prepared, f"{ADDRESS}/ballots")
    assert (receipt.tracker, receipt.seq) == (prepared.ballot.tracker, 4)


def test_a_test_is_posted_and_its_receipt_verified(world, opened, wire):
    challenged = challenge(world.prepared(0, label="test"), world.seed(0))
    assert voter.challenge(opened, challenged, f"{ADDRESS}/challenges").seq == 4


def test_identical_bytes_are_sent_again_after_an_error(world, opened, wire):
    wire.failures = [ConnectionResetError(), TimeoutError()]
    voter.cast(opened, world.prepared(0), f"{ADDRESS}/ballots")
    assert len(wire.sent) == 3
    assert len(set(wire.sent)) == 1


def test_it_gives_up_after_some_attempts(world, opened, wire):
    wire.failures = [ConnectionResetError() for _ in range(voter.ATTEMPTS)]
    with pytest.raises(ConnectionResetError):
        voter.cast(opened, world.prepared(0), f"{ADDRESS}/ballots")


def test_a_refusal_is_raised_with_its_signed_note(world, opened, wire):
    voter.cast(opened, world.prepared(0), f"{ADDRESS}/ballots")
    with pytest.raises(voter.BallotRefused) as refused:
        voter.cast(opened, world.prepared(0, NO), f"{ADDRESS}/ballots")
    assert refused.value.code == "stale-supersedes"
    assert refused.value.note.startswith("veritally refusal v1\n")


def test_a_refusal_that_says_another_reason_than_it_signs_is_not_believed(world, opened, wire):
    elections.close_election(world.election, now=NOW)
    wire.changes = {"code": "not-on-roll"}
    with pytest.raises(BadRefusal):
        voter.cast(opened, world.prepared(0), f"{ADDRESS}/ballots")


def test_a_refusal_of_another_ballot_is_not_believed(world, opened, wire):
    elections.close_election(world.election, now=NOW)
    refusal = Refusal(fingerprint=opened.fingerprint, digest="0" * 64, code="not-open", time=NOW)
    signer = load_signer(log_key.key_file(), world.election.log.origin)
    wire.changes = {"refusal": refusal.signed_by(signer)}
    with pytest.raises(BadRefusal):
        voter.cast(opened, world.prepared(0), f"{ADDRESS}/ballots")


@pytest.mark.parametrize("field", ["tracker", "entry", "receipt"])
def test_the_receipt_of_another_ballot_is_not_believed(world, opened, wire, field):
    voter.cast(opened, world.prepared(1), f"{ADDRESS}/ballots")
    _, other = voter._post(f"{ADDRESS}/ballots", world.submission(1).to_bytes())
    wire.changes = {field: other[field]}
    with pytest.raises((BadReceipt, BoardError)):
        voter.cast(opened, world.prepared(0), f"{ADDRESS}/ballots")


@pytest.mark.parametrize("change", [{"receipt": 1}, {"receipt": ""}, {"entry": "{}"}, {"entry": None}])
def test_a_broken_receipt_is_not_believed(world, opened, wire, change):
    wire.changes = change
    with pytest.raises((ServerFailed, BoardError)):
        voter.cast(opened, world.prepared(0), f"{ADDRESS}/ballots")


def test_an_election_of_another_fingerprint_is_refused(world):
    with pytest.raises(WrongElection):
        voter.fetch_election(LogSource(world.election.log), fingerprint="0" * 64, allow_test_modulus=True)


def test_only_web_addresses_are_sent_to(world, opened, monkeypatch):
    monkeypatch.setattr(voter.time, "sleep", lambda _: None)
    with pytest.raises(WrongAddress):
        voter.cast(opened, world.prepared(0), "file:///etc/passwd")
