# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes over a socket until a deadline, however slowly it goes; for both of its ends.

The time-out of a socket begins anew with every byte. A deadline does not: whoever sends a byte at a time, or
an answer without end, is let go at the same moment as everybody else. Times are those of `time.monotonic`.
"""

import io
import math
import socket
from time import monotonic


def time_left(until: float) -> float:
    """Return how many seconds there are until then; raises TimeoutError if there are none."""
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError("not finished in time")
    return left


class PatientReader(io.RawIOBase):
    """The bytes that come, until `until`; `idle` s without any are too many."""

    def __init__(self, connection: socket.socket, until: float, *, idle: float = math.inf) -> None:
        self._connection = connection
        self._bytes = connection.makefile("rb", buffering=0)  # keeps the socket open while it is read
        self._idle = idle
        self.until = until

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]  # Buffer is of Python 3.12
        """Read some bytes; raises TimeoutError."""
        self._connection.settimeout(min(time_left(self.until), self._idle))
        return self._bytes.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self._bytes.close()
        super().close()


class PatientWriter(io.BufferedIOBase):
    """Takes the bytes that go, until `until`; `idle` s for what is written at once are too many."""

    def __init__(self, connection: socket.socket, until: float, *, idle: float = math.inf) -> None:
        self._connection = connection
        self._idle = idle
        self.until = until

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]  # Buffer is of Python 3.12
        """Write them all; raises TimeoutError."""
        self._connection.settimeout(min(time_left(self.until), self._idle))
        self._connection.sendall(data)
        return len(data)
