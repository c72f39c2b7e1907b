# SPDX-License-Identifier: AGPL-3.0-or-later
"""One honest election, made once; attacks work on copies of its entries."""

import pytest

from tests.simulator import World, simulate


@pytest.fixture(scope="session")
def world() -> World:
    return simulate()
