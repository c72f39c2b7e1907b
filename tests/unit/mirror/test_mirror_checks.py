# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mirror looks after its own copy: what it cosigns is there, and is hashed again within a set time."""

import hashlib
from collections import Counter

import pytest

from bulletin_board import layout, reader
from bulletin_board.errors import NotFound, PayloadMismatch, RootMismatch
from bulletin_board.log.cosignature import Cosigner, open_cosigned
from bulletin_board.mirror import checking
from bulletin_board.mirror.errors import BoardForked
from bulletin_board.sources import FolderSource
from tests.histories import LOG, History, fork, numbered

NOW = 1_800_000_000
OWN = Cosigner("mirror.example", b"\5" * 32)
SIZE = 600  # two full bundles, and a third begun
DAY = checking.EVERY


@pytest.fixture
def log():
    return History().grow(*numbered(0, SIZE))


@pytest.fixture
def held(mirror, log):
    """The files of the board that is copied."""
    files = log.files()
    mirror(files, cosigner=OWN)
    return files


def blob_of(log, seq):
    return layout.blob_path(hashlib.sha256(log.payloads[seq]).hexdigest())


def spoil(file):
    data = file.read_bytes()
    file.write_bytes(bytes([data[0] ^ 1]) + data[1:])


def whole(folder, log):
    """Say whether every file is what the board's is."""
    wanted = {**log.files(), layout.LINES: log.lines()}
    del wanted[layout.CHECKPOINT]
    return all((folder / path).exists() and (folder / path).read_bytes() == wanted[path] for path in wanted)


def cosigned_at(folder):
    data = (folder / "checkpoint").read_bytes()
    (word,) = open_cosigned(data, LOG.verifier_key, [OWN.verifier_key], quorum=1).cosignatures
    return word.time


def test_a_folder_that_is_not_there_is_made(mirror, folder, log):
    folder.rmdir()
    mirror(log.files())
    assert whole(folder, log)


FILES = ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001", "tile/entries/002.p/88"]


@pytest.mark.parametrize("path", [*FILES, "blob"])
def test_a_file_that_is_missing_is_fetched_at_the_next_step(mirror, folder, log, held, path):
    (folder / (blob_of(log, 300) if path == "blob" else path)).unlink()
    mirror(held, cosigner=OWN, now=NOW + 60)
    assert whole(folder, log)
    assert cosigned_at(folder) == NOW + 60


@pytest.mark.parametrize("path", [*FILES, "blob"])
def test_a_flipped_bit_is_found_within_a_day_and_put_right(mirror, folder, log, held, path):
    spoil(folder / (blob_of(log, 300) if path == "blob" else path))
    mirror(held, cosigner=OWN, now=NOW + DAY)
    assert whole(folder, log)
    assert cosigned_at(folder) == NOW + DAY


@pytest.mark.parametrize("damage", ["missing", "another"])
def test_nothing_is_cosigned_while_the_source_lacks_what_is_missing(mirror, folder, log, held, damage):
    path = blob_of(log, 300)
    (folder / path).unlink()
    spoilt = {name: data for name, data in held.items() if name != path}
    if damage == "another":
        spoilt[path] = b"another"
    for after in (60, 120):
        with pytest.raises(NotFound if damage == "missing" else PayloadMismatch):
            mirror(spoilt, cosigner=OWN, now=NOW + after)
        assert cosigned_at(folder) == NOW
    mirror(held, cosigner=OWN, now=NOW + 180)
    assert cosigned_at(folder) == NOW + 180
    assert whole(folder, log)


def test_damage_is_put_right_of_the_boards_entries_and_no_others(mirror, folder, log, held):
    (folder / "tile/entries/001").unlink()
    lies = {path: data for path, data in fork(SIZE, SIZE)[1].files().items() if "entries" in path}
    other = History().grow(*numbered(0, SIZE, "other")).files()
    lies |= {path: data for path, data in other.items() if "entries" in path}
    with pytest.raises(RootMismatch):
        mirror({**held, **lies}, cosigner=OWN, now=NOW + 60)
    assert cosigned_at(folder) == NOW
    assert not (folder / "evidence").exists()


@pytest.mark.parametrize("length", [SIZE, SIZE + 9])
def test_a_damaged_copy_follows_no_fork(mirror, folder, log, held, length):
    (folder / "tile/entries/001").unlink()
    before = (folder / "checkpoint").read_bytes()
    with pytest.raises(BoardForked):
        mirror(History().grow(*numbered(0, length, "other")).files(), cosigner=OWN, now=NOW + 60)
    assert (folder / "checkpoint").read_bytes() == before
    assert (folder / "evidence").exists()


def test_a_damaged_copy_is_put_right_and_follows_at_once(mirror, folder, log, held):
    (folder / "tile/entries/001").unlink()
    spoil(folder / "tile/1/000.p/2")
    assert mirror(log.grow(*numbered(SIZE, 800)).files(), now=NOW + 60).size == 800
    assert whole(folder, log)


def test_an_entry_beside_which_new_ones_are_put_is_not_copied_damaged(mirror, folder, log, held):
    file = folder / "tile/entries/002.p/88"
    data = file.read_bytes()
    at = data.index(b'"ballot"', 9)
    file.write_bytes(data[: at + 1] + b"c" + data[at + 2 :])
    mirror(log.grow(b"more").files(), now=NOW + 60)
    assert whole(folder, log)
    source = FolderSource(folder)
    assert sum(1 for _ in reader.iter_entries(source, log.head())) == SIZE + 1


@pytest.fixture
def hashed(monkeypatch):
    """Count the payloads that are hashed again, in slices of one bundle."""
    monkeypatch.setattr(checking, "BUDGET", 0.0)
    seen, true = Counter(), checking._check_payload

    def counted(copy, data):
        seen["payloads"] += 1
        true(copy, data)

    monkeypatch.setattr(checking, "_check_payload", counted)
    return seen


def test_a_round_goes_on_in_slices_over_many_steps_once_a_day(mirror, held, hashed):
    sums = []
    for after in (60, DAY, DAY + 60, DAY + 120, DAY + 180, 2 * DAY - 1, 2 * DAY):
        mirror(held, now=NOW + after)
        sums.append(hashed["payloads"])
    assert sums == [0, 256, 512, 600, 600, 600, 856]


def test_what_was_not_hashed_for_two_days_is_before_anything_is_cosigned(mirror, folder, log, held, hashed):
    mirror(held, cosigner=OWN, now=NOW + DAY)
    spoil(folder / blob_of(log, 599))
    mirror(held, cosigner=OWN, now=NOW + 2 * DAY)  # in good time: a slice is enough
    assert hashed["payloads"] == 512
    without = {path: data for path, data in held.items() if path != blob_of(log, 599)}
    with pytest.raises(NotFound):
        mirror(without, cosigner=OWN, now=NOW + 2 * DAY + 1)
    assert cosigned_at(folder) == NOW + 2 * DAY


@pytest.mark.parametrize("left", [None, b"", b"600 0 x\n", b"0 0 99999999999999999\n"])
def test_whoever_does_not_know_what_was_checked_checks_everything(mirror, folder, log, held, hashed, left):
    (folder / ".checked").unlink()
    if left is not None:
        (folder / ".checked").write_bytes(left)
    mirror(held, now=NOW + 60)
    assert hashed["payloads"] == SIZE


def test_a_step_that_finds_nothing_to_do_writes_nothing(mirror, folder, held):
    mirror(held, now=NOW + 60)  # without the line of its own
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    mirror(held, now=NOW + 120)
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before


def test_damage_and_its_end_are_said(mirror, folder, log, held, caplog):
    (folder / "tile/entries/001").unlink()
    mirror(held, cosigner=OWN, now=NOW + 60)
    assert [line.partition(":")[0] for line in caplog.messages] == ["CopyDamaged", "The copy is whole again."]
