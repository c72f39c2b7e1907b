# SPDX-License-Identifier: AGPL-3.0-or-later
"""What gunicorn writes of requests that it cannot read, with the project's own configuration."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from tests import servers
from tests.integration.tally_processes import ROOT, wait_until
from voting.local import free_port

CHECK_CODE = "5b" * 15


@pytest.fixture
def server(tmp_path):
    """A web server; its port and its log."""
    port = free_port(0)
    env = servers.environment(tmp_path, database=f"sqlite:///{tmp_path / 'db'}", broker="filesystem://")
    command = ["-m", "gunicorn", "voting.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command, "--no-control-socket"],
            cwd=ROOT,
            env=env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    yield port, tmp_path / "log"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("request_line", ["GET {} nonsense", "GET {} HTTP/1.1\r\nno header", "{}"])
def test_a_request_that_cannot_be_read_leaves_neither_address_nor_path(server, request_line):
    port, log = server
    wait_until(lambda: "Booting worker" in log.read_text(), "gunicorn")
    line = request_line.format(f"/elections/spring/ballots/{CHECK_CODE}")
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(line.encode() + b"\r\n\r\n")
        assert b" 400 " in connection.recv(1000)
    wait_until(lambda: "Invalid request" in log.read_text(), "its line")
    said = log.read_text()
    assert not [secret for secret in ("127.0.0.1", CHECK_CODE, "spring") if secret in said]
