# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mirror's folder over HTTP: the resources with their headers, and nothing beside them."""

import hashlib
import http.client
import itertools
import socket
import threading
from contextlib import closing

import pytest

from bulletin_board import patience, reader, small_server
from bulletin_board.mirror.server import MirrorServer
from bulletin_board.sources import HttpSource
from tests.histories import LOG, History, numbered


@pytest.fixture
def server(mirror, folder):
    mirror(History().grow(*numbered(0, 5)).files())
    (folder.parent / "secret").write_bytes(b"secret")
    for path in ("evidence/fork.5.ab/ours", "blob/ab", "x"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"secret")
    server = MirrorServer(("127.0.0.1", 0), folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def port(server):
    return server.server_port


def ask(port, path, method="GET", **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


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
        ("entries.jsonl", "application/jsonl", "no-store"),
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


RANGES = {
    "bytes=0-9": (0, 10),
    "bytes=5-": (5, None),
    "bytes=-7": (-7, None),
    "bytes=3-999999": (3, None),
}


@pytest.mark.parametrize("header", RANGES)
@pytest.mark.parametrize("path", ["/entries.jsonl", "/tile/0/000.p/5"])
def test_one_range_of_a_resource_is_sent(port, path, header):
    _, _, whole = ask(port, path)
    start, stop = RANGES[header]
    status, headers, data = ask(port, path, Range=header)
    assert (status, data) == (206, whole[start:stop])
    begin = start % len(whole)
    assert headers["Content-Range"] == f"bytes {begin}-{begin + len(data) - 1}/{len(whole)}"
    assert headers["Accept-Ranges"] == "bytes"


def test_whoever_has_the_first_lines_gets_the_rest(port, folder):
    log = History().grow(*numbered(0, 5))
    begun = len(log.lines(3))
    assert ask(port, "/entries.jsonl", Range=f"bytes={begun}-")[2] == log.lines()[begun:]


def test_a_range_behind_the_end_is_not_there(port):
    status, headers, data = ask(port, "/checkpoint", Range="bytes=9999-")
    assert (status, data) == (416, b"")
    assert headers["Content-Range"].startswith("bytes */")


@pytest.mark.parametrize("header", ["bytes=1-2,4-5", "lines=1-2", "bytes=9-1", "bytes=x"])
def test_any_other_range_is_the_whole(port, header):
    status, headers, data = ask(port, "/checkpoint", Range=header)
    assert (status, "Content-Range" in headers) == (200, False)
    assert int(headers["Content-Length"]) == len(data)


def test_a_range_of_the_very_same_file_is_the_whole(port):
    assert ask(port, "/checkpoint", Range="bytes=0-1", **{"If-Range": '"x"'})[0] == 200


def test_the_head_of_a_range_comes_without_it(port):
    status, headers, data = ask(port, "/checkpoint", "HEAD", Range="bytes=0-9")
    assert (status, headers["Content-Length"], data) == (206, "10", b"")


HIDDEN = [
    "/../secret",
    "/..%2fsecret",
    "/.lock",
    "/.incoming/x",
    "/tile",
    "/",
    "/checkpoint?x",
    "/evidence/fork.5.ab/ours",
    "/entries.jsonl/",
    "/blob/ab",
    "/x",
]


@pytest.mark.parametrize("path", HIDDEN)
def test_nothing_else_is_there(port, path):
    status, headers, data = ask(port, path)
    assert (status, headers["Cache-Control"], data) == (404, "no-store", b"Not found\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_changed(port, method):
    assert ask(port, "/checkpoint", method)[0] == 501


@pytest.fixture
def hurried(monkeypatch):
    """Make the server's clock go so many seconds on with every piece that it sends."""

    def hurry(seconds):
        clock = itertools.count(0, seconds)
        monkeypatch.setattr(patience, "monotonic", lambda: next(clock))
        monkeypatch.setattr(small_server, "monotonic", lambda: next(clock))

    return hurry


def long_blob(folder, pieces=64):
    data = bytes(range(256)) * (256 * pieces)  # 64 KiB each
    digest = hashlib.sha256(data).hexdigest()
    (folder / "blob" / digest).write_bytes(data)
    return f"/blob/{digest}", data


def test_a_long_answer_has_the_time_that_its_length_needs(port, folder, hurried):
    path, data = long_blob(folder)
    hurried(1.5)  # 96 s for all of it; a request has 20
    status, _, found = ask(port, path)
    assert (status, found == data) == (200, True)


def test_whoever_takes_a_long_answer_too_slowly_is_let_go(port, folder, hurried):
    path, _ = long_blob(folder)
    hurried(5)  # 320 s, where 148 are enough
    with pytest.raises(http.client.IncompleteRead):
        ask(port, path)


def test_whoever_takes_nothing_is_let_go(server, folder, monkeypatch):
    path, data = long_blob(folder, pieces=512)
    monkeypatch.setattr(small_server, "DEADLINE", 0.3)
    ended = threading.Event()
    monkeypatch.setattr(server, "handle_error", lambda *_: None)
    monkeypatch.setattr(server, "shutdown_request", lambda peer: (peer.close(), ended.set()))
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=60) as peer:
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert ended.wait(60)
        found = 0
        while part := peer.recv(1 << 20):
            found += len(part)
    assert found < len(data)
