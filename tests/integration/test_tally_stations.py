# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stations as processes, asked by a server that does not keep to the rules."""

import pytest

from tally.record.share import Share, ShareShape
from tally.station.refusal import Refusal
from tests import stations
from tests.integration.tally_processes import Hand, StationProcess
from tests.integration.tally_town import town_of_three, town_with_another_ending

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world():
    return town_of_three()


@pytest.fixture
def setting(tmp_path, world):
    """Two stations; the second is shown another ending of the same election."""
    broker = f"filesystem://{tmp_path / 'broker'}"
    boards = [
        stations.write_board(town.board(), tmp_path / name)
        for name, town in (("board", world), ("other", town_with_another_ending()))
    ]
    pair = [
        StationProcess(tmp_path, index, world, board=board, broker=broker)
        for index, board in zip((1, 2), boards, strict=True)
    ]
    try:
        for station in pair:
            station.start()
        for station in pair:
            station.wait_for("is ready")
        hand = Hand(broker, world)
        yield hand, *pair
        hand.close()
    finally:
        for station in pair:
            station.kill()


def code(message) -> str:
    return Refusal.from_bytes(message["payload"].encode()).refusal


def bomb(file) -> bytes:
    """A pickle, written by hand: were it loaded, the file would exist."""
    return f"cbuiltins\nopen\n(V{file}\nVw\ntR.".encode()


def test_a_station_among_forgers(setting, world, tmp_path):
    hand, first, second = setting
    # Noise first: none of it is answered or ends the worker.
    hand.litter(1, b"")
    hand.litter(1, b'{"body": "x", "properties": {}}')
    hand.pickle(1, bomb(tmp_path / "unpickled"))
    hand.send(1, "tally.station.decrypt", {"ciphertext": "AA"})
    hand.ask(1, "decrypt")
    assert code(hand.take()) == "unknown-phase"
    hand.ask(1, "acknowledge", board="http://elsewhere.example/")
    assert code(hand.take()) == "malformed-request"
    hand.ask(1, "acknowledge", election="0" * 64)
    assert code(hand.take()) == "another-election"
    hand.ask(1, "share", *(text.decode() for text in stations.quorum(world)))
    assert code(hand.take()) == "not-acknowledged"
    assert not (tmp_path / "unpickled").exists()

    # The honest question, twice: the same bytes.
    hand.ask(1, "acknowledge")
    word = hand.take()["payload"]
    hand.ask(1, "acknowledge")
    assert hand.take()["payload"] == word == stations.acknowledgement(1, world).decode()

    # The other station saw another ending: neither decrypts for both, or for either with the other's word.
    hand.ask(2, "acknowledge")
    other = hand.take()["payload"]
    assert other == stations.acknowledgement(2, town_with_another_ending()).decode()
    third = [stations.acknowledgement(3, town).decode() for town in (world, town_with_another_ending())]
    hand.ask(1, "share", word, other, third[0])
    assert code(hand.take()) == "acknowledgements-differ"
    hand.ask(2, "share", word, other, third[1])
    assert code(hand.take()) == "acknowledgements-differ"

    # Killed after it answered, restarted: it still remembers, and answers once.
    good = [text.decode() for text in stations.quorum(world)]
    hand.ask(1, "share", *good)
    share = hand.take()["payload"]
    Share.from_bytes(share.encode(), ShareShape.of(world.manifest))
    first.kill()
    first.start()
    hand.ask(1, "share", *good)
    assert hand.take()["payload"] == share
    hand.ask(1, "share", *(text.decode() for text in stations.quorum(town_with_another_ending())))
    assert code(hand.take()) == "answered-otherwise"

    # Told to stop, it stops; what its trustee has read holds no secret.
    assert first.runs()
    assert first.stop() == 0
    secret = stations.secrets_of(1, world).share.secret
    assert secret.hex()[:40] not in first.text
    assert str(int.from_bytes(secret, "big"))[:40] not in first.text
    assert "Verified 5 ballots; 4 of them count." in first.text
    assert "Decrypting 2 sum(s) of 4 ballots" in first.text
    assert second.runs()
