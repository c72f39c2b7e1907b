# SPDX-License-Identifier: AGPL-3.0-or-later
"""SIGKILL, for real, before and after every write step of an append: one log, and no receipt in vain."""

import base64

import pytest

from bulletin_board import reader
from bulletin_board.log import merkle
from bulletin_board.log.checkpoint import open_checkpoint
from bulletin_board.sources import FolderSource
from bulletin_board.tile_hashes import TileHashes
from tests.integration.boards import KEY
from tests.integration.test_board_processes import finish, run

__all__ = ["run"]  # a fixture
WRITES = ("database INSERT", "database commit", "file fsync", "file rename")


@pytest.fixture
def said(run, tmp_path):  # the fixture
    """What the killed processes and those after them said, by its first word."""
    worker = run("-m", "tests.integration.dying_worker", str(tmp_path / "heads"), str(tmp_path / "board"))
    found = {"signed": [], "receipt": [], "killed": [], "failed": []}
    for line in finish(worker).splitlines():
        word, rest = line.split(" ", 1)
        found[word].append(rest)
    return found


def test_killed_at_every_write_step_nothing_is_lost_and_nothing_forks(said, tmp_path):
    assert said["failed"] == []
    steps = {step.split(" ", 2)[2] for step in said["killed"]}
    assert steps >= set(WRITES)
    assert len(said["killed"]) == 2 * len({step.split(" ")[0] for step in said["killed"]})

    source = FolderSource(tmp_path / "board")
    head = reader.open_checkpoint(source, KEY)
    payloads = [reader.read_payload(source, entry).decode() for entry, _ in reader.iter_entries(source, head)]
    assert len(payloads) == len(set(payloads)) == head.size

    hashes = TileHashes(source, head.size)
    for note in map(base64.b64decode, said["signed"]):
        signed = open_checkpoint(note, KEY)
        assert merkle.root(signed.size, hashes) == signed.root
    for receipt in said["receipt"]:
        seq, payload = receipt.split(" ")
        assert payloads[int(seq)] == payload
    # Every process that was not killed went on.
    later = [name for name in payloads if name.endswith("-later")]
    assert len(later) == len(said["killed"])
