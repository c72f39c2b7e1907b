# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demonstration, started as `make demo EXIT=1` starts it, but with a small key in a folder of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from tally import test_modulus

pytestmark = [pytest.mark.slow]
ROOT = Path(__file__).parent.parent.parent
SERVER_ONLY = (
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "EMAIL_URL",
    "DJANGO_",
    "VERITALLY_",
    "LOG_LEVEL",
)
TIMEOUT = 600  # s


@pytest.fixture
def data(tmp_path):
    return tmp_path / "demo"


@pytest.fixture
def start(data):
    started = []
    environment = {name: value for name, value in os.environ.items() if not name.startswith(SERVER_ONLY)}
    environment |= {test_modulus.VARIABLE: test_modulus.VALUE, "VERITALLY_DATA_DIR": str(data)}

    def start(*options):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--modulus-bits", "1024", *options],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()


def children_of(data):
    """Processes that still work in the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(data) in command:
            found.append(command)
    return found


def wait_for(log, text, process):
    for _ in range(TIMEOUT * 10):
        if process.poll() is not None:
            pytest.fail(process.communicate()[0])
        if log.exists() and text in log.read_text():
            return
        time.sleep(0.1)
    pytest.fail(f"{log} never said {text!r}")


def test_the_town_votes_and_the_result_is_what_it_chose(start, data):
    process = start("--exit")
    output, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, output
    assert "The result is what the voters chose." in output
    assert "Verifier     verified" in output
    assert (data / "published" / "willow-ferry" / "checkpoint").exists()
    assert not children_of(data)


def test_an_election_stays_open_for_whoever_runs_it(start):
    process = start()
    output = []
    for line in process.stdout:
        output.append(line.strip())
        if "Serving until" in line:
            break
    links = [line for line in output if "/vote/#" in line]
    assert len(set(links)) == 3, output
    address = links[0].partition("vote/")[0]
    with urlopen(address, timeout=30) as response:  # noqa: S310  # our own server
        page = response.read().decode()
    assert "Voting is open" in page
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, rest


def test_a_station_that_dies_is_an_error_with_its_log_and_ends_everything(start, data):
    process = start()
    log = data / "logs" / "station-1.log"
    wait_for(log, "is ready", process)
    station = next(
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and str(data / "trustee-1" / "trustee.key") in command_of(entry)
    )
    os.kill(station, signal.SIGKILL)
    output, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 1
    assert "station 1 ended although it should go on" in output
    assert "Traceback" not in output
    assert not children_of(data)


def command_of(entry):
    try:
        return (entry / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def test_being_told_to_stop_ends_everything(start, data):
    process = start()
    wait_for(data / "logs" / "station-1.log", "is ready", process)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    assert "every process has ended" in output
    assert not children_of(data)
