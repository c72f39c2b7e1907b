# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server behind nginx as in docs/examples: who is slow, or sends too much, holds up nobody."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests import nginx, servers
from tests.integration.tally_processes import ROOT, wait_until
from voting.local import free_port

pytestmark = pytest.mark.servers
EXAMPLE = ROOT / "docs/examples/nginx-server.conf"
THREADS = 2
# The page looks for the form's token in the body: it waits for it.
UNFINISHED = "\r\n".join(
    (
        "POST /language/setlang/ HTTP/1.1",
        "Host: 127.0.0.1",
        "Origin: http://127.0.0.1:8000",
        f"Cookie: csrf={'a' * 32}",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 1000",
        "",
        "language=",
    )
).encode()


@pytest.fixture(scope="module")
def behind_nginx(tmp_path_factory):
    """The port of nginx, with gunicorn at a socket file behind it."""
    with tempfile.TemporaryDirectory() as short, ExitStack() as stack:  # a socket's path has 108 octets
        sock = Path(short) / "web.sock"
        folder = tmp_path_factory.mktemp("server")
        env = servers.environment(folder, database=f"sqlite:///{folder / 'db'}", broker="filesystem://")
        done = servers.manage("migrate", env=env)
        assert done.returncode == 0, done.stderr
        command = ["-m", "gunicorn", "voting.wsgi:application", "--bind", f"unix:{sock}"]
        stack.enter_context(
            running([sys.executable, *command, "--no-control-socket"], env | {"WEB_THREADS": str(THREADS)})
        )
        port = free_port(0)
        stack.enter_context(running(configured(folder, sock, port), env))
        wait_until(lambda: status_of(port, "/robots.txt") == 200, "the server")
        yield port


def running(command, env):
    """A process and its children, killed in the end."""
    stack = ExitStack()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    stack.callback(process.wait)
    stack.callback(os.killpg, process.pid, signal.SIGKILL)
    return stack


def configured(folder, sock, port):
    """nginx with the example's words, at a port of our own and without TLS."""
    changes = {
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
        "ssl_certificate /etc/ssl/vote.example.org.pem;": "",
        "ssl_certificate_key /etc/ssl/private/vote.example.org.key;": "",
        "/run/veritally/web.sock": str(sock),
    }
    return nginx.command(folder, nginx.changed(EXAMPLE, changes))


def status_of(port, path, body=None):
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET" if body is None else "POST", path, body=body)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def test_clients_who_do_not_finish_take_no_thread(behind_nginx):
    with ExitStack() as stack:
        for _ in range(4 * THREADS):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", behind_nginx), timeout=60))
            slow.sendall(UNFINISHED)
        assert status_of(behind_nginx, "/robots.txt") == 200


def test_more_than_any_ballot_is_refused_in_front(behind_nginx):
    assert status_of(behind_nginx, "/elections/spring/ballots", b"x" * (9 << 20)) in {0, 413}
    assert status_of(behind_nginx, "/elections/spring/ballots", b"x" * (7 << 20)) == 404  # it passed


def test_the_office_takes_larger_files(behind_nginx):
    assert status_of(behind_nginx, "/office/log-in/", b"x" * (9 << 20)) not in {0, 413}
