# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exported files are compared with what is stored: what has rotted is found and written anew."""

import logging
from datetime import timedelta

import pytest

from bulletin_board import folder_check, publisher, reader, self_check, storage
from bulletin_board.files import only_writer
from bulletin_board.models import Commitments, SelfCheck
from bulletin_board.self_check import advance
from bulletin_board.sources import FolderSource
from tests.integration.boards import KEY, NOW, ORIGIN, SIGNER, append, numbered
from tests.integration.test_board_self_check import BLOB, damage

__all__ = ["damage"]  # a fixture
pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
COUNT = 300
TRACKER = "ab" * 32


@pytest.fixture(autouse=True)
def _heads(settings, tmp_path, monkeypatch):
    settings.VERITALLY_HEADS_DIR = tmp_path / "heads"
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)  # nothing here asks what a power cut leaves


@pytest.fixture
def log():
    log = storage.create_log(ORIGIN)
    for count in (200, 80, COUNT - 280):
        append(log, *numbered(count, start=log.entries.count()))
        publisher.sign_head(log, SIGNER)
    storage.put_commitments(log, TRACKER, b"commitments")
    return log


@pytest.fixture
def folder(log, tmp_path):
    publisher.export(log, tmp_path / "board")
    return tmp_path / "board"


@pytest.fixture
def check(log, folder):
    """One whole check, an hour after the one before."""
    hours = iter(range(99))

    def check():
        return advance(log, now=NOW + HOUR * next(hours), every=HOUR, budget=60.0, folder=folder)

    return check


@pytest.fixture
def said(caplog):
    def said():
        found = [one.getMessage() for one in caplog.records if one.levelno == logging.CRITICAL]
        caplog.clear()
        return found

    return said


def files(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def flip(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def read(folder):
    source = FolderSource(folder)
    head = reader.open_checkpoint(source, KEY)
    return [reader.read_payload(source, entry) for entry, _ in reader.iter_entries(source, head)]


def blob(log):
    return f"blob/{log.entries.get(seq=7).payload_id}"


PLACES = {
    "bundle": "tile/entries/000",
    "partial bundle": "tile/entries/001.p/44",
    "partial bundle of an older head": "tile/entries/001.p/24",
    "hash tile": "tile/0/000",
    "hash tile of level 1": "tile/1/000.p/1",
    "payload": blob,
    "lines": "entries.jsonl",
    "commitments": f"commitments/{TRACKER}",
    "key": "log.vkey",
    "checkpoint": "checkpoint",
}


@pytest.mark.parametrize("place", PLACES)
def test_one_flipped_bit_in_any_file_is_told_and_mended(log, folder, check, said, place):
    path = PLACES[place](log) if callable(PLACES[place]) else PLACES[place]
    whole = files(folder)
    assert (check().problem, said()) == ("", [])
    flip(folder / path)
    found = check()
    assert (found.size, found.problem) == (COUNT, "")  # the database is sound
    assert ["damaged" in text and str(folder) in text for text in said()][:1] == [True]
    assert files(folder) == whole
    assert read(folder) == numbered(COUNT)
    assert (check().problem, said()) == ("", [])


@pytest.mark.parametrize("place", [name for name in PLACES if name not in {"commitments", "checkpoint"}])
def test_a_file_that_is_gone_is_told_and_brought_back(log, folder, check, said, place):
    path = PLACES[place](log) if callable(PLACES[place]) else PLACES[place]
    whole = files(folder)
    (folder / path).unlink()
    check()
    assert [path in text for text in said()] == [True]
    assert files(folder) == whole


def test_lines_that_were_cut_off_are_written_again(folder, check, said):
    whole = (folder / "entries.jsonl").read_bytes()
    for length in (0, 10, len(whole) - 1):
        (folder / "entries.jsonl").write_bytes(whole[:length])
        check()
        assert len(said()) >= 1
        assert (folder / "entries.jsonl").read_bytes() == whole


def test_a_damaged_database_is_never_written_over_a_file(log, folder, check, said, damage):
    """The file is what its hash says, and may be the last that is."""
    good = (folder / blob(log)).read_bytes()
    damage(BLOB, b"payload 0x7", b"payload 7")
    assert "entry 7, payload" in check().problem
    assert (folder / blob(log)).read_bytes() == good


def test_what_the_checkpoint_in_the_folder_does_not_cover_is_never_written_into_it(
    log, folder, check, said, monkeypatch
):
    """Stored rows that agree with one another, and not with what was signed."""
    flip(folder / "tile/0/000")
    damaged = (folder / "tile/0/000").read_bytes()

    def other(_log, tree, stop):
        for _ in range(tree.size, stop):
            tree.add(bytes(32))
            yield tree.size

    monkeypatch.setattr(folder_check, "rehash", other)
    check()
    assert (folder / "tile/0/000").read_bytes() == damaged
    assert "cannot be checked, or not be mended" in said()[-1]


def test_the_database_is_checked_also_where_the_files_cannot_be(log, folder, check, said, monkeypatch):
    def fails(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(folder_check, "write", fails)
    flip(folder / "tile/0/000")
    assert check().size == COUNT
    assert "Input/output error" in said()[-1]


def test_another_boards_folder_is_left_alone(log, folder, check, said):
    (folder / "checkpoint").write_bytes(b"something else")
    (folder / "log.vkey").write_bytes(b"another key\n")
    before = files(folder)
    assert check().size == COUNT
    assert "holds something else" in said()[-1]
    assert files(folder) == before


def test_a_slice_is_looked_at_again_if_an_export_goes_on(log, folder, check, said):
    flip(folder / "tile/0/000")
    with only_writer(folder):
        found = check()
        assert (found.position, found.target, found.ended_at) == (0, COUNT, None)
    assert SelfCheck.objects.get(log=log).target == COUNT
    check()
    assert read(folder) == numbered(COUNT)


def test_a_board_that_grows_during_the_look_is_not_called_damaged(log, folder, check, said, monkeypatch):
    """Partial tiles give way to the full one between the look without the folder's lock and the next."""
    plain = folder_check._Look._is_sound
    grown = []

    def is_sound(look, path):
        if not grown:
            grown.append(path)
            append(log, *numbered(213, start=COUNT))
            publisher.sign_head(log, SIGNER)
            publisher.export(log, folder)
        return plain(look, path)

    monkeypatch.setattr(folder_check._Look, "_is_sound", is_sound)
    check()
    assert said() == []
    assert read(folder) == numbered(513)


def test_a_folder_that_is_behind_is_checked_as_far_as_it_goes(log, folder, check, said):
    append(log, *numbered(300, start=COUNT))
    publisher.sign_head(log, SIGNER)
    before = files(folder)
    flip(folder / "tile/entries/001.p/44")
    assert check().size == 600
    assert len(said()) == 1
    assert files(folder) == before


def test_partial_tiles_that_the_full_one_has_replaced_are_taken_away(log, folder, check, said):
    for name in ("tile/0/000.p/7", "tile/entries/000.p/7"):
        (folder / name).parent.mkdir()
        (folder / name).write_bytes(b"left by an earlier version")
    check()
    assert not list(folder.glob("tile/*/000.p/7"))
    assert said() == []


def test_commitments_are_brought_and_taken_away_though_nothing_tells_of_the_change(log, folder, check, said):
    Commitments.objects.create(log=log, tracker="cd" * 32, data=b"kept")
    Commitments.objects.filter(tracker=TRACKER).delete()
    check()
    assert [file.name for file in (folder / "commitments").iterdir()] == ["cd" * 32]
    assert said() == []


def test_every_commitment_is_in_one_slice():
    trackers = [f"{number * 0x9E3779B97F4A7C15 % 16**64:064x}" for number in range(50)] + ["0" * 64, "f" * 64]
    parts = [folder_check.Slice(start=at, stop=min(at + 256, 700), target=700) for at in (0, 256, 512)]
    for tracker in trackers:
        assert sum(low <= tracker < high for low, high in (part.trackers() for part in parts)) == 1


def test_where_there_is_no_folder_none_is_made(log, tmp_path):
    advance(log, now=NOW, every=HOUR, budget=60.0, folder=tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
    assert self_check.SelfCheck.objects.get(log=log).size == COUNT
