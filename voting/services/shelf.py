# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is dear to make, kept by key: some of it for good, of the rest a few.

Nobody who asks for many others can push out what is kept for good, nor make its users wait: each key is made
under a lock of its own. Knows no election.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """Thread-safe; `room` is how many are kept of those that are not kept for good."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._guard = threading.Lock()  # of what follows; nothing is made under it
        self._lasting: dict[K, V] = {}
        self._passing: OrderedDict[K, V] = OrderedDict()
        self._making: dict[K, threading.Lock] = {}

    def get(self, key: K, make: Callable[[], V], *, lasting: bool) -> V:
        """Return what is kept, or make it; two who ask at once get one. Raises what `make` does."""
        with self._guard:
            found = self._find(key, lasting=lasting)
            if found is not None:
                return found
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._guard:
                found = self._find(key, lasting=lasting)
            if found is None:
                found = self._make(key, make, lasting=lasting)
        return found

    def _make(self, key: K, make: Callable[[], V], *, lasting: bool) -> V:
        try:
            made = make()
            with self._guard:
                self._put(key, made, lasting=lasting)
        finally:
            with self._guard:
                self._making.pop(key, None)
        return made

    def _find(self, key: K, *, lasting: bool) -> V | None:
        found = self._lasting.pop(key, None)
        if found is None:
            found = self._passing.pop(key, None)
        if found is not None:
            self._put(key, found, lasting=lasting)
        return found

    def _put(self, key: K, value: V, *, lasting: bool) -> None:
        if lasting:
            self._lasting[key] = value
            return
        self._passing[key] = value
        while len(self._passing) > self._room:
            self._passing.popitem(last=False)
