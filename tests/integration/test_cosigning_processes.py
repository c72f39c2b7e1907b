# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several server processes sign one log under witnesses that are processes, too: nobody waits for ever."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from bulletin_board.witness.store import Store
from tests import witnesses
from tests.integration.boards import KEY, ORIGIN

ROOT = Path(__file__).parents[2]
WORKERS, ROUNDS, PATIENCE = 3, 12, 240  # s


@pytest.fixture
def start(tmp_path):
    """Start Python on a fresh database."""
    environment = os.environ | {
        "VERITALLY_TEST_DATABASE_URL": f"sqlite:///{tmp_path / 'board.sqlite3'}",
        "PYTHONPATH": str(ROOT),
    }
    started = []

    def run(*arguments):
        process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def running(tmp_path):
    """Three witnesses at work, and the file that names them: any two must cosign."""
    with ExitStack() as stack:
        names = ("press", "union", "college")
        found = [
            stack.enter_context(witnesses.running(witnesses.make(tmp_path / name, f"{name}.example", KEY)))
            for name in names
        ]
        lines = [
            f"witness {name} {one.key.to_text()} {one.url}" for name, one in zip(names, found, strict=True)
        ]
        lines += ["group enough 2 " + " ".join(names), "quorum enough", ""]
        (tmp_path / "witnesses.policy").write_text("\n".join(lines))
        yield found


@pytest.fixture
def board(start, running, tmp_path):
    """A log that demands them."""
    finish(start("-m", "django", "migrate", "bulletin_board", "--verbosity", "0"))
    demand = (
        "import django, sys; django.setup(); from pathlib import Path;"
        "from bulletin_board import cosigned, storage; from tests.integration.boards import KEY, ORIGIN;"
        "from bulletin_board.witness_settings import read_witnesses;"
        "policy = read_witnesses(Path(sys.argv[1]));"
        "cosigned.demand(storage.create_log(ORIGIN), KEY, policy.keys(), policy.least())"
    )
    finish(start("-c", demand, tmp_path / "witnesses.policy"))


def finish(process):
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    return output


def worker(start, name, tmp_path, rounds=ROUNDS):
    module = "tests.integration.cosigning_worker"
    return start("-m", module, name, rounds, tmp_path / "heads", tmp_path / "witnesses.policy")


def sizes(running):
    return [Store(one.folder / "witness.sqlite3").head(ORIGIN).size for one in running]


def evidence(running):
    return [kept for one in running for kept in Store(one.folder / "witness.sqlite3").evidence()]


def test_every_process_gets_cosigned_receipts_and_no_witness_sees_a_contradiction(
    board, start, running, tmp_path
):
    workers = [worker(start, f"w{number}", tmp_path) for number in range(WORKERS)]
    tries = [int(line) for process in workers for line in finish(process).split()]
    assert len(tries) == WORKERS * ROUNDS
    assert max(sizes(running)) == WORKERS * ROUNDS
    assert evidence(running) == []


def test_a_witness_that_dies_and_comes_back_under_load_stops_nobody(board, start, running, tmp_path):
    workers = [worker(start, f"w{number}", tmp_path) for number in range(WORKERS)]
    for process in workers:
        process.stdout.readline()  # all are at work
    running[0].process.send_signal(signal.SIGKILL)
    running[0].process.wait(PATIENCE)
    workers[0].stdout.readline()
    port = int(running[0].url.rpartition(":")[2])
    with witnesses.running(running[0].folder, port=port):
        for process in workers:
            finish(process)
        finish(worker(start, "last", tmp_path, rounds=2))
    assert max(sizes(running)) == WORKERS * ROUNDS + 2
    assert evidence(running) == []


def test_a_server_killed_under_load_leaves_a_log_that_the_witnesses_go_on_with(
    board, start, running, tmp_path
):
    for number in range(3):
        killed = worker(start, f"k{number}", tmp_path, rounds=1_000)
        killed.stdout.readline()
        killed.send_signal(signal.SIGKILL)
        killed.wait(PATIENCE)
    tries = [int(line) for line in finish(worker(start, "last", tmp_path)).split()]
    assert len(tries) == ROUNDS
    assert evidence(running) == []
