# SPDX-License-Identifier: AGPL-3.0-or-later
"""Saying the same thing in the log now and then, where every request or sweep could say it again."""

import time
from collections.abc import Callable
from datetime import timedelta


class Rarely:
    """Whether it is time to say something again, in this process: the first time, then once in each `pause`.

    Threads that ask at the same moment may each be told that it is.
    """

    def __init__(self, pause: timedelta, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with the next time that somebody asks; `clock` is in seconds."""
        self._pause, self._clock = pause.total_seconds(), clock
        self._next: float | None = None

    def is_time(self) -> bool:
        """Whether it is; if so, the pause begins."""
        now = self._clock()
        if self._next is not None and now < self._next:
            return False
        self._next = now + self._pause
        return True
