# SPDX-License-Identifier: AGPL-3.0-or-later
"""A station that is asked by way of Redis, as on another machine than the server."""

import shutil
import subprocess

import pytest

from tests import stations
from tests.integration.tally_processes import Hand, StationProcess, wait_until
from tests.integration.tally_town import town_of_three

pytestmark = pytest.mark.servers


@pytest.fixture
def broker(tmp_path):
    """A Redis of our own on a socket in our own folder; nothing listens on a port."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server")
    socket = tmp_path / "redis"
    arguments = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
    try:
        wait_until(socket.exists, "Redis")
        yield f"redis+socket://{socket}"
    finally:
        process.kill()
        process.wait()


def test_a_station_answers_over_redis_and_after_it_was_killed(broker, tmp_path):
    world = town_of_three()
    board = stations.write_board(world.board(), tmp_path / "board")
    station, hand = StationProcess(tmp_path, 1, world, board=board, broker=broker), Hand(broker, world)
    try:
        station.start()
        station.wait_for("is ready")
        hand.ask(1, "acknowledge")
        word = hand.take()["payload"]
        assert word == stations.acknowledgement(1, world).decode()
        station.kill()
        station.start()
        hand.ask(1, "acknowledge")
        assert hand.take()["payload"] == word
    finally:
        station.kill()
        hand.close()
