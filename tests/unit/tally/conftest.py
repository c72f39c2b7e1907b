# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election that has just opened; ballots made in it change nothing of it."""

import pytest

from tests.simulator import World, open_world


@pytest.fixture(scope="session")
def world() -> World:
    return open_world(weights=(1, 1, 5, 2, 1, 1))
