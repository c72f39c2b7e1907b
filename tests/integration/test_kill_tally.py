# SPDX-License-Identifier: AGPL-3.0-or-later
"""kill -9 in the middle of a tally, of every process there is, on both transports: the tally still ends."""

from contextlib import ExitStack

import pytest

from tests.integration.kill_world import Count, Files, Servers

pytestmark = pytest.mark.servers


@pytest.fixture
def setting(request, tmp_path):
    """The place that the test asks for."""
    if request.param == "files":
        yield Files(tmp_path)
        return
    with ExitStack() as stack:
        database = request.getfixturevalue("new_database")
        yield Servers(tmp_path, database, stack)


@pytest.fixture
def count(setting):
    count = Count(setting)
    try:
        yield count
    finally:
        count.stop()


def on(*quick):
    """Both transports; the one that is not named runs with the slow tests."""
    return pytest.mark.parametrize(
        "setting",
        [
            pytest.param(name, marks=[] if name in quick else pytest.mark.slow)
            for name in ("files", "servers")
        ],
        indirect=True,
    )


@on("files")
def test_of_a_station_at_work(count):
    count.run()
    count.stations[1].wait_for("Reading and verifying")
    count.restart(2)
    count.stations[2].wait_for("Decrypting")
    count.restart(3)
    count.check_result()


# Not on files: there the worker is one process (voting/settings.py), and its death is tested below.
@pytest.mark.parametrize("setting", ["servers"], indirect=True)
def test_of_the_process_that_runs_the_servers_tasks(count):
    count.run()
    count.wait_for_answers("acknowledge", 1)
    count.kill_workers_child()
    count.wait_for_answers("share", 1)
    count.kill_workers_child()
    count.check_result()


@on("servers")
def test_of_the_servers_worker(count):
    count.run()
    count.wait_for_answers("acknowledge", 1)
    count.kill_worker()
    count.wait_for_answers("share", 1)
    count.kill_worker()
    count.check_result()


@on("files", "servers")
def test_of_the_broker(count, setting):
    count.run()
    count.stations[0].wait_for("Asked: acknowledge")
    setting.kill_broker()
    count.wait_for_answers("share", 1)
    setting.kill_broker()
    count.check_result()
