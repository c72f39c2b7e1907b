# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election whose manifest names witnesses: no receipt without them, and none is lost."""

import json
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from bulletin_board import cosigning, publisher
from bulletin_board.codec import base64url, canonical
from bulletin_board.errors import NotFound
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import open_cosigned
from bulletin_board.log.note import Note, Signer
from bulletin_board.log.policy import any_of
from bulletin_board.log.proof import InclusionProof
from bulletin_board.models import Cosignature, Entry
from bulletin_board.publisher import resource
from bulletin_board.sources import FolderSource
from tally import services
from tally.models import StationRequest, TallyState
from tally.verifier.verify import Options, verify
from tests.integration.pages_fixtures import page, words
from tests.integration.voting_world import NO, YES, open_world
from tests.integration.witness_town import DEAD, NOW, Town
from voting.models import CastBallot
from voting.presenters.elections import Turnout
from voting.rehearsal import counting
from voting.services import elections, log_key, lookups, tallying, witnessing
from voting.services.refusals import check_refusal, digest_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(cosigning, "TIMEOUT", 20.0)  # a loaded machine is slow
    monkeypatch.setattr(cosigning, "GRACE", 5.0)
    monkeypatch.setattr(cosigning, "clock", lambda: NOW + 86_400)
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
    assert Client().get(address).status_code == 503  # whoever only asks does not wait for witnesses
    witnessing.sweep(now=timezone.now())
    assert Client().get(address).status_code == 200


def test_what_waits_for_its_witnesses_is_named_and_does_not_hide_what_is_proven(
    world, town, cut, monkeypatch
):
    post(world, world.submission(0))
    cut("union", dead=True)
    post(world, world.submission(1))
    proven, waits = (world.prepared(voter).ballot.tracker for voter in (0, 1))
    rows = list(CastBallot.objects.order_by("seq"))
    monkeypatch.setattr(lookups, "candidates", lambda _election, _digits: rows)  # as if both began alike

    def find():
        body = canonical.encode({"prefix": waits[:10]})
        response = Client().post("/elections/spring/ballots/find", data=body, content_type="application/json")
        value = response.json()
        return response.status_code, [row["tracker"] for row in value["ballots"]], value["waiting"]

    assert find() == (200, [proven], [waits])
    cut("union", dead=False)
    witnessing.sweep(now=timezone.now())
    assert find() == (200, [proven, waits], [])


def test_a_question_never_asks_a_witness(world, cut, monkeypatch):
    cut("union", dead=True)
    post(world, world.submission(0))

    def no(*_args, **_kwargs):
        raise AssertionError("a witness was asked")

    monkeypatch.setattr(cosigning, "collect", no)
    assert Client().get(f"/elections/spring/ballots/{world.prepared(0).ballot.tracker}").status_code == 503


def test_the_board_says_when_enough_witnesses_last_saw_it(world, town):
    moment = datetime(2025, 3, 9, 14, 30, tzinfo=UTC)
    for cosigner in town.cosigners.values():
        note = resource(world.election.log, "checkpoint").data
        head = Checkpoint.from_text(Note.from_bytes(note).text)
        line = cosigner.cosign(head, time=int(moment.timestamp())).to_text().encode()
        Cosignature.objects.filter(witness=cosigner.verifier_key.to_text()).update(line=line)
    text = words(page(Client(), "/elections/spring/board/"))
    assert "Last seen by enough witnesses: 9 March 2025, 14:30 UTC" in text


def test_a_board_without_a_quorum_says_nothing_of_witnesses(settings, tmp_path, monkeypatch):
    open_world(settings, tmp_path, monkeypatch)
    assert "enough witnesses" not in page(Client(), "/elections/spring/board/")


def turnout():
    return Client().get("/api/elections/spring").json()["turnout"]["ballots"]


def test_what_waits_for_its_witnesses_is_not_in_the_turnout(world, cut, monkeypatch):
    monkeypatch.setattr(Turnout, "is_small", False)
    assert post(world, world.submission(0))[0].status_code == 201
    cut("union", dead=True)
    post(world, world.submission(1))
    assert turnout() == 1
    cut("union", dead=False)
    witnessing.sweep(now=timezone.now())
    assert turnout() == 2


def test_a_later_ballot_that_waits_replaces_nothing_yet_but_is_known_as_the_last(world, cut):
    first = post(world, world.submission(0))[1]
    cut("union", dead=True)
    later = world.prepared(0, NO, supersedes=first["tracker"]).ballot
    post(world, world.submission(0, NO, supersedes=first["tracker"]))
    answer = Client().get(f"/elections/spring/ballots/{first['tracker']}").json()
    assert (answer["counts"], answer["later"]) == (True, [])
    known = Client().get(f"/elections/spring/credentials/{later.credential.hex()}").json()["ballots"]
    assert [one["tracker"] for one in known] == [first["tracker"], later.tracker]


def test_a_witness_more_than_the_quorum_may_be_away(town, settings, tmp_path, monkeypatch, cut):
    town.add("church", DEAD)
    settings.VERITALLY_WITNESSES = town.policy(2)
    world = open_world(settings, tmp_path, monkeypatch)
    assert post(world, world.submission(0, NO))[0].status_code == 201


def test_other_witnesses_in_the_settings_change_no_election_that_is_frozen(world, town, settings):
    settings.VERITALLY_WITNESSES = town.policy(0)
    assert post(world, world.submission(0, YES))[0].status_code == 201
    assert checkpoint_size(world, town, resource(world.election.log, "checkpoint").data) == 5


def close(world, *voters):
    for voter in voters:
        assert post(world, world.submission(voter))[0].status_code == 201
    elections.close_election(world.election, now=timezone.now())
    world.election.refresh_from_db()


def test_a_whole_election_under_witnesses_is_counted_without_acknowledgements(world, town, tmp_path):
    close(world, 0, 1, 2)
    counting.count(world.staged, memory=tmp_path / "stations", jobs=1, say=lambda _: None)
    assert {request.phase for request in StationRequest.objects.all()} == {"share"}
    folder = tmp_path / "record"
    publisher.export(world.election.log, folder)
    policy = any_of(town.log, town.keys, 2)
    options = Options(fingerprint=world.election.fingerprint, policy=policy, allow_test_modulus=True)
    assert verify(FolderSource(folder), options).report.verdict == "verified"


def test_a_count_waits_for_witnesses_that_are_away_and_goes_on(world, town, cut, tmp_path):
    cut("union", dead=True)
    for voter in (0, 1, 2):
        assert post(world, world.submission(voter))[0].status_code == 503
    elections.close_election(world.election, now=timezone.now())
    world.election.refresh_from_db()
    tally = tallying.start_tally(world.election, now=timezone.now())
    services.advance(tally, now=timezone.now())
    tally.refresh_from_db()
    assert tally.state == TallyState.VERIFYING
    assert not tally.verdict
    cut("union", dead=False)
    counting.count(world.staged, memory=tmp_path / "stations", jobs=1, say=lambda _: None)
    tally.refresh_from_db()
    assert tally.state == TallyState.FINAL


def test_a_result_is_not_final_before_the_witnesses_have_cosigned_it(world, town, cut, tmp_path):
    close(world, 0, 1, 2)
    tally = tallying.start_tally(world.election, now=timezone.now())
    services.advance(tally, now=timezone.now())
    stations = counting._stations(world.staged, tmp_path / "stations", 1, lambda _: None)
    requests = list(tally.requests.order_by("trustee"))
    cut("press", dead=True)
    for request in requests:
        counting._ask(tally, request, stations[request.trustee])
    tally.refresh_from_db()
    assert tally.state == TallyState.RECORDED
    with pytest.raises(NotFound):
        resource(world.election.log, f"blob/{Entry.objects.filter(log=tally.log).last().payload_id}")
    cut("press", dead=False)
    services.sweep(now=timezone.now())
    tally.refresh_from_db()
    assert tally.state == TallyState.FINAL
