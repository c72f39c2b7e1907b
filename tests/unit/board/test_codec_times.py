# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.codec import times
from bulletin_board.errors import WrongForm

moments = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))


@given(moments)
def test_every_moment_survives_the_round_trip(moment):
    assert times.decode(times.encode(moment)) == moment


def test_a_moment_of_another_zone_is_written_in_utc():
    there = timezone(timedelta(hours=2))
    assert times.encode(datetime(2026, 11, 22, 23, 45, tzinfo=there)) == "2026-11-22T21:45:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-22",
        "2026-11-22T21:45:00",
        "2026-11-22T21:45:00z",
        "2026-11-22t21:45:00Z",
        "2026-11-22 21:45:00Z",
        "2026-11-22T21:45:00+00:00",
        "2026-11-22T21:45:00.0Z",
        "2026-11-22T21:45Z",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-12-31T23:59:60Z",
        "0000-01-01T00:00:00Z",
        "12026-01-01T00:00:00Z",
        "2026-1-1T00:00:00Z",
        "2026-11-22T21:45:00Z\n",
        "\u0662026-11-22T21:45:00Z",
    ],
)
def test_another_spelling_of_a_time_is_refused(text):
    with pytest.raises(WrongForm):
        times.decode(text)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22, 21, 45),  # noqa: DTZ001  # a naive time is what is refused
        datetime(2026, 11, 22, 21, 45, 0, 1, tzinfo=UTC),
    ],
)
def test_a_time_without_zone_or_with_a_fraction_is_not_written(moment):
    with pytest.raises(WrongForm):
        times.encode(moment)
