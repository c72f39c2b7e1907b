# SPDX-License-Identifier: AGPL-3.0-or-later
"""A board served by nginx as in docs/examples, from the folder that the clock keeps: no Django is asked."""

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
from tests import nginx
from tests.integration.boards import KEY, ORIGIN, SIGNER, append, numbered
from voting.local import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs/examples/nginx-board.conf"
COUNT = 300


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
    port = free_port(0)
    words = nginx.changed(EXAMPLE, {"/var/lib/veritally/www": str(tmp_path / "www")})
    (tmp_path / "nginx").mkdir()
    server = subprocess.Popen(
        nginx.command(tmp_path / "nginx", f"server {{ listen 127.0.0.1:{port};\n{words} }}")
    )
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


MISSING = [
    "spring/tile/0/001",
    "spring/tile/entries/000.p/200",
    "spring/tile/entries/",
    "spring/tile/entries",
    "spring/blob/" + "0" * 64,
    "spring/commitments/" + "0" * 64,
    "spring/nothing",
    "spring/",
    "spring/.lock",
    "autumn/checkpoint",
    "autumn/log.vkey",
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", MISSING)
def test_what_is_missing_may_come_later_and_nobody_keeps_that_it_is_missing(ask, path, method):
    response, body = ask(path, method)
    assert response.status == 404
    assert response.headers.get_all("Cache-Control") == ["no-store"]
    assert response.getheader("Content-Type") == "text/plain; charset=utf-8"
    assert response.headers.get_all("Access-Control-Allow-Origin") == ["*"]
    assert body == (b"Not found\n" if method == "GET" else b"")


def test_a_reader_whose_partial_tiles_are_replaced_meanwhile_reads_the_full_ones(port, log, folder):
    with open_source(address(port)) as source:
        head = reader.open_checkpoint(source, KEY)
        append(log, *numbered(300, start=COUNT))
        publisher.sign_head(log, SIGNER)
        publisher.export(log, folder)
        assert not (folder / "tile/entries/001.p").exists()
        entries = [reader.read_payload(source, entry) for entry, _ in reader.iter_entries(source, head)]
    assert entries == numbered(COUNT)


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
