# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import replace
from datetime import timedelta

import pytest

from bulletin_board.codec import canonical
from bulletin_board.errors import EncodingError
from bulletin_board.models import Entry
from bulletin_board.sources import FolderSource
from tally.key_draft import KeyAcknowledgement
from tally.record.closing import Closing
from tally.record.errors import BadAcknowledgement, ForeignRecord, RollExceedsCapacity
from tally.verifier.report import Verdict
from tally.verifier.verify import Options, verify
from tests.integration.voting_world import NO, NOW, VOTERS, open_world, parties
from voting.errors import DraftRefused, NotReady, SlugTaken, TooEarly, WrongState
from voting.models import Election
from voting.rehearsal import counting
from voting.services import clock, drafting, elections, tallying
from voting.services.board import payloads_of
from voting.services.intake import cast

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(days=2)


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    settings.VERITALLY_DATA_DIR = tmp_path / "data"
    return open_world(settings, tmp_path, monkeypatch)


def draft_again(world, **changes):
    """Another draft like the world's, at the same stage as one that was just created."""
    draft = replace(world.election.plan, slug="autumn", **changes)
    return drafting.create(canonical.encode(draft.to_value()), now=NOW)


def types(election):
    from bulletin_board.log.envelope import Envelope

    rows = Entry.objects.filter(log=election.log).order_by("seq")
    return [Envelope.from_bytes(bytes(row.envelope)).type for row in rows]


def vote(world):
    first = world.prepared(0).ballot.tracker
    submissions = [world.submission(0), world.submission(1, NO), world.submission(2), world.submission(3, {})]
    cast(world.election, [*submissions, world.submission(0, NO, supersedes=first)], now=NOW)


def test_the_board_begins_with_manifest_roll_key_and_opening(world):
    assert types(world.election) == ["manifest", "roll", "key", "open"]
    assert world.opened.fingerprint == world.election.fingerprint


def test_a_whole_election_verifies(world, tmp_path):
    vote(world)
    elections.close_election(world.election, now=NOW)
    counting.count(world.staged, memory=tmp_path, jobs=1, say=lambda _: None)
    folder = tallying.publish(world.election)
    assert world.election.state == "final"
    options = Options(fingerprint=world.election.fingerprint, allow_test_modulus=True)
    assert verify(FolderSource(folder), options).report.verdict is Verdict.VERIFIED
    park, _ = tallying.result_of(world.election).contests
    assert dict(park.result.totals) == {"yes": 1, "no": 2}
    assert dict(park.result.extras) == {"blank": 1}


def test_the_closing_entry_names_the_counted_set(world):
    vote(world)
    elections.close_election(world.election, now=NOW)
    (payload,) = payloads_of(world.election, "close")
    closing = Closing.from_bytes(payload)
    assert (closing.ballots, closing.challenged, closing.counted.ballots) == (5, 0, 4)


def test_closing_that_was_cut_off_is_completed_by_closing_again(world, monkeypatch):
    vote(world)
    with monkeypatch.context() as patch:
        patch.setattr(elections, "_closing", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            elections.close_election(world.election, now=NOW)
    world.election.refresh_from_db()
    assert world.election.state == "closed"
    elections.close_election(world.election, now=NOW)
    assert types(world.election)[-1] == "close"
    assert world.election.state == "checking"


def test_no_step_is_taken_twice(world):
    elections.close_election(world.election, now=NOW)
    for step in (elections.freeze, elections.open_election, elections.close_election):
        with pytest.raises(WrongState):
            step(world.election, now=NOW)


def test_a_stale_object_cannot_take_a_step_twice(world):
    stale = Election.objects.get(pk=world.election.pk)
    elections.close_election(world.election, now=NOW)
    with pytest.raises(WrongState):
        elections.close_election(stale, now=NOW)
    assert types(world.election).count("close") == 1


def test_what_is_no_rehearsal_keeps_to_its_times(world):
    draft = world.election.draft | {"rehearsal": False}
    Election.objects.filter(pk=world.election.pk).update(draft=draft)
    world.election.refresh_from_db()
    with pytest.raises(TooEarly):
        elections.close_election(world.election, now=NOW)
    elections.close_election(world.election, now=LATER)


def test_the_tally_waits_for_the_end_of_the_check_period(world):
    draft = world.election.draft
    draft["schedule"]["check_period_hours"] = 24
    Election.objects.filter(pk=world.election.pk).update(draft=draft)
    world.election.refresh_from_db()
    elections.close_election(world.election, now=NOW)
    with pytest.raises(TooEarly):
        tallying.start_tally(world.election, now=NOW + timedelta(hours=23))
    assert tallying.start_tally(world.election, now=NOW + timedelta(hours=24)).state == "verifying"


def test_the_tally_does_not_start_before_closing(world):
    with pytest.raises(WrongState):
        tallying.start_tally(world.election, now=LATER)


def test_nothing_is_published_before_the_result(world):
    elections.close_election(world.election, now=NOW)
    with pytest.raises(WrongState):
        tallying.publish(world.election)


def test_the_clock_closes_what_is_due(world):
    clock.sweep(now=NOW)
    world.election.refresh_from_db()
    assert world.election.state == "open"
    clock.sweep(now=LATER)
    world.election.refresh_from_db()
    assert world.election.state == "checking"


def test_one_broken_election_does_not_stop_the_clock_for_others(world, caplog):
    broken = draft_again(world)
    Election.objects.filter(pk=broken.pk).update(state="open")
    clock.sweep(now=LATER)
    world.election.refresh_from_db()
    assert world.election.state == "checking"
    assert "autumn" in caplog.text


def test_a_draft_says_what_is_missing_and_is_not_frozen(world):
    election = draft_again(world)
    assert drafting.missing(election) == ("trustees: 0 of at least 2", "the roll", "the key")
    with pytest.raises(NotReady, match="the roll"):
        elections.freeze(election, now=NOW)
    assert election.log is None


def test_a_roll_of_another_election_is_refused(world):
    election = draft_again(world)
    for trustee in parties().trustees:
        drafting.add_trustee(election, trustee.card().trustee)
    with pytest.raises(ForeignRecord):
        drafting.add_roll(election, bytes(world.election.roll))


def test_a_roll_beyond_the_capacity_is_refused(world):
    election = draft_again(world, roll_capacity=VOTERS - 1)
    for trustee in parties().trustees:
        drafting.add_trustee(election, trustee.card().trustee)
    with pytest.raises(RollExceedsCapacity):
        drafting.add_roll(election, parties().roll(election.election_id, VOTERS))


def test_an_acknowledgement_of_another_election_is_refused(world):
    election = draft_again(world)
    foreign = KeyAcknowledgement(
        election_id=world.election.election_id, trustee=1, signature=bytes(64)
    ).to_bytes()
    with pytest.raises(ForeignRecord):
        drafting.add_acknowledgement(election, foreign)


def test_an_acknowledgement_of_nobody_is_refused(world):
    election = draft_again(world)
    foreign = KeyAcknowledgement(election_id=election.election_id, trustee=1, signature=bytes(64)).to_bytes()
    with pytest.raises(BadAcknowledgement):
        drafting.add_acknowledgement(election, foreign)


def test_nothing_is_edited_after_the_freeze(world):
    with pytest.raises(WrongState):
        drafting.add_roll(world.election, b"")
    with pytest.raises(WrongState):
        drafting.add_trustee(world.election, parties().trustees[0].card().trustee)


def test_two_elections_do_not_share_an_address(world):
    with pytest.raises(SlugTaken):
        drafting.create(canonical.encode(world.election.draft), now=NOW)


@pytest.mark.parametrize("data", [b"", b"\xff", b"{", b'{"slug":"a","slug":"b"}', b"[" * 100_000])
def test_a_draft_that_is_no_json_is_refused(data):
    with pytest.raises(DraftRefused):
        drafting.create(data, now=NOW)


@pytest.mark.parametrize("data", [b"NaN", b"1.5", b"null", b'"\\ud800"'])
def test_a_draft_of_values_that_no_record_holds_is_refused(data):
    with pytest.raises(EncodingError):
        drafting.create(data, now=NOW)
