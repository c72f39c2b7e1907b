# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election whose manifest names witnesses: no receipt without them, and none is lost."""

import json
from contextlib import ExitStack

import pytest
from django.test import Client

from bulletin_board import cosigning
from bulletin_board.codec import base64url, canonical
from bulletin_board.errors import NotFound
from bulletin_board.log.cosignature import open_cosigned
from bulletin_board.log.note import Signer
from bulletin_board.log.proof import InclusionProof
from bulletin_board.models import Entry
from bulletin_board.publisher import resource
from tests.integration.voting_world import NO, YES, open_world
from tests.integration.witness_town import DEAD, Town
from voting.models import CastBallot
from voting.services import log_key
from voting.services.refusals import check_refusal, digest_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(cosigning, "TIMEOUT", 20.0)  # a loaded machine is slow
    monkeypatch.setattr(cosigning, "GRACE", 5.0)
    log = Signer(log_key.origin_of("spring"), b"\7" * 32).verifier_key
    (tmp_path / "town").mkdir()
    with ExitStack() as stack:
        town = Town(tmp_path / "town", stack, log)
        town.add("press"), town.add("union")
        settings.VERITALLY_WITNESSES = town.policy(2)
        yield town
        cosigning.forget_couriers()
        cosigning._sizes.clear()


@pytest.fixture
def world(town, settings, tmp_path, monkeypatch):
    return open_world(settings, tmp_path, monkeypatch)


@pytest.fixture
def cut(town, settings):
    """Take a witness away, and let it come back."""
    urls = dict(town.urls)

    def change(name, *, dead):
        town.urls[name] = DEAD if dead else urls[name]
        settings.VERITALLY_WITNESSES = town.policy(2)

    return change


def post(world, submission, kind="ballots"):
    ballot = canonical.parse(submission.ballot, limit=1 << 20)
    body = canonical.encode({"ballot": ballot, "commitments": base64url.encode(submission.commitments)})
    return send(world, body, kind)


def send(world, body, kind):
    address = f"/elections/{world.election.slug}/{kind}"
    answer = Client().post(address, body, content_type="application/json")
    return answer, json.loads(answer.content)


def checkpoint_size(world, town, note):
    keys = world.opened.manifest.board
    assert (set(keys.witnesses), keys.quorum) == (set(town.keys), 2)
    return open_cosigned(note, keys.log, keys.witnesses, quorum=keys.quorum).checkpoint.size


def test_the_manifest_names_the_witnesses_and_the_board_carries_them(world, town):
    assert checkpoint_size(world, town, resource(world.election.log, "checkpoint").data) == 4


def test_a_receipt_carries_the_quorum_of_the_manifest(world, town):
    answer, value = post(world, world.submission(0))
    assert answer.status_code == 201
    proof = InclusionProof.from_bytes(value["receipt"].encode())
    assert checkpoint_size(world, town, proof.checkpoint) == value["seq"] + 1


def test_without_the_quorum_the_voter_is_told_nothing_that_is_not_so(world, town, cut):
    cut("union", dead=True)
    answer, value = post(world, world.submission(0))
    assert (answer.status_code, value["code"]) == (503, "intake-unwitnessed")
    assert answer["Retry-After"]
    check_refusal(
        value["refusal"],
        town.log,
        fingerprint=world.election.fingerprint,
        digest=digest_of(world.submission(0).ballot),
        code="intake-unwitnessed",
    )
    assert CastBallot.objects.count() == 1  # it stands, and may be counted
    with pytest.raises(NotFound):
        resource(world.election.log, f"blob/{CastBallot.objects.get().digest}")  # and is not shown yet


def test_the_identical_octets_again_get_the_receipt_once_the_witness_is_back(world, town, cut):
    cut("union", dead=True)
    post(world, world.submission(0))
    cut("union", dead=False)
    answer, value = post(world, world.submission(0))
    assert answer.status_code == 200
    proof = InclusionProof.from_bytes(value["receipt"].encode())
    assert checkpoint_size(world, town, proof.checkpoint) == 5
    assert Entry.objects.filter(log=world.election.log).count() == 5


def test_ballots_that_waited_are_covered_by_the_next_head(world, town, cut):
    cut("press", dead=True)
    for voter in (0, 1):
        assert post(world, world.submission(voter))[0].status_code == 503
    cut("press", dead=False)
    assert post(world, world.submission(2))[0].status_code == 201
    for voter in (0, 1):
        assert post(world, world.submission(voter))[0].status_code == 200


def test_a_test_of_a_ballot_waits_for_the_witnesses_too(world, town, cut):
    cut("union", dead=True)
    body = world.challenge(0).to_bytes()
    answer, value = send(world, body, "challenges")
    assert (answer.status_code, value["code"]) == (503, "intake-unwitnessed")
    cut("union", dead=False)
    assert send(world, body, "challenges")[0].status_code == 200


def test_a_question_about_a_ballot_that_waits_gets_no_receipt(world, town, cut):
    cut("union", dead=True)
    post(world, world.submission(0))
    address = f"/elections/spring/ballots/{world.prepared(0).ballot.tracker}"
    answer = Client().get(address)
    assert (answer.status_code, answer.json()["code"]) == (503, "intake-unwitnessed")
    cut("union", dead=False)
    assert Client().get(address).status_code == 200


def test_a_witness_more_than_the_quorum_may_be_away(town, settings, tmp_path, monkeypatch, cut):
    town.add("church", DEAD)
    settings.VERITALLY_WITNESSES = town.policy(2)
    world = open_world(settings, tmp_path, monkeypatch)
    assert post(world, world.submission(0, NO))[0].status_code == 201


def test_other_witnesses_in_the_settings_change_no_election_that_is_frozen(world, town, settings):
    settings.VERITALLY_WITNESSES = town.policy(0)
    assert post(world, world.submission(0, YES))[0].status_code == 201
    assert checkpoint_size(world, town, resource(world.election.log, "checkpoint").data) == 5
