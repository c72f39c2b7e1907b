# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a station signs for before anyone decrypts: the board that it verified itself, once."""

import pytest

from tally.record.acknowledgement import Acknowledgement
from tally.station.errors import BoardUnavailable
from tally.station.refusal import Refusal
from tests import simulator, stations
from tests.stations import Desk, request, town


def code(payload: bytes) -> str:
    return Refusal.from_bytes(payload).refusal


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path, 2)


def test_the_acknowledgement_names_the_closing_head_and_the_counted_set(desk):
    found = Acknowledgement.from_bytes(desk.acknowledge())
    assert (found.trustee, found.head, found.counted) == (2, town().head, town().counted().hash)
    found.check_signature(town().manifest.trustees.members[1].signing_key)


def test_entries_after_the_closing_one_do_not_change_it(desk):
    finished = stations.closed_town()
    finished.entries.append(("share", finished.share(1).to_bytes()))
    found = stations.read_closed(finished.board(), finished.fingerprint)
    assert found.head == town().head


def test_a_repeated_request_gets_the_same_bytes_without_reading_the_board_again(desk):
    first = desk.acknowledge()
    assert desk.station.answer(request("acknowledge", number=9)) == first
    assert desk.reads == 1


def test_a_restarted_station_gives_the_same_bytes_even_if_the_board_changed(desk):
    first = desk.acknowledge()
    desk.shown = stations.smaller_town()
    desk.restart()
    assert desk.acknowledge() == first


def test_the_trustee_reads_what_is_acknowledged(desk):
    desk.acknowledge()
    assert desk.said == ["Acknowledging the closed board: 11 entries, 4 ballots count (weight 4)."]


def test_another_election_is_refused(desk):
    assert code(desk.station.answer(request("acknowledge", election="0" * 64))) == "another-election"
    assert desk.reads == 0


def test_a_board_of_another_election_is_refused(tmp_path):
    desk = Desk(tmp_path, 1)
    other = stations.closed_town(capacity=60)
    desk.read_board = lambda: stations.read_closed(other.board(), other.fingerprint)
    desk.restart()
    assert code(desk.acknowledge()) == "another-election"


def test_too_small_a_set_is_refused_by_name(desk):
    lonely = stations.open_town()
    lonely.vote(0, {"mayor": {"ada": 1}})
    lonely.close()
    desk.read_board = lambda: stations.read_closed(lonely.board(), lonely.fingerprint)
    desk.restart()
    assert code(desk.acknowledge()) == "too-few-counted"


def test_a_station_checks_the_minimum_itself(desk, monkeypatch):
    found = stations.closed(town())
    few = simulator.with_changes(found.counted, ballots=1)
    desk.read_board = lambda: simulator.with_changes(found, counted=few)
    desk.restart()
    assert code(desk.acknowledge()) == "too-few-counted"


def test_a_manifest_that_lists_other_keys_in_our_place_is_refused(tmp_path):
    desk = Desk(tmp_path, 2)
    moved = simulator.with_changes(stations.secrets_of(2, town()), seed=b"\x07" * 32)
    desk.station._secrets = moved
    assert code(desk.acknowledge()) == "not-our-manifest"


def test_a_key_that_this_station_did_not_acknowledge_is_refused(tmp_path):
    desk = Desk(tmp_path, 2)
    held = stations.secrets_of(2, town())
    desk.station._share = simulator.with_changes(held.share, key_sha256="0" * 64)
    assert code(desk.acknowledge()) == "not-our-key"


def test_a_key_dealt_for_another_manifest_is_refused(desk):
    found = stations.closed(town())
    record = simulator.with_changes(found.opened.key_record, transcript="0" * 64)
    opened = simulator.with_changes(found.opened, key_record=record)
    share = stations.share_of(2, record, town().dealt)
    desk.read_board = lambda: simulator.with_changes(found, opened=opened)
    desk.restart()
    desk.station._share = share
    assert code(desk.acknowledge()) == "not-our-manifest"


def test_an_unreadable_board_gives_no_answer_and_leaves_no_memory(desk):
    def unavailable():
        raise BoardUnavailable("no connection")

    desk.read_board = unavailable
    desk.restart()
    with pytest.raises(BoardUnavailable):
        desk.acknowledge()
    assert list(desk.folder.iterdir()) == []


def test_a_refusal_leaves_no_memory_and_the_station_answers_later(desk):
    desk.shown = town()
    good, desk.read_board = (
        desk.read_board,
        lambda: stations.read_closed(stations.open_town().board(), town().fingerprint),
    )
    desk.restart()
    assert code(desk.acknowledge()) == "not-closed"
    desk.read_board = good
    desk.restart()
    assert desk.acknowledge() == stations.acknowledgement(2)
