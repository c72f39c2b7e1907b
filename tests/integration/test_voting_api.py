# SPDX-License-Identifier: AGPL-3.0-or-later
import json

import pytest

from bulletin_board import head_signing, storage
from bulletin_board.codec import base64url, canonical
from bulletin_board.errors import HeadsForgotten
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.envelope import Envelope
from bulletin_board.log.note import open_note, sign_note
from bulletin_board.log.proof import InclusionProof, check_proof
from bulletin_board.models import Entry
from bulletin_board.publisher import load_signer
from tests.integration.voting_world import NO, NOW, open_world
from voting.models import CastBallot, Challenged, RollChange
from voting.services import elections, log_key, roll_changes
from voting.services.intake import cast
from voting.services.refusals import check_refusal, digest_of
from voting.services.submissions import size_limit

pytestmark = pytest.mark.django_db(transaction=True)
BALLOTS, CHALLENGES = "/elections/spring/ballots", "/elections/spring/challenges"
REFUSAL_FIELDS = {"code", "message", "refusal"}
RECEIPT_FIELDS = {"tracker", "check_code", "seq", "entry", "receipt"}


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    return open_world(settings, tmp_path, monkeypatch)


def post(client, body, address=BALLOTS, content_type="application/json"):
    return client.post(address, data=body, content_type=content_type)


def check_refused(world, response, status, code, submitted):
    answer = response.json()
    assert (response.status_code, answer["code"]) == (status, code)
    assert set(answer) == REFUSAL_FIELDS
    log = world.opened.manifest.board.log
    digest = digest_of(submitted)
    check_refusal(answer["refusal"], log, fingerprint=world.election.fingerprint, digest=digest, code=code)
    assert not CastBallot.objects.exists() or code in {"stale-supersedes", "already-cast"}


def test_a_ballot_gets_a_receipt_that_proves_its_place(client, world):
    submission = world.submission(0)
    response = post(client, submission.to_bytes())
    answer = response.json()
    assert response.status_code == 201
    assert set(answer) == RECEIPT_FIELDS
    envelope = Envelope.from_bytes(answer["entry"].encode())
    assert envelope.payload_sha256 == digest_of(submission.ballot)
    proof = InclusionProof.from_bytes(answer["receipt"].encode())
    check_proof(proof, answer["entry"].encode(), world.opened.manifest.board.log)


def test_the_same_bytes_again_get_the_same_receipt(client, world):
    first = post(client, world.submission(0).to_bytes())
    post(client, world.submission(1).to_bytes())
    again = post(client, world.submission(0).to_bytes())
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_a_lost_answer_does_not_lose_the_receipt(client, world, monkeypatch):
    def cut_off(*_):
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr("voting.api.receipt_of", cut_off)
        with pytest.raises(ConnectionResetError):
            post(client, world.submission(0).to_bytes())
    response = post(client, world.submission(0).to_bytes())
    assert response.status_code == 200
    assert response.json()["receipt"]


def test_no_cookie_is_set_and_none_is_needed(world):
    from django.test import Client

    response = post(Client(enforce_csrf_checks=True), world.submission(0).to_bytes())
    assert response.status_code == 201
    assert not response.cookies


def test_answers_are_not_cached(client, world):
    assert "no-store" in post(client, b"{}")["Cache-Control"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b" ", "not-json"),
        (b"\xff", "not-utf8"),
        (b"{", "not-json"),
        (b'{"ballot":{},"ballot":{}}', "duplicate-key"),
        (b'{"ballot":{},"commitments":"","more":1}', "unknown-field"),
        (b'{"ballot":{}}', "missing-field"),
        (b'{"ballot":[],"commitments":""}', "wrong-type"),
        (b'{ "ballot":{},"commitments":""}', "not-canonical"),
        (b"[" * 100 + b"]" * 100, "too-deep"),
    ],
)
def test_what_is_not_a_submission_is_refused_with_a_signed_reason(client, world, body, code):
    check_refused(world, post(client, body), 400, code, body)


def test_a_ballot_of_another_shape_is_refused_over_its_own_hash(client, world):
    body = b'{"ballot":{"format":"veritally/ballot/1"},"commitments":""}'
    check_refused(world, post(client, body), 400, "missing-field", b'{"format":"veritally/ballot/1"}')


def test_a_body_longer_than_any_ballot_is_refused_unread(client, world):
    limit = size_limit(world.opened.shape)
    check_refused(world, post(client, b" " * (limit + 1)), 413, "too-large", b"")


def test_any_other_content_type_is_refused(client, world):
    response = post(client, world.submission(0).to_bytes(), content_type="text/plain")
    check_refused(world, response, 415, "wrong-content-type", b"")


def test_reading_the_address_is_refused(client, world):
    response = client.get(BALLOTS)
    check_refused(world, response, 405, "wrong-method", b"")
    assert response["Allow"] == "POST"


def test_a_stale_revote_is_refused_with_a_signed_reason(client, world):
    post(client, world.submission(0).to_bytes())
    late = world.submission(0, NO)
    check_refused(world, post(client, late.to_bytes()), 409, "stale-supersedes", late.ballot)


def test_a_ballot_after_closing_is_refused_with_a_signed_reason(client, world):
    elections.close_election(world.election, now=NOW)
    late = world.submission(0)
    check_refused(world, post(client, late.to_bytes()), 409, "not-open", late.ballot)


def test_an_unknown_election_is_answered_in_the_same_shape(client, world):
    response = post(client, world.submission(0).to_bytes(), address="/elections/autumn/ballots")
    assert response.status_code == 404
    assert set(response.json()) == REFUSAL_FIELDS


def test_a_ballot_of_another_election_is_refused(client, world):
    ballot = json.loads(world.submission(0).ballot) | {"election": "0" * 64}
    data = json.dumps(ballot, separators=(",", ":"), sort_keys=True).encode()
    body = b'{"ballot":' + data + b',"commitments":""}'
    check_refused(world, post(client, body), 422, "foreign-record", data)


def test_a_test_gets_a_receipt_and_stops_the_ballot(client, world):
    data = world.challenge(0, label="").to_bytes()
    response = post(client, data, address=CHALLENGES)
    assert response.status_code == 201
    assert set(response.json()) == RECEIPT_FIELDS
    submission = world.submission(0)
    check_refused(world, post(client, submission.to_bytes()), 409, "was-challenged", submission.ballot)


def test_a_refusal_is_no_checkpoint(client, world):
    from bulletin_board.errors import BoardError
    from bulletin_board.log.checkpoint import open_checkpoint

    note = post(client, b"{}").json()["refusal"].encode()
    key = load_signer(log_key.key_file(), world.election.log.origin).verifier_key
    assert open_note(note, (key,)).is_signed_by(key)
    with pytest.raises(BoardError):
        open_checkpoint(note, key)


def test_nothing_that_names_a_ballot_is_logged(client, world, caplog):
    submission = world.submission(0)
    with caplog.at_level("DEBUG"):
        post(client, submission.to_bytes(), address=BALLOTS)
        post(client, world.submission(0, NO).to_bytes(), address=BALLOTS)
    row = CastBallot.objects.get()
    text = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("django.db")
    )
    assert "127.0.0.1" not in text
    for secret in (row.tracker, str(row), row.credential, base64url.encode(bytes.fromhex(row.credential))):
        assert secret not in text


@pytest.fixture
def lose_heads(settings, tmp_path):
    """The folder of remembered heads is gone."""

    def run():
        settings.VERITALLY_HEADS_DIR = tmp_path / "empty"

    return run


@pytest.mark.parametrize("address", [BALLOTS, CHALLENGES])
def test_what_could_not_be_signed_is_not_stored_and_is_taken_when_the_board_is_in_order(
    client, world, settings, lose_heads, address
):
    submission = world.submission(0)
    data, ballot = submission.to_bytes(), submission.ballot
    if address == CHALLENGES:
        data = ballot = world.challenge(0).to_bytes()
    before, folder = Entry.objects.count(), settings.VERITALLY_HEADS_DIR
    lose_heads()
    check_refused(world, post(client, data, address), 503, "intake-failed", ballot)
    assert not Challenged.objects.exists()
    assert Entry.objects.count() == before
    settings.VERITALLY_HEADS_DIR = folder
    assert post(client, data, address).status_code == 201


def test_a_roll_change_that_could_not_be_signed_is_not_stored(world, lose_heads):
    lose_heads()
    with pytest.raises(HeadsForgotten):
        roll_changes.change_roll(world.election, world.roll_change(revoke=[0]), now=NOW)
    assert not RollChange.objects.exists()


@pytest.mark.parametrize("name", ["unsigned", "another history"])
def test_who_asks_for_a_ballot_whose_board_is_not_signed_is_told_to_ask_again(
    client, world, lose_heads, caplog, name
):
    cast(world.election, [world.submission(0)], now=NOW)  # stored, and no receipt was asked for
    with storage.sequencing(world.election.log) as sequencer:
        sequencer.append("ballot", b"of somebody else", now=NOW)
    if name == "unsigned":
        lose_heads()
    else:
        other = Checkpoint(origin=world.election.log.origin, size=1, root=b"\7" * 32)
        signer = log_key.signer_for(other.origin)
        head_signing.head_memory().write(other.origin, sign_note(other.to_text(), signer))
    tracker = CastBallot.objects.get().tracker
    found = post(client, canonical.encode({"prefix": tracker[:10]}), f"{BALLOTS}/find")
    old = client.get(f"{BALLOTS}/{tracker}")
    for answer in (found, old):
        assert (answer.status_code, answer.json()["code"]) == (503, "intake-failed")
        assert answer["Retry-After"]
    assert "neither grows nor is signed" in caplog.text
