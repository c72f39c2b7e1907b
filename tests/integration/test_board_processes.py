# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several processes on one database, of either kind: nothing lost, no gap, one head a size."""

import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bulletin_board import reader
from bulletin_board.sources import FolderSource
from tests.integration.boards import KEY
from voting.demonstration.servers import OWNER

ROOT = Path(__file__).parents[2]
WORKERS, ROUNDS, KILLS = 3, 10, 3


def fresh_database(kind, request):
    """Return the address of an empty database."""
    if kind == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path') / 'board.sqlite3'}"
    server, name = request.getfixturevalue("postgresql"), f"board_{secrets.token_hex(8)}"
    server.create_database(name)
    return server.url(OWNER, name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def run(request):
    """Return a function that starts Python on a fresh database."""
    environment = os.environ | {
        "VERITALLY_TEST_DATABASE_URL": fresh_database(request.param, request),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    started = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    finish(start("-m", "django", "migrate", "bulletin_board", "--verbosity", "0"))
    finish(
        start(
            "-c",
            "import django; django.setup();"
            "from bulletin_board import storage; from tests.integration.boards import ORIGIN;"
            "storage.create_log(ORIGIN)",
        )
    )
    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def finish(process):
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0
    return output


def worker(run, name, rounds, tmp_path):
    return run("-m", "tests.integration.board_worker", name, str(rounds), str(tmp_path / "heads"))


def exported(run, tmp_path):
    finish(run("-m", "django", "export_board", "spring", "--folder", str(tmp_path / "board")))
    source = FolderSource(tmp_path / "board")
    head = reader.open_checkpoint(source, KEY)
    return [reader.read_payload(source, entry).decode() for entry, _ in reader.iter_entries(source, head)]


def parsed(outputs):
    """Return the acknowledged payload of each sequence number, and the notes of each size."""
    payloads, notes = {}, {}
    for line in "".join(outputs).splitlines():
        first, *rest = line.split(" ")
        if first == "head":
            notes.setdefault(rest[0], set()).add(rest[1])
        else:
            payloads[int(first)] = rest[0]
    return payloads, notes


def test_processes_that_append_and_sign_at_once_lose_nothing(run, tmp_path):
    workers = [worker(run, f"w{number}", ROUNDS, tmp_path) for number in range(WORKERS)]
    payloads, notes = parsed([finish(process) for process in workers])
    found = exported(run, tmp_path)
    sent = [
        f"w{number}/{done}/{part}"
        for number in range(WORKERS)
        for done in range(ROUNDS)
        for part in range(1 + done % 2)
    ]
    assert sorted(found) == sorted(sent)
    assert len(payloads) == WORKERS * ROUNDS
    assert all(found[seq] == payload for seq, payload in payloads.items())
    assert all(len(different) == 1 for different in notes.values())


def test_a_process_that_is_killed_loses_nothing_it_gave_a_receipt_for(run, tmp_path):
    killed = worker(run, "killed", 0, tmp_path)
    lines = [killed.stdout.readline() for _ in range(9)]
    killed.send_signal(signal.SIGKILL)
    lines += killed.communicate()[0].splitlines(keepends=True)
    payloads, notes = parsed(line for line in lines if line.endswith("\n"))
    later, later_notes = parsed([finish(worker(run, "later", 3, tmp_path))])
    found = exported(run, tmp_path)
    assert all(found[seq] == payload for seq, payload in {**payloads, **later}.items())
    assert all(len(notes.get(size, set()) | different) == 1 for size, different in later_notes.items())


def test_killed_again_and_again_under_load_nothing_is_lost_and_nothing_forks(run, tmp_path):
    payloads, notes = {}, {}
    for number in range(KILLS):
        workers = [worker(run, f"k{number}-{peer}", 0, tmp_path) for peer in range(2)]
        lines = [process.stdout.readline() for process in workers for _ in range(3)]
        time.sleep(secrets.randbelow(200) / 1000)  # s; anywhere in a round
        for process in workers:
            process.send_signal(signal.SIGKILL)
        for process in workers:
            lines += process.communicate()[0].splitlines(keepends=True)
        given, signed = parsed(line for line in lines if line.endswith("\n"))
        payloads |= given
        for size, different in signed.items():
            notes.setdefault(size, set()).update(different)
    later, later_notes = parsed([finish(worker(run, "later", 1, tmp_path))])
    found = exported(run, tmp_path)
    assert all(found[seq] == payload for seq, payload in {**payloads, **later}.items())
    for size, different in later_notes.items():
        notes.setdefault(size, set()).update(different)
    assert all(len(different) == 1 for different in notes.values())
