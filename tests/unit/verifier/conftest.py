# SPDX-License-Identifier: AGPL-3.0-or-later
"""One honest record, in memory and as a folder."""

import pytest

from tally.test_modulus import VALUE, VARIABLE
from tests.simulator import MemorySource, World, simulate


@pytest.fixture(scope="session")
def world() -> World:
    return simulate()


@pytest.fixture(autouse=True)
def _small_keys(monkeypatch):
    monkeypatch.setenv(VARIABLE, VALUE)


@pytest.fixture
def folder_of(tmp_path_factory):
    """Write a board into a folder, as it is exported."""

    def write(board: MemorySource):
        folder = tmp_path_factory.mktemp("board")
        for path, data in board.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        return folder

    return write
