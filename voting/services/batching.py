# SPDX-License-Identifier: AGPL-3.0-or-later
"""Group commit: what several threads bring while one of them is working is done together, next.

There is no thread of its own that could die or be forgotten by a fork: whoever arrives first leads, does the
work for all who wait, and then hands the lead to the first of those who came meanwhile. Who comes alone waits
for nobody. It knows neither ballots nor databases (docs/spec/intake.md, "Together").
"""

import logging
import threading
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from voting.errors import IntakeFailed, IntakeFull, IntakeTimeout, IntakeUndecided

Item = TypeVar("Item")
Answer = TypeVar("Answer")
_log = logging.getLogger(__name__)


class _Ticket(Generic[Item, Answer]):
    """One thread's item; `woken` is set when it is answered, or when its thread is to lead."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.woken = threading.Event()
        self.leads = False
        self.answers: list[Answer] = []  # one, when there is one

    def answer(self) -> Answer:
        if not self.answers:
            raise IntakeFailed("something failed here; whether it was done is not known")
        return self.answers[0]


class Batcher(Generic[Item, Answer]):
    """Calls `work` with lists of items, one call at a time, in order of arrival.

    `largest` is the most items of one call, `waiting` the most that wait for theirs, and `patience` how long
    one waits, in seconds.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Answer]],
        *,
        largest: int,
        waiting: int,
        patience: float,
    ) -> None:
        self._work = work
        self._largest = largest
        self._waiting = waiting
        self._patience = patience
        self._lock = threading.Lock()
        self._queue: deque[_Ticket[Item, Answer]] = deque()
        self._is_led = False

    def submit(self, item: Item) -> Answer:
        """Return the answer to `item`.

        Raises IntakeFull, IntakeTimeout: it was not looked at. IntakeUndecided, IntakeFailed: it may have
        been done.
        """
        ticket: _Ticket[Item, Answer] = _Ticket(item)
        with self._lock:
            if len(self._queue) >= self._waiting:
                raise IntakeFull("too many are waiting", expected=self._waiting)
            self._queue.append(ticket)
            if not self._is_led:
                self._is_led = ticket.leads = True
        if ticket.leads or self._wait(ticket):
            self._lead()
        return ticket.answer()

    def _wait(self, ticket: _Ticket[Item, Answer]) -> bool:
        """Wait for the answer, or for the lead: then True."""
        try:
            ticket.woken.wait(self._patience)
        except BaseException:
            self._leave(ticket)
            raise
        with self._lock:
            if ticket.woken.is_set():
                return ticket.leads
            if ticket in self._queue:
                self._queue.remove(ticket)
                raise IntakeTimeout("waited too long for those before")
        raise IntakeUndecided("this takes too long; whether it was done is not known")

    def _leave(self, ticket: _Ticket[Item, Answer]) -> None:
        """The thread is stopped while it waits: the others go on without it."""
        with self._lock:
            if ticket in self._queue:
                self._queue.remove(ticket)
            if ticket.leads:
                self._hand_over()

    def _lead(self) -> None:
        """Do what waits, up to `largest`; whatever happens, everyone is woken and the lead handed over."""
        with self._lock:
            tickets = [self._queue.popleft() for _ in range(min(self._largest, len(self._queue)))]
        try:
            self._answer(tickets)
        finally:
            for ticket in tickets:
                ticket.woken.set()
            with self._lock:
                self._hand_over()

    def _hand_over(self) -> None:
        self._is_led = bool(self._queue)
        if self._queue:
            self._queue[0].leads = True
            self._queue[0].woken.set()

    def _answer(self, tickets: Sequence[_Ticket[Item, Answer]]) -> None:
        """Together; if that fails, each by itself, so that nobody fails because of another."""
        try:
            answers = self._work([ticket.item for ticket in tickets])
            for ticket, answer in zip(tickets, answers, strict=True):
                ticket.answers.append(answer)
        except Exception as error:  # noqa: BLE001  # the last barrier
            where = "".join(traceback.format_tb(error.__traceback__))  # no message: it may quote a ballot
            _log.error("a batch of %d failed: %s\n%s", len(tickets), type(error).__name__, where)
            for ticket in tickets if len(tickets) > 1 else ():
                ticket.answers.clear()
                self._answer([ticket])
