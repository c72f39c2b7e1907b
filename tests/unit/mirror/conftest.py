# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from bulletin_board.mirror.copy import Copy
from bulletin_board.mirror.following import follow
from tests.histories import LOG
from tests.simulator import MemorySource

NOW = 1_800_000_000


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """No test here cuts the power; thousands of files would take minutes."""
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "copy"


@pytest.fixture
def mirror(folder):
    """Follow a source's files by one step; the folder is read anew, as a new process would."""
    folder.mkdir()

    def step(files, *, now=NOW, **options):
        source = files if hasattr(files, "read") else MemorySource(files)
        return follow(source, Copy(folder, LOG.verifier_key), now=now, **options)

    return step
