# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mirror as a process: it follows a board over HTTP, is killed, serves; the verifier accepts its copy."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from bulletin_board import reader
from bulletin_board.sources import FolderSource
from tally.test_modulus import VALUE, VARIABLE
from tests.histories import LOG, History, fork, numbered
from tests.simulator import simulate

ROOT = Path(__file__).resolve().parents[2]
MIRROR = ("-m", "bulletin_board.mirror")
PATIENCE = 120  # s


def write(folder, files):
    """As a board is written: the checkpoint last."""
    for path, data in sorted(files.items(), key=lambda item: item[0] == "checkpoint"):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_name(f".{file.name}").write_bytes(data)
        file.with_name(f".{file.name}").replace(file)


@contextmanager
def started(*arguments, cwd=ROOT, first_line=True):
    process = subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT), VARIABLE: VALUE},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process, process.stdout.readline() if first_line else ""
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextmanager
def web_server(folder):
    """Any web server will do: Python's own, which knows nothing of boards."""
    with started("-m", "http.server", "0", "--bind", "127.0.0.1", cwd=folder) as (_, line):
        yield _address(line)


def _address(line):
    return f"http://127.0.0.1:{re.search('port ([0-9]+)', line)[1]}"


def mirror(*arguments):
    return subprocess.run(
        [sys.executable, *MIRROR, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def verify(place, fingerprint):
    return subprocess.run(
        [sys.executable, "-m", "tally.verifier", str(place), "--fingerprint", fingerprint],
        cwd=ROOT,
        env={**os.environ, VARIABLE: VALUE},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def until(condition):
    for _ in range(PATIENCE * 20):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never happened")


def size_of(folder):
    if not (folder / "checkpoint").exists():
        return 0
    return reader.open_checkpoint(FolderSource(folder), LOG.verifier_key).size


def test_the_verifier_accepts_a_copy_of_a_copy_over_any_web_server(tmp_path):
    world = simulate()
    board, first, second = (tmp_path / name for name in ("board", "first", "second"))
    write(board, world.board().files)
    with web_server(board) as address:
        assert mirror(address, first).returncode == 0
    with web_server(first) as address:
        assert mirror(address, second, "--vkey", world.manifest.board.log.to_text()).returncode == 0
        assert verify(address, world.fingerprint).returncode == 0
    found = verify(second, world.fingerprint)
    assert found.returncode == 0, found.stdout


def test_a_mirror_that_is_killed_again_and_again_ends_with_the_whole_board(tmp_path):
    log, copy = History().grow(*numbered(0, 300)), tmp_path / "copy"
    write(tmp_path / "board", log.files())
    for wait in (0.4, 0.5, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0):
        with started(*MIRROR, tmp_path / "board", copy, first_line=False) as (process, _):
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
        assert size_of(copy) in {0, 300}
    assert mirror(tmp_path / "board", copy).returncode == 0
    source = FolderSource(copy)
    head = reader.open_checkpoint(source, LOG.verifier_key)
    assert [
        reader.read_payload(source, entry) for entry, _ in reader.iter_entries(source, head)
    ] == log.payloads


def test_a_mirror_follows_serves_and_refuses_a_fork(tmp_path):
    board, copy = tmp_path / "board", tmp_path / "copy"
    true, false = fork(3, 5)
    write(board, true.files())
    with started(*MIRROR, board, copy, "--every", "1", "--serve", "0") as (process, line):
        address = re.search(r"http://127.0.0.1:([0-9]+)", line)
        until(lambda: size_of(copy) == 5)
        write(board, true.grow(b"more").files())
        until(lambda: size_of(copy) == 6)
        write(board, false.grow(b"other", b"and other").files())
        assert any("Refused (BoardForked): a fork:" in said for said in process.stdout)
        connection = http.client.HTTPConnection("127.0.0.1", int(address[1]), timeout=PATIENCE)
        connection.request("GET", "/checkpoint")
        assert connection.getresponse().read() == true.note()
        connection.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("arguments", [("--every", "0"), ("--serve", "70000"), ("--vkey", "x")])
def test_an_option_that_is_none_is_refused(tmp_path, arguments):
    found = mirror(tmp_path / "board", tmp_path / "copy", *arguments)
    assert found.returncode in {1, 2}
    assert "Traceback" not in found.stderr
