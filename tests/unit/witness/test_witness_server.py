# SPDX-License-Identifier: AGPL-3.0-or-later
"""A witness over HTTP: the answers of C2SP tlog-witness, and what hostile clients get."""

import http.client
import logging
import socket
import threading

import pytest

from bulletin_board import small_server as module
from bulletin_board.log.cosignature import open_cosigned
from bulletin_board.log.note import Signer
from bulletin_board.log.submission import LIMIT
from bulletin_board.witness.server import WitnessServer
from tests.histories import LOG, ORIGIN, History, fork, numbered

NOW = 1_800_000_000
PATH = "/w/add-checkpoint"


@pytest.fixture
def clock():
    return {"now": NOW}


@pytest.fixture
def port(witness, clock):
    server = WitnessServer(("127.0.0.1", 0), witness, prefix="/w/", clock=lambda: clock["now"])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def post(port, body, path=PATH, method="POST", connection=None, **headers):
    own = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    own.request(method, path, body, headers)
    answer = own.getresponse()
    found = answer.status, answer.getheader("Content-Type"), answer.read()
    if connection is None:
        own.close()
    return found


def raw(port, data):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as peer:
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        found = b""
        while part := peer.recv(65_536):
            found += part
        return found


def test_a_good_submission_is_answered_with_signature_lines(port, cosigner):
    log = History().grow(*numbered(0, 5))
    status, _, lines = post(port, log.submission(0))
    assert status == 200
    assert lines.startswith("— press.example ".encode())
    assert open_cosigned(log.note() + lines, LOG.verifier_key, [cosigner.verifier_key], quorum=1)


def test_one_connection_serves_several_submissions(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    log = History().grow(*numbered(0, 5))
    post(port, log.submission(0), connection=connection)
    held = connection.sock
    assert post(port, log.submission(5), connection=connection)[0] == 200
    assert connection.sock is held
    connection.close()


def test_a_stale_size_is_answered_with_the_one_cosigned_last(port):
    log = History().grow(*numbered(0, 8))
    post(port, log.submission(0, 5))
    assert post(port, log.submission(3)) == (409, "text/x.tlog.size", b"5\n")


def test_a_fork_is_a_conflict_without_a_size(port):
    true, false = fork(3, 5)
    post(port, true.submission(0))
    status, kind, body = post(port, false.submission(5))
    assert (status, kind) == (409, "text/plain; charset=utf-8")
    assert body.startswith(b"Fork: a fork: two checkpoints of 5 entries have different roots")


def test_a_fork_that_has_grown_is_unprocessable(port):
    true, false = fork(3, 5)
    post(port, true.submission(0))
    status, _, body = post(port, false.grow(b"more").submission(5))
    assert status == 422
    assert b"not proved to extend the checkpoint of 5 entries" in body


CASES = {
    "an unknown log": (404, lambda: History(signer=Signer("x.example", b"L" * 32)).grow(b"x").submission(0)),
    "no good signature": (403, lambda: History(signer=Signer(ORIGIN, b"M" * 32)).grow(b"x").submission(0)),
    "old above new": (400, lambda: History().grow(b"x").submission(0, old=2)),
    "malformed": (400, lambda: b"old 0\n"),
    "nothing": (400, lambda: b""),
}


@pytest.mark.parametrize("case", CASES)
def test_every_refusal_has_its_status(port, case):
    status, make = CASES[case]
    assert post(port, make())[0] == status


def test_a_clock_that_went_back_is_no_verdict(port, clock):
    log = History().grow(*numbered(0, 5))
    post(port, log.submission(0))
    clock["now"] = NOW - 3_600
    assert post(port, log.submission(5))[0] == 503


@pytest.mark.parametrize(
    "path", ["/add-checkpoint", "/w/add-checkpoint/", "/w/../w/add-checkpoint", "/", "*"]
)
def test_nothing_else_is_served(port, path):
    assert post(port, b"", path=path)[0] == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_no_other_method_is_answered(port, method):
    status, kind, body = post(port, b"", method=method)
    assert (status, kind) == (501, "text/plain; charset=utf-8")
    assert b"<" not in body


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "", "+5", "\u0661"])
def test_a_length_that_is_none_is_refused(port, length):
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    assert raw(port, head.encode("utf-8")).startswith(b"HTTP/1.1 411")


def test_a_body_in_chunks_is_refused(port):
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    found = raw(port, head.encode())
    assert found.startswith(b"HTTP/1.1 411")
    assert found.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("length", [LIMIT + 1, 10**40])
def test_a_body_too_long_is_refused_unread(port, length):
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    assert raw(port, head.encode()).startswith(b"HTTP/1.1 413")


def test_a_body_that_is_cut_off_changes_nothing(port, store):
    body = History().grow(b"x").submission(0)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    assert b" 400 " in raw(port, head + body[:-9])
    assert store.head(ORIGIN).size == 0


def test_bytes_that_are_no_http_get_no_page(port):
    assert b"<" not in raw(port, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\n" * 3)


def test_a_client_that_sends_too_slowly_is_let_go(port, monkeypatch, store):
    monkeypatch.setattr(module, "DEADLINE", 0.2)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as peer:
        peer.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nold".encode())
        assert peer.recv(100) == b""
    assert store.head(ORIGIN).size == 0


def test_a_place_is_freed_when_its_connection_ends(witness, monkeypatch):
    monkeypatch.setattr(module, "PLACES", 1)
    server = WitnessServer(("127.0.0.1", 0), witness, prefix="", clock=lambda: NOW)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=30) as first:
            first.sendall(b"POST ")  # and no more: it holds the only place
            with socket.create_connection(("127.0.0.1", server.server_port), timeout=30) as second:
                assert second.recv(100) == b""
        for _ in range(600):
            try:
                status, _, _ = post(server.server_port, b"", path="/x")
            except (ConnectionError, http.client.HTTPException):
                threading.Event().wait(0.05)
                continue
            break
        assert status == 404
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_failure_shows_and_logs_no_more_than_its_name(port, witness, caplog, capfd):
    def failing(*_arguments, **_named):
        raise RuntimeError("PRIVATE+KEY")

    witness.add_checkpoint = failing
    with caplog.at_level(logging.DEBUG):
        status, _, body = post(port, b"x")
    assert (status, body) == (500, b"the witness failed\n")
    assert "failed: RuntimeError" in caplog.text
    assert "PRIVATE" not in caplog.text + "".join(capfd.readouterr())


def test_no_address_is_logged(port, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        post(port, b"x")
        raw(port, b"\x16\x03\n\n")
    assert "127.0.0.1" not in caplog.text + "".join(capfd.readouterr())
