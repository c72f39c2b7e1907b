# SPDX-License-Identifier: AGPL-3.0-or-later
"""The station's own reading of the board, from its own address."""

from concurrent.futures.process import BrokenProcessPool

import pytest

from tally.station import board as station_board
from tally.station.board import Board
from tally.station.errors import BoardRefuted, BoardUnavailable, NotClosed, TooFewCounted
from tests import simulator, stations
from tests.stations import town


def board(folder, **changes: object) -> Board:
    values = {"address": str(folder), "fingerprint": town().fingerprint, "allow_test_modulus": True}
    return Board(**(values | changes))


@pytest.fixture
def folder(tmp_path):
    return stations.write_board(town().board(), tmp_path / "board")


@pytest.mark.parametrize("changes", [{}, {"full": True}, {"jobs": 2}])
def test_a_good_board_gives_what_is_to_be_decrypted(folder, changes):
    said = []
    found = board(folder, **changes).read(said.append)
    expected = stations.closed(town())
    assert (found.head, found.counted, found.aggregates) == (
        expected.head,
        expected.counted,
        expected.aggregates,
    )
    assert said[-1] == "Verified 5 ballots; 4 of them count."


def test_there_is_no_answer_without_a_board(tmp_path):
    with pytest.raises(BoardUnavailable):
        board(tmp_path / "nowhere").read(str)


def test_a_worker_process_that_is_killed_says_nothing_of_the_board(folder, monkeypatch):
    def killed(*_: object):
        raise BrokenProcessPool("a process was terminated abruptly")

    monkeypatch.setattr(station_board, "verify", killed)
    with pytest.raises(BoardUnavailable):
        board(folder, jobs=2).read(str)


def test_a_board_of_another_election_is_refuted(folder):
    with pytest.raises(BoardRefuted, match=r"A\.1 FAIL"):
        board(folder, fingerprint="0" * 64).read(str)


def test_a_small_key_is_refuted_without_the_switch(folder):
    with pytest.raises(BoardRefuted, match=r"C\.1 FAIL"):
        board(folder, allow_test_modulus=False).read(str)


def test_a_board_with_one_altered_byte_is_refuted(folder):
    payload = folder / f"blob/{town().manifest.payload_sha256}"
    payload.write_bytes(payload.read_bytes().replace(b"Ada", b"Eve"))
    with pytest.raises(BoardRefuted):
        board(folder).read(str)


def test_a_board_that_is_still_open_is_not_closed(tmp_path):
    source = stations.open_town().board()
    with pytest.raises(NotClosed):
        board(stations.write_board(source, tmp_path / "open")).read(str)


def test_a_lie_in_the_closing_entry_is_refuted(tmp_path):
    world = stations.closed_town()
    world.entries[-1] = ("close", simulator.with_changes(world.closing(), ballots=4).to_bytes())
    with pytest.raises(BoardRefuted, match=r"G\.1 FAIL"):
        board(stations.write_board(world.board(), tmp_path / "liar")).read(str)


def test_too_few_ballots_are_named(tmp_path):
    world = stations.open_town()
    world.vote(0, {"mayor": {"ada": 1}})
    world.close()
    with pytest.raises(TooFewCounted):
        board(stations.write_board(world.board(), tmp_path / "few")).read(str)
