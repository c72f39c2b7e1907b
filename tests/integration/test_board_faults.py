# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever step of an append fails, by a kill, a full disk or a broken one: the log is one, nothing is lost.

After every fault the log must extend everything that was ever signed, and hold every entry with a receipt.
What an old backup meets is in test_board_signing.py; real kills are in test_board_killed_at_every_step.py and
test_board_processes.py.
"""

import os
import shutil
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from bulletin_board import head_signing, publisher, reader, storage
from bulletin_board.errors import ClockWentBack
from bulletin_board.log import merkle
from bulletin_board.log.checkpoint import Checkpoint, open_checkpoint
from bulletin_board.log.proof import InclusionProof, check_proof
from bulletin_board.models import SignedHead
from bulletin_board.rows import StoredHashes
from bulletin_board.sources import FolderSource
from tests.integration import disks, faults
from tests.integration.boards import KEY, NOW, ORIGIN, SIGNER, append, numbered
from tests.integration.faults import Killed

pytestmark = pytest.mark.django_db(transaction=True)
FAULTS = {"killed": faults.killed, "disk full": faults.disk_full}


class History:
    """All that was ever signed, given out or not, and every receipt with its entry."""

    def __init__(self, monkeypatch) -> None:
        self.signed: list[Checkpoint] = []
        self.receipts: list[tuple[bytes, bytes]] = []
        plain = head_signing.sign_note

        def sign(text, signer):
            note = plain(text, signer)
            self.signed.append(open_checkpoint(note, KEY))
            return note

        monkeypatch.setattr(head_signing, "sign_note", sign)

    def cast(self, log, *payloads):
        """What the intake does: append, sign, give receipts."""
        envelopes = append(log, *payloads)
        publisher.sign_head(log, SIGNER)
        made = publisher.receipts(log, [envelope.seq for envelope in envelopes])
        self.receipts += [(envelope.to_bytes(), made[envelope.seq]) for envelope in envelopes]

    def holds(self, log) -> None:
        """The log as it is now extends every checkpoint, each of which stands alone at its size."""
        publisher.sign_head(log, SIGNER)
        assert {head.size for head in self.signed} <= set(range(log.entries.count() + 1))
        for head in self.signed:
            assert merkle.root(head.size, StoredHashes(log)) == head.root
        assert len({(head.size, head.root) for head in self.signed}) == len(
            {head.size for head in self.signed}
        )
        for envelope, receipt in self.receipts:
            proof = InclusionProof.from_bytes(receipt)
            check_proof(proof, envelope, KEY)
            assert bytes(log.entries.get(seq=proof.index).envelope) == envelope


@pytest.fixture
def history(monkeypatch, settings, tmp_path):
    settings.VERITALLY_HEADS_DIR = tmp_path / "heads"
    return History(monkeypatch)


@pytest.fixture
def log(history):
    log = storage.create_log(ORIGIN)
    history.cast(log, *numbered(3))
    return log


def count(log) -> int:
    """How many steps an append takes; the steps that it took are durable."""
    with faults.at(None) as steps:
        append(log, b"counted 1", b"counted 2")
        publisher.sign_head(log, SIGNER)
    assert {"database INSERT", "database commit", "file fsync", "file rename"} <= set(steps.names)
    return len(steps.names)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_write_step_loses_and_forks_nothing(log, history, fault, after):
    for number in range(count(log)):
        before = log.entries.count()
        with faults.at(number, FAULTS[fault], after=after) as steps, pytest.raises((Killed, OSError)):
            history.cast(log, f"cut off at {number}, {fault}".encode(), b"and another %d" % number)
        assert steps.struck
        assert log.entries.count() in {before, before + 2}  # all of a transaction, or nothing
        history.holds(log)
        history.cast(log, f"after {number}, {fault}".encode())
        history.holds(log)


def test_what_was_cut_off_can_be_sent_again(log, history):
    for number in range(count(log)):
        payload = b"sent again %d" % number
        with faults.at(number) as steps, suppress(Killed):
            history.cast(log, payload)
        assert (
            steps.struck or log.entries.filter(payload__data=payload).exists()
        )  # one entry takes fewer steps
        if not log.entries.filter(payload__data=payload).exists():
            history.cast(log, payload)
        publisher.sign_head(log, SIGNER)
        entry = log.entries.get(payload__data=payload)
        assert InclusionProof.from_bytes(publisher.receipt(log, entry.seq)).index == entry.seq
    history.holds(log)


def test_a_failed_fsync_is_never_tried_again(log, history):
    append(log, b"x")
    with faults.at(0, faults.disk_broken, only="file") as steps, pytest.raises(OSError, match="Input/output"):
        publisher.sign_head(log, SIGNER)
    assert steps.names == ["file fsync"]
    assert SignedHead.objects.filter(log=log).count() == 1
    history.holds(log)


def test_nothing_signed_leaves_the_server_before_it_is_remembered(log, history):
    append(log, b"x")
    for number in range(3):
        with faults.at(number, faults.disk_full, only="file"), pytest.raises(OSError, match="No space"):
            publisher.sign_head(log, SIGNER)
        assert SignedHead.objects.filter(log=log).count() == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite alone can be told to be full")
def test_a_database_that_says_it_is_full_takes_all_or_nothing_and_goes_on_later(log, history):
    before = log.entries.count()
    with connection.cursor() as cursor:
        free, pages = (cursor.execute(f"PRAGMA {name}_count").fetchone()[0] for name in ("freelist", "page"))
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            with pytest.raises(OperationalError, match="full"):
                history.cast(log, *(b"%d" % number + bytes(4_096) for number in range(free + 9)))
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert log.entries.count() == before
    history.holds(log)
    history.cast(log, b"there is room again")
    history.holds(log)


def test_a_clock_that_went_backwards_appends_nothing(log, history):
    before = log.entries.count()
    with pytest.raises(ClockWentBack):
        append(log, b"x", now=NOW - timedelta(hours=1))
    assert log.entries.count() == before
    history.holds(log)


FOLDER_FAULTS = [  # a step that is done and then said to have failed is a failed fsync: see disks.py
    pytest.param(faults.killed, False, id="killed before"),
    pytest.param(faults.killed, True, id="killed after"),
    pytest.param(faults.disk_full, False, id="disk full"),
    pytest.param(faults.disk_broken, False, id="disk broken"),
]


@pytest.fixture
def _no_fsync(monkeypatch):
    """The real disk keeps nothing for us here: what it was asked to keep is told by disks.py."""
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)


@pytest.fixture
def exported(log, history, tmp_path, _no_fsync):
    """A folder of an earlier state; since then a tile has filled up, and others have been begun."""
    history.cast(log, *numbered(249, start=3))
    storage.put_commitments(log, "ab" * 32, b"kept")
    publisher.export(log, tmp_path / "exported")
    for count in (2, 2, 1, 3):  # 254, 256, 257, 260
        history.cast(log, *numbered(count, start=log.entries.count()))
    storage.put_commitments(log, "cd" * 32, b"new")
    storage.drop_commitments(log, "ab" * 32)
    return tmp_path / "exported"


def copied(exported, folder):
    """A copy of a folder; files that are only ever replaced are the same on the disk."""
    shutil.copytree(exported, folder, copy_function=os.link)
    (folder / "entries.jsonl").unlink()
    shutil.copyfile(exported / "entries.jsonl", folder / "entries.jsonl")
    return folder


def keeps_all(disk, folder) -> None:
    """All that the checkpoint that is about to be put there covers would be there after a power cut."""
    files = [file for kind in ("tile", "blob") for file in (folder / kind).rglob("*")]
    files += [folder / "log.vkey", folder / "entries.jsonl"]
    assert [str(file) for file in files if not disk.keeps(file)] == []


def names(folder):
    return {str(file.relative_to(folder)) for file in folder.rglob("*")}


@pytest.mark.parametrize(("fault", "after"), FOLDER_FAULTS)
def test_a_published_folder_is_whole_after_a_fault_at_any_step(log, exported, tmp_path, fault, after):
    before, counted = len(read(exported)), copied(exported, tmp_path / "counted")
    with faults.at(None) as steps, disks.watched(counted, keeps_all):
        publisher.export(log, counted)
    assert {"file fsync", "file rename", "folder mkdir", "folder rmdir"} <= set(steps.names)
    for number in range(len(steps.names)):
        folder = copied(exported, tmp_path / f"{number}")
        with disks.watched(folder, keeps_all):
            with (
                faults.at(number, fault, after=after) as struck,
                pytest.raises((Killed, OSError)),
            ):
                publisher.export(log, folder)
            assert struck.struck
            assert len(read(folder)) in {before, log.entries.count()}
            publisher.export(log, folder)
        assert len(read(folder)) == log.entries.count()
        assert names(folder) == names(counted)


@pytest.mark.usefixtures("_no_fsync")
@pytest.mark.parametrize(("fault", "after"), FOLDER_FAULTS)
def test_a_new_folder_is_whole_after_a_fault_at_any_step(log, tmp_path, fault, after):
    (tmp_path / "counted").mkdir()
    with faults.at(None) as steps:
        publisher.export(log, tmp_path / "counted" / "spring")
    for number in range(len(steps.names)):
        folder = tmp_path / f"{number}" / "spring"
        folder.parent.mkdir()
        with disks.watched(folder.parent, keeps_all):
            with faults.at(number, fault, after=after), pytest.raises((Killed, OSError)):
                publisher.export(log, folder)
            assert not (folder / "checkpoint").exists() or read(folder)
            publisher.export(log, folder)
        assert len(read(folder)) == log.entries.count()
        assert names(folder) == names(tmp_path / "counted" / "spring")


def read(folder) -> list[bytes]:
    source = FolderSource(folder)
    head = reader.open_checkpoint(source, KEY)
    return [reader.read_payload(source, envelope) for envelope, _ in reader.iter_entries(source, head)]
