# SPDX-License-Identifier: AGPL-3.0-or-later
"""HTTP requests that end at a deadline, whatever the server does; with the standard library alone.

The deadline binds everything but the look-up of the server's name, which ends when the system's resolver
gives up. No redirect is followed.
"""

import http.client
import io
import math
import socket
from functools import partial
from time import monotonic

from bulletin_board.patience import PatientReader, time_left

__all__ = ["BoundedClient", "HTTPResponse"]

HTTPResponse = http.client.HTTPResponse
_PORTS = {"http": 80, "https": 443}


class BoundedClient:
    """One server, over one connection that is kept; `idle` s without a byte are too many. For one thread."""

    def __init__(self, scheme: str, host: str, port: int | None, *, idle: float = math.inf) -> None:
        kind = _Tls if scheme == "https" else _Plain
        # With the port: http.client takes the end of an IPv6 address for one.
        self._connection = kind(host, port or _PORTS[scheme])
        self._idle = idle

    def close(self) -> None:
        """Close the connection; the next request opens one."""
        self._connection.close()

    def request(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], *, seconds: float
    ) -> HTTPResponse:
        """Return the answer, whose body must be read within these seconds, too.

        A server may close a connection that rests: then the request is sent once more, over a new one. Raises
        OSError, TimeoutError among others, or HTTPException.
        """
        until = monotonic() + seconds
        self._connection.bind(until, self._idle)
        try:
            return self._request(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionError):
            self.close()
            return self._request(method, path, body, headers)

    def _request(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> HTTPResponse:
        self._connection.request(method, path, body, headers)
        answer: HTTPResponse = self._connection.getresponse()
        return answer


class _Plain(http.client.HTTPConnection):
    """A connection whose every step keeps to the deadline that was set last."""

    _until = _idle = math.inf

    def bind(self, until: float, idle: float) -> None:
        """Let everything end at `until`."""
        self._until, self._idle = until, idle
        self.response_class = partial(_Answer, until=until, idle=idle)  # type: ignore[assignment]  # is called
        if self.sock is not None:
            self._hurry()

    def connect(self) -> None:
        """Connect to the first of the host's addresses that answers in its share of the time."""
        self.sock = self._dial()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._hurry()

    def _hurry(self) -> None:
        self.sock.settimeout(min(time_left(self._until), self._idle))

    def _dial(self) -> socket.socket:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        for rest in range(len(found), 0, -1):
            family, kind, protocol, _, address = found[-rest]
            made = socket.socket(family, kind, protocol)
            try:
                made.settimeout(min(time_left(self._until) / rest, self._idle))
                made.connect(address)
            except OSError:
                made.close()
                if rest == 1:
                    raise
            else:
                return made
        raise ConnectionRefusedError("the host has no address")


class _Tls(http.client.HTTPSConnection, _Plain):
    """The same under TLS: HTTPSConnection wraps what `_Plain.connect` has made."""


class _Answer(http.client.HTTPResponse):
    """An answer that is read until a deadline: its status, its headers, its body, and what comes before."""

    def __init__(
        self,
        sock: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
        *,
        until: float,
        idle: float,
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        self.fp.close()
        self.fp = io.BufferedReader(PatientReader(sock, until, idle=idle))
