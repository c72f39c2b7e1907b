# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real web server on a socket file, as a proxy finds it: a stranger's attempts hold up nobody else."""

import http.client
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

from tests.integration.intake_server import PATIENCE, ROOT, _environment
from tests.integration.office_world import PASSWORD
from voting.office import throttle as log_ins
from voting.registration import throttle as registrations

HONEST, STRANGER = "192.0.2.1", "192.0.2.2"
SLUG = "allotments"
PREPARE = f"""
import django; django.setup()
from tests.integration import registration_world
registration_world.prepare("{SLUG}")
"""


class Connection(http.client.HTTPConnection):
    """A connection to a socket file, as a proxy on the same machine makes it."""

    def __init__(self, file: Path) -> None:
        super().__init__("127.0.0.1")
        self.file = str(file)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.file)


class Server:
    """The server behind its socket file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def ask(self, method, path, *, body=b"", headers):
        with closing(Connection(self.file)) as connection:
            connection.request(method, path, body=body, headers={"Host": "127.0.0.1"} | headers)
            answer = connection.getresponse()
            return answer, answer.read().decode()

    def log_in(self, place, password) -> int:
        """The status of an attempt to log in as olga."""
        passed = {"X-Forwarded-For": place} if place else {}
        answer, text = self.ask("GET", "/office/log-in/", headers=passed)
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)[1]
        form = {"csrfmiddlewaretoken": token, "username": "olga", "password": password}
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"} | passed
        return self.ask("POST", "/office/log-in/", body=urlencode(form).encode(), headers=headers)[0].status

    def register(self, place, *, times=1) -> int:
        """The status of the last of some requests that register nobody."""
        passed = {"X-Forwarded-For": place} if place else {}
        answer, _ = self.ask("GET", f"/elections/{SLUG}/register/", headers=passed)
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        headers = {
            "Cookie": cookie,
            "X-CSRFToken": cookie.partition("=")[2],
            "Content-Type": "application/json",
        }
        path = f"/elections/{SLUG}/register/by-email"
        for _ in range(times):
            last = self.ask("POST", path, body=b"{}", headers=headers | passed)[0].status
        return last


@contextmanager
def serving(folder: Path, *, proxies: int):
    environment = _environment(folder, "http://127.0.0.1:8000") | {"VERITALLY_TRUSTED_PROXIES": str(proxies)}
    for command in (["manage.py", "migrate"], ["manage.py", "collectstatic", "--noinput"], ["-c", PREPARE]):
        subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )
    # A socket file's name may have about a hundred characters; a test's folder has more.
    with tempfile.TemporaryDirectory(prefix="veritally-") as short:
        file = Path(short) / "web.sock"
        gunicorn = [sys.executable, "-m", "gunicorn", "voting.wsgi", "--bind", f"unix:{file}", "-w", "1"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(gunicorn, cwd=ROOT, env=environment, **quiet) as process:
            try:
                _wait(file)
                yield Server(file)
            finally:
                process.terminate()


def _wait(file: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            Server(file).ask("GET", "/robots.txt", headers={})
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def test_behind_a_proxy_each_client_has_limits_of_its_own(tmp_path):
    with serving(tmp_path, proxies=1) as server:
        spoofed = f"{HONEST}, {STRANGER}"  # the proxy has added the second
        for _ in range(log_ins.PAIR.attempts):
            assert server.log_in(spoofed, "wrong") == 422
        assert server.log_in(STRANGER, PASSWORD) == 429
        assert server.log_in(HONEST, PASSWORD) == 302
        assert server.register(spoofed, times=registrations.PLACE_LIMIT) == 400
        assert server.register(STRANGER) == 429
        assert server.register(HONEST) == 400


def test_a_server_that_is_told_of_no_proxy_lets_nobody_use_up_what_others_need(tmp_path):
    with serving(tmp_path, proxies=0) as server:
        for _ in range(log_ins.PAIR.attempts):
            assert server.log_in("", "wrong") == 422
        assert server.log_in("", PASSWORD) == 302
        assert server.register("", times=registrations.PLACE_LIMIT + 1) == 400
