# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept for good stays, whatever else is asked for, and nobody waits for another's key."""

import threading

import pytest

from voting.services.shelf import Shelf

PATIENCE = 60  # s


def unwanted() -> str:
    raise AssertionError("made twice")


def test_what_lasts_is_not_pushed_out_by_others() -> None:
    shelf: Shelf[int, str] = Shelf(2)
    shelf.get(0, lambda: "open", lasting=True)
    for key in range(1, 50):
        shelf.get(key, lambda: "over", lasting=False)
    assert shelf.get(0, unwanted, lasting=True) == "open"


def test_of_the_rest_the_last_ones_are_kept() -> None:
    shelf: Shelf[int, str] = Shelf(2)
    for key in (1, 2, 1, 3):
        shelf.get(key, lambda: "made", lasting=False)
    assert shelf.get(1, unwanted, lasting=False) == "made"
    assert shelf.get(3, unwanted, lasting=False) == "made"
    assert shelf.get(2, lambda: "made again", lasting=False) == "made again"


def test_what_does_not_last_any_more_goes_like_the_rest() -> None:
    shelf: Shelf[int, str] = Shelf(1)
    shelf.get(0, lambda: "open", lasting=True)
    assert shelf.get(0, unwanted, lasting=False) == "open"
    shelf.get(1, lambda: "over", lasting=False)
    assert shelf.get(0, lambda: "read again", lasting=False) == "read again"


def test_one_key_is_not_waited_for_by_another() -> None:
    shelf: Shelf[int, str] = Shelf(8)
    begun, go_on = threading.Event(), threading.Event()

    def make_slowly() -> str:
        begun.set()
        assert go_on.wait(PATIENCE)
        return "slow"

    slow = threading.Thread(target=lambda: shelf.get(1, make_slowly, lasting=False))
    slow.start()
    assert begun.wait(PATIENCE)
    assert shelf.get(2, lambda: "quick", lasting=True) == "quick"
    go_on.set()
    slow.join()
    assert shelf.get(1, unwanted, lasting=False) == "slow"


def test_two_who_ask_at_once_get_one() -> None:
    shelf: Shelf[int, object] = Shelf(8)
    together = threading.Barrier(8)
    found: list[object] = []

    def ask() -> None:
        together.wait(PATIENCE)
        found.append(shelf.get(1, object, lasting=True))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1


def test_a_failure_is_raised_and_tried_again() -> None:
    shelf: Shelf[int, str] = Shelf(8)
    with pytest.raises(ZeroDivisionError):
        shelf.get(1, lambda: str(1 // 0), lasting=True)
    assert shelf.get(1, lambda: "made", lasting=True) == "made"
