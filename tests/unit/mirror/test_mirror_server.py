# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mirror's folder over HTTP: the resources with their headers, and nothing beside them."""

import http.client
import threading

import pytest

from bulletin_board import reader
from bulletin_board.mirror.server import MirrorServer
from bulletin_board.sources import HttpSource
from tests.histories import LOG, History, numbered


@pytest.fixture
def port(mirror, folder):
    mirror(History().grow(*numbered(0, 5)).files())
    (folder.parent / "secret").write_bytes(b"secret")
    server = MirrorServer(("127.0.0.1", 0), folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def ask(port, path, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path)
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


def test_a_reader_reads_the_whole_board_from_a_mirror(port):
    with HttpSource(f"http://127.0.0.1:{port}") as source:
        head = reader.open_checkpoint(source, LOG.verifier_key)
        assert (
            len([reader.read_payload(source, entry) for entry, _ in reader.iter_entries(source, head)]) == 5
        )


@pytest.mark.parametrize(
    ("path", "kind", "kept"),
    [
        ("checkpoint", "text/plain; charset=utf-8", "no-store"),
        ("log.vkey", "text/plain; charset=utf-8", "no-store"),
        ("tile/0/000.p/5", "application/octet-stream", "public, max-age=604800, immutable"),
    ],
)
def test_a_resource_has_the_headers_of_a_board(port, path, kind, kept):
    status, headers, data = ask(port, f"/{path}")
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, kind, kept)
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert int(headers["Content-Length"]) == len(data) > 0


def test_the_head_of_a_resource_comes_without_it(port):
    status, headers, data = ask(port, "/checkpoint", "HEAD")
    assert (status, data) == (200, b"")
    assert int(headers["Content-Length"]) > 0


HIDDEN = [
    "/../secret",
    "/..%2fsecret",
    "/.lock",
    "/.incoming/x",
    "/tile",
    "/",
    "/checkpoint?x",
    "/x",
]


@pytest.mark.parametrize("path", HIDDEN)
def test_nothing_else_is_there(port, path):
    status, headers, data = ask(port, path)
    assert (status, headers["Cache-Control"], data) == (404, "no-store", b"Not found\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_changed(port, method):
    assert ask(port, "/checkpoint", method)[0] == 501
