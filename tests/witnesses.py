# SPDX-License-Identifier: AGPL-3.0-or-later
"""Witnesses as real processes."""

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bulletin_board.cosigner_file import load_cosigner
from bulletin_board.log.keys import VerifierKey

ROOT = Path(__file__).resolve().parents[1]
COMMAND = ("-m", "bulletin_board.witness")
# Dies after the record is on the disk and before the cosignature is made.
DYING = """
import os, signal
from bulletin_board.log.cosignature import Cosigner
Cosigner.cosign_text = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
from bulletin_board.witness.command import app
app()
"""


@dataclass(frozen=True)
class Running:
    """A witness that answers at `url`."""

    url: str
    folder: Path
    process: subprocess.Popen[str]

    @property
    def key(self) -> VerifierKey:
        return load_cosigner(self.folder / "witness.key").verifier_key

    def post(self, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            connection.request("POST", f"{parts.path}/add-checkpoint", body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def make(folder: Path, name: str, *logs: VerifierKey) -> Path:
    """A witness in a folder, by the command."""
    run("keygen", str(folder), "--name", name)
    for log in logs:
        watch(folder, log)
    return folder


def watch(folder: Path, log: VerifierKey) -> None:
    run("add-log", str(folder), log.to_text())


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *COMMAND, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


@contextmanager
def running(folder: Path, *, port: int = 0, dying: bool = False) -> Iterator[Running]:
    """The witness of `folder` at work, until the block ends."""
    what = ("-c", DYING) if dying else COMMAND
    process = subprocess.Popen(
        [sys.executable, *what, "serve", str(folder), "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = re.search(r"(http://\S+)/add-checkpoint", process.stdout.readline())
        assert found, "the witness did not start"
        yield Running(url=found[1], folder=folder, process=process)
    finally:
        process.terminate()
        try:
            process.wait(60)
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
