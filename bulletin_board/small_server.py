# SPDX-License-Identifier: AGPL-3.0-or-later
"""An HTTP server for one purpose, with the standard library alone: for witnesses and mirrors.

A request has a deadline, a connection one of a fixed number of places, an answer no more than it must say.
Whoever takes it too slowly is let go. No request and no address is logged, and no error shows a trace. TLS is
the business of a proxy in front.
"""

import io
import logging
import math
import socket
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import BinaryIO

from bulletin_board.patience import PatientReader, PatientWriter

PLACES = 64  # connections at once
DEADLINE = 20.0  # s for one request, its arrival included; a kept connection may rest as long
SLOWEST = 32_768  # bytes a second: how fast a long answer must be taken; DEADLINE is for each piece
TEXT = "text/plain; charset=utf-8"
_PIECE = 1 << 16  # bytes in memory of what is sent
_log = logging.getLogger(__name__)


class SmallServer(ThreadingHTTPServer):
    """Serves at (host, port) with a handler derived from SmallHandler."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type["SmallHandler"]) -> None:
        self._places = threading.BoundedSemaphore(PLACES)
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, handler)

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


class SmallHandler(BaseHTTPRequestHandler):
    """One connection; several requests may come over it."""

    protocol_version = "HTTP/1.1"
    server_version = "veritally"
    sys_version = ""
    error_message_format = "%(code)d %(message)s\n"
    error_content_type = TEXT

    def setup(self) -> None:
        """Read and write no longer than a deadline."""
        super().setup()
        self.rfile.close()
        self._coming = PatientReader(self.connection, monotonic() + DEADLINE)
        self._going = PatientWriter(self.connection, math.inf, idle=DEADLINE)
        self.rfile = io.BufferedReader(self._coming)
        self.wfile = self._going

    def handle_one_request(self) -> None:
        """Begin a new deadline with each request."""
        self._coming.until = monotonic() + DEADLINE
        self._going.until = math.inf  # set with the answer
        super().handle_one_request()

    def send(
        self,
        status: HTTPStatus,
        body: bytes,
        content_type: str = TEXT,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Answer; without the body if only the head was asked for."""
        self.stream(status, io.BytesIO(body), len(body), content_type, headers)

    def stream(
        self,
        status: HTTPStatus,
        body: BinaryIO,
        length: int,
        content_type: str,
        headers: tuple[tuple[str, str], ...],
    ) -> None:
        """Answer with the next `length` bytes of `body`, of which no more than a piece is held."""
        self._going.until = monotonic() + DEADLINE + length / SLOWEST
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            return
        while length > 0:
            piece = body.read(min(_PIECE, length))
            if not piece:  # it was cut meanwhile: what was promised is not there
                self.close_connection = True
                return
            self.wfile.write(piece)
            length -= len(piece)

    def refuse(self, status: HTTPStatus, sentence: str) -> None:
        """Answer, and let the connection go: what else comes over it is not known."""
        self.close_connection = True
        self.send(status, f"{sentence}\n".encode())

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # overridden
        """No request is logged."""
