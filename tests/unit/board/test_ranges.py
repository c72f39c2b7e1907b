# SPDX-License-Identifier: AGPL-3.0-or-later
"""One range of bytes, as RFC 9110 has it; anything else means the whole."""

import pytest

from bulletin_board.errors import RangeNotSatisfiable
from bulletin_board.ranges import requested

LENGTH = 1_000


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-999", (0, 1_000)),
        ("bytes=500-", (500, 1_000)),
        ("bytes=999-", (999, 1_000)),
        ("bytes=500-9999", (500, 1_000)),
        ("bytes=-1", (999, 1_000)),
        ("bytes=-1000", (0, 1_000)),
        ("bytes=-5000", (0, 1_000)),
        ("bytes = 0-0", (0, 1)),
    ],
)
def test_one_range_is_understood(header, expected):
    assert requested(header, LENGTH) == expected


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=0-1,5-6",
        "bytes=a-b",
        "bytes=+1-2",
        "bytes=1_0-20",
        "bytes=٠-٩",
        "bytes=0x1-2",
        "bytes=1.0-2",
        "lines=0-1",
        "bytes=0-1\n",
        "bytes=" + "9" * 16 + "-",
        "bytes=" + "9" * 5_000 + "-",
    ],
)
def test_whatever_else_is_asked_for_is_the_whole(header):
    assert requested(header, LENGTH) is None


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=999999999999999-", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_and_the_length_told(header):
    with pytest.raises(RangeNotSatisfiable) as refusal:
        requested(header, LENGTH)
    assert refusal.value.expected == LENGTH


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-5"])
def test_nothing_can_be_taken_from_nothing(header):
    with pytest.raises(RangeNotSatisfiable):
        requested(header, 0)
