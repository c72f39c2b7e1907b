# SPDX-License-Identifier: AGPL-3.0-or-later
"""A board served by nginx as in docs/examples, from the folder that the clock keeps: no Django is asked."""

import os
import shutil
import socket
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bulletin_board import publisher, reader, storage
from bulletin_board.mirror.copy import Copy
from bulletin_board.mirror.following import follow
from bulletin_board.sources import open_source
from tests.integration.boards import KEY, ORIGIN, SIGNER, append, numbered

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs/examples/nginx-board.conf"
COUNT = 300
_SEARCH = os.environ.get("PATH", "") + ":/usr/sbin"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "www" / "board" / "spring"


@pytest.fixture
def log(folder):
    log = storage.create_log(ORIGIN)
    append(log, *numbered(COUNT))
    storage.put_commitments(log, "ab" * 32, b"commitments")
    publisher.sign_head(log, SIGNER)
    publisher.export(log, folder)
    return log


@pytest.fixture
def port(tmp_path, log):
    """An nginx of our own, with the example's words."""
    program = shutil.which("nginx", path=_SEARCH)
    assert program is not None, "nginx is missing: make test names the command that installs it"
    words = EXAMPLE.read_text()
    assert "root /var/lib/veritally/www;" in words
    (tmp_path / "board.conf").write_text(words.replace("/var/lib/veritally/www", str(tmp_path / "www")))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    account = "user root;" if os.getuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "\n".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    (tmp_path / "nginx.conf").write_text(
        f"{account} daemon off; pid {tmp_path}/nginx.pid; error_log {tmp_path}/error.log;"
        "events {} http { access_log off; " + folders + f" server {{ listen 127.0.0.1:{port};"
        f" include {tmp_path}/board.conf; }} }}"
    )
    server = subprocess.Popen([program, "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)])
    try:
        _wait(server, port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _wait(server, port):
    for _ in range(400):
        assert server.poll() is None, "nginx ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")


@pytest.fixture
def ask(port):
    def ask(path, method="GET", **headers):
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request(method, f"/board/{path}", headers=headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response, body

    return ask


def address(port):
    return f"http://127.0.0.1:{port}/board/spring"


def payloads(port):
    with open_source(address(port)) as source:
        head = reader.open_checkpoint(source, KEY)
        return [reader.read_payload(source, entry) for entry, _ in reader.iter_entries(source, head)]


def test_every_entry_can_be_read_and_verified(port):
    assert payloads(port) == numbered(COUNT)


def test_the_board_grows_under_its_readers(port, log, folder):
    append(log, *numbered(300, start=COUNT))
    publisher.sign_head(log, SIGNER)
    publisher.export(log, folder)
    assert payloads(port) == numbered(600)


def test_a_mirror_follows_it(port, tmp_path):
    with open_source(address(port)) as source:
        head = follow(source, Copy(tmp_path / "copy", KEY), now=1_800_000_000)
    assert head.size == COUNT


@pytest.mark.parametrize("path", ["tile/0/000", "tile/entries/001.p/44", "tile/1/000.p/1"])
def test_tiles_may_be_kept_for_ever(ask, path):
    response, _ = ask(f"spring/{path}")
    assert response.status == 200
    assert response.getheader("Cache-Control") == "public, max-age=604800, immutable"
    assert response.getheader("Access-Control-Allow-Origin") == "*"
    assert response.getheader("Content-Type") == "application/octet-stream"
    assert response.getheader("X-Content-Type-Options") == "nosniff"


@pytest.mark.parametrize("path", ["checkpoint", "log.vkey"])
def test_the_checkpoint_is_text_that_nobody_keeps(ask, path):
    response, body = ask(f"spring/{path}")
    assert response.status == 200
    assert response.getheader("Cache-Control") == "no-store"
    assert response.getheader("Content-Type") == "text/plain; charset=utf-8"
    assert response.getheader("Access-Control-Allow-Origin") == "*"
    assert KEY.name.encode() in body


def test_commitments_may_be_taken_back_and_are_not_kept(ask):
    response, body = ask("spring/commitments/" + "ab" * 32)
    assert (response.status, response.getheader("Cache-Control"), body) == (200, "no-store", b"commitments")


def test_a_part_of_the_lines_is_sent_alone(ask, folder):
    whole = (folder / "entries.jsonl").read_bytes()
    response, body = ask("spring/entries.jsonl", Range="bytes=100-199")
    assert (response.status, body) == (206, whole[100:200])
    assert response.getheader("Content-Range") == f"bytes 100-199/{len(whole)}"
    assert response.getheader("Content-Type") == "application/jsonl"
    assert ask("spring/entries.jsonl", Range=f"bytes={len(whole)}-")[0].status == 416


@pytest.mark.parametrize("path", ["spring/tile/0/001", "spring/nothing", "autumn/checkpoint"])
def test_what_is_missing_may_come_later(ask, path):
    response, _ = ask(path)
    assert response.status == 404
    assert "immutable" not in (response.getheader("Cache-Control") or "")


@pytest.mark.parametrize(
    "path",
    [
        "spring/.lock",
        "spring/blob/.x.part",
        "spring/../../nginx.conf",
        "spring/%2e%2e/%2e%2e/%2e%2e/nginx.conf",
    ],
)
def test_nothing_else_is_served(ask, path):
    assert ask(path)[0].status in {400, 404}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_sent(ask, method):
    assert ask("spring/checkpoint", method)[0].status == 405
