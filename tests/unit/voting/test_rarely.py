# SPDX-License-Identifier: AGPL-3.0-or-later
"""What could be said all the time is said now and then."""

from datetime import timedelta

from voting.rarely import Rarely


def test_it_is_time_at_first_and_once_in_each_pause():
    seconds = [1000.0]
    rarely = Rarely(timedelta(minutes=1), clock=lambda: seconds[0])
    told = []
    for later in (0, 1, 58.9, 0.1, 1, 600):
        seconds[0] += later
        told.append(rarely.is_time())
    assert told == [True, False, False, True, False, True]
