# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of a growing board: every entry is on one page, for ever on the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.presenters.paging import PAGE, window


@given(size=st.integers(1, 1000))
def test_every_entry_is_on_exactly_one_page(size: int) -> None:
    newest = window(size, "")
    assert newest is not None
    pages = [window(size, str(number)) for number in range(1, newest.pages + 1)]
    assert [seq for page in pages if page for seq in range(page.first, page.last + 1)] == list(range(size))


@given(size=st.integers(1, 1000), seq=st.integers(0, 999))
def test_an_entry_never_changes_its_page(size: int, seq: int) -> None:
    page = window(size, str(seq // PAGE + 1))
    assert page is None or page.first == seq // PAGE * PAGE


def test_the_newest_page_has_nothing_newer_and_the_first_nothing_older() -> None:
    newest, first = window(120, ""), window(120, "1")
    assert newest is not None
    assert first is not None
    assert (newest.newer, newest.older) == (None, 2)
    assert (first.newer, first.older) == (2, None)


@pytest.mark.parametrize("asked", ["0", "4", "-1", "+1", "01", "1 ", "x", "１", "²", "9" * 13])
def test_anything_else_is_no_page(asked: str) -> None:
    assert window(120, asked) is None


def test_an_empty_board_has_no_page() -> None:
    assert window(0, "") is None
