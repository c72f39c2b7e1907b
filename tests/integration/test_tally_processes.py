# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole tally by real processes: the server's worker with its clock, three stations, and kill -9."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tally import test_modulus
from tests.integration.tally_processes import ROOT, StationProcess, wait_until
from tests.integration.tally_town import town_of_three

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(tmp_path):
    """What the server's processes find in their environment."""
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'server.sqlite3'}",
        "SECRET_KEY": "of a test " * 6,
        "ALLOWED_HOSTS": "127.0.0.1",
        "VERITALLY_LOCAL": "true",
        "VERITALLY_BASE_URL": "http://127.0.0.1:8000",
        "VERITALLY_DATA_DIR": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "voting.settings",
        "LOG_LEVEL": "INFO",
        "PYTHONPATH": str(ROOT),
        test_modulus.VARIABLE: test_modulus.VALUE,
    }


@pytest.fixture
def server(tmp_path, environment):
    """The prepared server, its worker running."""
    (tmp_path / "data").mkdir()
    prepared = subprocess.run(
        [sys.executable, "-m", "tests.integration.tally_setup", str(tmp_path / "board")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert prepared.stdout == town_of_three().fingerprint, prepared.stderr
    arguments = (
        "-m celery -A voting worker --queues celery,tally-server,mail --concurrency 1 --without-gossip"
    )
    beat = ["--without-mingle", "--beat", "--schedule", str(tmp_path / "beat")]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments.split(), *beat],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    yield process
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def ask(tmp_path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{tmp_path / 'server.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def test_a_tally_survives_stations_that_are_killed(tmp_path, server, environment):
    world = town_of_three()
    broker = f"filesystem://{tmp_path / 'data' / 'broker'}"
    three = [
        StationProcess(tmp_path, index, world, board=tmp_path / "board", broker=broker) for index in (1, 2, 3)
    ]
    first, second, third = three
    try:
        for station in three:
            station.start()
        second.wait_for("Reading and verifying")
        second.kill()  # with the request in its hands: the transport has lost it
        second.start()
        third.wait_for("Decrypting")
        third.kill()
        third.start()
        wait_until(lambda: ask(tmp_path, "SELECT state FROM tally_tally") == [("final",)], "the result")
    except AssertionError as error:
        logs = [(tmp_path / "server.log").read_text()[-3000:], *(one.text[-1500:] for one in three)]
        raise AssertionError("\n\n".join([str(error), *logs])) from error
    finally:
        for station in three:
            station.kill()
    rows = ask(tmp_path, "SELECT phase, state, count(*) FROM tally_stationrequest GROUP BY 1, 2")
    assert sorted(rows) == [("acknowledge", "answered", 3), ("share", "answered", 3)]
    assert first.text.count("Answered (share)") >= 1
    verified = subprocess.run(
        [sys.executable, "-m", "tests.integration.tally_verdict", world.fingerprint],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.stdout == "verified", verified.stderr
