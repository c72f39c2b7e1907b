# SPDX-License-Identifier: AGPL-3.0-or-later
"""A witness over HTTP: POST <prefix>/add-checkpoint, and nothing else.

Specification: docs/spec/board.md, "Witnesses"; C2SP tlog-witness. A request has a deadline, a cap and one of
a fixed number of places; an answer never tells more than the name of a refusal. It logs no address. TLS is
the business of a proxy in front.
"""

import io
import logging
import socket
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic

from bulletin_board.errors import BoardError
from bulletin_board.log import submission
from bulletin_board.witness.errors import (
    Fork,
    Inconsistent,
    NotVouchedFor,
    StaleSize,
    UnknownLog,
    WitnessClockWentBack,
)
from bulletin_board.witness.witness import Witness

PLACES = 64  # connections at once
DEADLINE = 20.0  # s for one request, its arrival included; a kept connection may rest as long
_TEXT = "text/plain; charset=utf-8"
_STATUS: tuple[tuple[type[BoardError], HTTPStatus], ...] = (
    (UnknownLog, HTTPStatus.NOT_FOUND),
    (NotVouchedFor, HTTPStatus.FORBIDDEN),
    (StaleSize, HTTPStatus.CONFLICT),
    (Fork, HTTPStatus.CONFLICT),
    (Inconsistent, HTTPStatus.UNPROCESSABLE_ENTITY),
    (WitnessClockWentBack, HTTPStatus.SERVICE_UNAVAILABLE),
)
_log = logging.getLogger(__name__)


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness at (host, port); `clock` gives seconds since 1970."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], witness: Witness, *, prefix: str, clock: Callable[[], int]
    ) -> None:
        self.witness = witness
        self.clock = clock
        self.path = f"{prefix.rstrip('/')}/{submission.PATH}"
        self._places = threading.BoundedSemaphore(PLACES)
        super().__init__(address, _Handler)

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client: object) -> None:
        """Hand the connection to a thread, if one of the places is free; else drop it."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client)
        else:
            self.shutdown_request(request)

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client: object
    ) -> None:
        """Serve a connection, then free its place."""
        try:
            super().process_request_thread(request, client)
        finally:
            self._places.release()

    def handle_error(self, request: object, client: object) -> None:  # noqa: ARG002  # overridden
        """Say that a connection failed, without trace or address."""
        _log.warning("a connection failed: %s", type(sys.exception()).__name__)


class _Patient(io.RawIOBase):
    """The bytes of a socket until a deadline, however slowly they come."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.until = monotonic() + DEADLINE

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # Buffer is of Python 3.12
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    """One connection; several requests may come over it."""

    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "veritally-witness"
    sys_version = ""
    error_message_format = "%(code)d %(message)s\n"
    error_content_type = _TEXT

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._patient = _Patient(self.connection)
        self.rfile = io.BufferedReader(self._patient)

    def handle_one_request(self) -> None:
        self._patient.until = monotonic() + DEADLINE
        super().handle_one_request()

    def do_POST(self) -> None:
        if self.path != self.server.path:
            self._refuse(HTTPStatus.NOT_FOUND, "only add-checkpoint is served here")
            return
        length = self._length()
        if length is not None:
            self._answer(self.rfile.read(length))

    def _length(self) -> int | None:
        """The length of the body, or None after a refusal."""
        text = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not (text.isascii() and text.isdigit()):
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "a request has a Content-Length")
            return None
        if len(text) > len(str(submission.LIMIT)) or int(text) > submission.LIMIT:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long")
            return None
        return int(text)

    def _answer(self, body: bytes) -> None:
        try:
            lines = self.server.witness.add_checkpoint(body, now=self.server.clock())
        except StaleSize as error:
            self._send(HTTPStatus.CONFLICT, f"{error.size}\n".encode(), submission.SIZE_TYPE)
        except BoardError as error:
            status = next((code for kind, code in _STATUS if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)
            self._send(status, f"{type(error).__name__}: {error.message}\n".encode(), _TEXT)
            if isinstance(error, Fork | Inconsistent):
                _log.error("refused: %s", error)
        except Exception as error:  # noqa: BLE001  # the last barrier
            _log.error("failed: %s", type(error).__name__)  # no trace: it may quote a key
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "the witness failed")
        else:
            self._send(HTTPStatus.OK, lines, _TEXT)

    def _refuse(self, status: HTTPStatus, sentence: str) -> None:
        """Answer, and let the connection go: what else comes over it is not known."""
        self.close_connection = True
        self._send(status, f"{sentence}\n".encode(), _TEXT)

    def _send(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # overridden
        """No request is logged."""
