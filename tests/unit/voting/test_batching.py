# SPDX-License-Identifier: AGPL-3.0-or-later
"""The batcher with work that the test holds up, so that it knows who waits."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from voting.errors import IntakeFailed, IntakeFull, IntakeTimeout, IntakeUndecided
from voting.services.batching import Batcher

LONG = 30.0  # s: never waited for if all is well
SHORT = 0.05


class Work:
    """Doubles numbers. Every call waits until it is let go; "stop" in a batch makes it fail."""

    def __init__(self) -> None:
        self.calls = []
        self.entered = threading.Semaphore(0)
        self.let_go = threading.Semaphore(0)

    def __call__(self, items: list[int]) -> list[int]:
        self.calls.append(list(items))
        self.entered.release()
        assert self.let_go.acquire(timeout=LONG)
        return [item * 2 for item in items]


@pytest.fixture
def work():
    return Work()


@pytest.fixture
def threads():
    with ThreadPoolExecutor(max_workers=32) as pool:
        yield pool


def batcher(work, *, largest=100, waiting=100, patience=LONG):
    return Batcher(work, largest=largest, waiting=waiting, patience=patience)


def held(work, together, threads, first=1):
    """One item is being worked on."""
    running = threads.submit(together.submit, first)
    assert work.entered.acquire(timeout=LONG)
    return running


def queue(together, threads, items):
    """The items wait in this order."""
    futures = []
    for item in items:
        before = len(together._queue)
        futures.append(threads.submit(together.submit, item))
        while len(together._queue) == before:
            time.sleep(0.001)
    return futures


def test_who_comes_alone_is_served_at_once():
    calls = []

    def work(items):
        calls.append(list(items))
        return items

    together = batcher(work)
    assert [together.submit(item) for item in "ab"] == ["a", "b"]
    assert calls == [["a"], ["b"]]


def test_what_comes_during_a_batch_makes_the_next_one_in_order_of_arrival(work, threads):
    together = batcher(work)
    first = held(work, together, threads)
    rest = queue(together, threads, range(2, 12))
    for _ in range(2):
        work.let_go.release()
    assert first.result(LONG) == 2
    assert [one.result(LONG) for one in rest] == [2 * item for item in range(2, 12)]
    assert work.calls == [[1], list(range(2, 12))]


def test_no_batch_is_larger_than_allowed(work, threads):
    together = batcher(work, largest=3)
    held(work, together, threads)
    rest = queue(together, threads, range(2, 9))
    for _ in range(4):
        work.let_go.release()
    assert [one.result(LONG) for one in rest] == [2 * item for item in range(2, 9)]
    assert work.calls == [[1], [2, 3, 4], [5, 6, 7], [8]]


def test_a_full_queue_refuses_at_once_and_loses_nobody(work, threads):
    together = batcher(work, waiting=2)
    first = held(work, together, threads)
    rest = queue(together, threads, (2, 3))
    with pytest.raises(IntakeFull):
        together.submit(4)
    for _ in range(2):
        work.let_go.release()
    assert [first.result(LONG), *(one.result(LONG) for one in rest)] == [2, 4, 6]


def test_who_waits_too_long_is_told_and_never_served(work, threads):
    together = batcher(work, patience=SHORT)
    first = held(work, together, threads)
    with pytest.raises(IntakeTimeout):
        together.submit(2)
    work.let_go.release()
    assert first.result(LONG) == 2
    assert work.calls == [[1]]


def test_who_waits_too_long_for_a_batch_under_way_is_told_that_it_may_still_be_done(work, threads):
    together = batcher(work, patience=0.5)
    first = held(work, together, threads)
    second, third = queue(together, threads, (2, 3))
    work.let_go.release()
    assert first.result(LONG) == 2
    assert work.entered.acquire(timeout=LONG)
    with pytest.raises(IntakeUndecided):
        third.result(LONG)
    work.let_go.release()
    assert second.result(LONG) == 4
    assert work.calls == [[1], [2, 3]]


@pytest.mark.parametrize("answers", [(), (1,), (1, 2, 3, 4)])
def test_work_that_answers_too_few_or_too_many_is_a_failure_of_work_alone(threads, answers):
    def work(items):
        return answers if len(items) > 1 else items

    gate = threading.Event()
    together = batcher(lambda items: (gate.wait(LONG), work(items))[1])
    rest = [threads.submit(together.submit, "first")]
    while together._queue:
        time.sleep(0.001)
    rest += queue(together, threads, "abc")
    gate.set()
    assert [one.result(LONG) for one in rest] == ["first", "a", "b", "c"]


def test_an_item_that_breaks_the_work_harms_no_other(work, threads):
    together = batcher(work)
    first = held(work, together, threads)
    rest = queue(together, threads, (2, None, 3))
    for _ in range(5):
        work.let_go.release()
    assert first.result(LONG) == 2
    assert (rest[0].result(LONG), rest[2].result(LONG)) == (4, 6)
    with pytest.raises(IntakeFailed):
        rest[1].result(LONG)
    assert work.calls == [[1], [2, None, 3], [2], [None], [3]]


def test_a_leader_that_dies_hangs_nobody(threads):
    gate, calls = threading.Event(), []

    def work(items):
        calls.append(list(items))
        gate.wait(LONG)
        if 1 in items:
            raise SystemExit
        return items

    together = batcher(work)
    dying = threads.submit(together.submit, 1)
    while not calls:
        time.sleep(0.001)
    rest = queue(together, threads, (2, 3))
    gate.set()
    assert [one.result(LONG) for one in rest] == [2, 3]
    assert isinstance(dying.exception(LONG), SystemExit)


def test_followers_of_a_leader_that_dies_are_told(threads):
    gate, calls = threading.Event(), []

    def work(items):
        calls.append(list(items))
        gate.wait(LONG)
        if 2 in items:
            raise SystemExit
        return items

    together = batcher(work)
    first = threads.submit(together.submit, 1)
    while not calls:
        time.sleep(0.001)
    leader, follower = queue(together, threads, (2, 3))
    gate.set()
    assert first.result(LONG) == 1
    assert isinstance(leader.exception(LONG), SystemExit)
    with pytest.raises(IntakeFailed):
        follower.result(LONG)
    assert together.submit(4) == 4


@pytest.mark.parametrize("promoted", [True, False])
def test_a_thread_that_is_stopped_while_it_waits_passes_the_lead_on(work, threads, monkeypatch, promoted):
    together = batcher(work)
    first = held(work, together, threads)
    (second,) = queue(together, threads, (2,))
    ticket = together._queue[0]

    class Stopped:
        def wait(self, _):
            raise KeyboardInterrupt

        def set(self):
            pass

    monkeypatch.setattr("voting.services.batching.threading.Event", Stopped)
    if promoted:  # the lead comes to it just before it is stopped
        monkeypatch.setattr(Stopped, "wait", lambda _self, _patience: promote_last(together))
    with pytest.raises(KeyboardInterrupt):
        together.submit(3)
    assert promoted or [ticket] == list(together._queue)
    for _ in range(2):
        work.let_go.release()
    assert (first.result(LONG), second.result(LONG)) == (2, 4)


def promote_last(together):
    together._queue[-1].leads = True
    raise KeyboardInterrupt


def test_many_threads_get_each_their_own_answer(threads):
    calls = []

    def work(items):
        calls.append(len(items))
        return [item * 2 for item in items]

    together = batcher(work, largest=7)
    futures = [threads.submit(together.submit, item) for item in range(500)]
    assert [one.result(LONG) for one in futures] == [2 * item for item in range(500)]
    assert sum(calls) == 500
    assert max(calls) <= 7
