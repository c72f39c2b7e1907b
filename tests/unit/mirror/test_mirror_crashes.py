# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mirror killed at every single write: what is published is whole, and the next attempt ends the same."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from bulletin_board import reader
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.mirror.copy import Copy
from bulletin_board.mirror.following import follow
from bulletin_board.sources import FolderSource
from tests.histories import LOG, History, numbered
from tests.simulator import MemorySource

NOW = 1_800_000_000
OWN = Cosigner("mirror.example", b"\5" * 32)
FIRST, SECOND = 254, 259  # a full tile, and the next begun


def killed_at(count, *, before, files, folder):
    """Follow in a child that kills itself at its `count`-th rename; say whether it lived."""
    pid = os.fork()
    if pid == 0:  # pragma: no cover  # the child
        try:
            _die_at(count, before=before)
            follow(MemorySource(files), Copy(folder, LOG.verifier_key), now=NOW, cosigner=OWN)
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return not os.WIFSIGNALED(status)


def _die_at(count, *, before):  # pragma: no cover  # the child
    renames, true = [], Path.replace

    def replace(self, target):
        renames.append(target)
        if before and len(renames) == count:
            os.kill(os.getpid(), signal.SIGKILL)
        true(self, target)
        if len(renames) == count:
            os.kill(os.getpid(), signal.SIGKILL)

    Path.replace = replace


def check(folder, *sizes):
    source = FolderSource(folder)
    if not (folder / "checkpoint").exists():
        assert 0 in sizes
        return
    head = reader.open_checkpoint(source, LOG.verifier_key)
    assert head.size in sizes
    for envelope, _ in reader.iter_entries(source, head):
        reader.read_payload(source, envelope)
    lines = History().grow(*numbered(0, head.size)).lines()
    assert (folder / "entries.jsonl").read_bytes()[: len(lines)] == lines


@pytest.mark.parametrize("before", [True, False])
def test_killed_at_every_write_the_copy_is_whole_and_goes_on(tmp_path, before):
    begun = tmp_path / "begun"
    begun.mkdir()
    first = History().grow(*numbered(0, FIRST)).files()
    follow(MemorySource(first), Copy(begun, LOG.verifier_key), now=NOW, cosigner=OWN)
    second = History().grow(*numbered(0, SECOND)).files()
    wanted = tmp_path / "wanted"
    wanted.mkdir()
    follow(MemorySource(second), Copy(wanted, LOG.verifier_key), now=NOW, cosigner=OWN)
    for count in range(1, 100):
        folder = tmp_path / str(count)
        shutil.copytree(begun, folder)
        lived = killed_at(count, before=before, files=second, folder=folder)
        check(folder, FIRST, SECOND)
        follow(MemorySource(second), Copy(folder, LOG.verifier_key), now=NOW, cosigner=OWN)
        check(folder, SECOND)
        for name in ("checkpoint", "entries.jsonl"):
            assert (folder / name).read_bytes() == (wanted / name).read_bytes()
        if lived:
            break
    assert count > 10  # there were so many writes, and one more than the last of them
    assert lived


def test_killed_at_the_first_copy_nothing_or_all_is_published(tmp_path):
    files = History().grow(*numbered(0, 3)).files()
    for count in range(1, 100):
        folder = tmp_path / str(count)
        folder.mkdir()
        lived = killed_at(count, before=False, files=files, folder=folder)
        check(folder, 0, 3)
        follow(MemorySource(files), Copy(folder, LOG.verifier_key), now=NOW, cosigner=OWN)
        check(folder, 3)
        if lived:
            break
    assert lived
