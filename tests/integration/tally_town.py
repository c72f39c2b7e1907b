# SPDX-License-Identifier: AGPL-3.0-or-later
"""A closed town whose three trustees must all decrypt, and another ending of the same election."""

from functools import cache

from tests import stations
from tests.simulator import World


@cache
def town_of_three() -> World:
    """3 of 3: nobody can be left out."""
    return stations.closed_town(trustees=stations.trustees(threshold=3))


@cache
def town_with_another_ending() -> World:
    """The same election, one ballot short: the second set of a server that wants to learn that ballot."""
    world = stations.open_town(trustees=stations.trustees(threshold=3))
    world.vote(0, {"mayor": {"ada": 1}, "school": {"dora": 1, "emil": 1}})
    world.vote(1, {"mayor": {"ben": 1}, "school": {"dora": 1}})
    world.vote(2, {"mayor": {"ada": 1}, "school": {"gus": 1}})
    world.close()
    return world
