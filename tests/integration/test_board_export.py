# SPDX-License-Identifier: AGPL-3.0-or-later
import os
import shutil
import signal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bulletin_board import exporting, publisher, reader, storage
from bulletin_board.errors import NotFound, UnsafeArchive
from bulletin_board.files import only_writer, replace_file
from bulletin_board.heads import HeadMemory
from bulletin_board.log import merkle
from bulletin_board.log.checkpoint import open_checkpoint
from bulletin_board.mirror.copy import Copy
from bulletin_board.mirror.following import follow
from bulletin_board.models import Commitments, CommitmentsChange
from bulletin_board.sources import FolderSource, ZipSource, open_source
from bulletin_board.tile_hashes import TileHashes
from tests.integration.boards import KEY, ORIGIN, SIGNER, append, numbered

pytestmark = pytest.mark.django_db
COUNT = 5


@pytest.fixture
def log():
    log = storage.create_log(ORIGIN)
    append(log, *numbered(COUNT))
    storage.put_commitments(log, "ab" * 32, b"commitments")
    publisher.sign_head(log, SIGNER)
    return log


def payloads(source):
    head = reader.open_checkpoint(source, KEY)
    return [reader.read_payload(source, entry) for entry, _ in reader.iter_entries(source, head)]


def grow(log, *sizes):
    """Bring the log to each of `sizes`, and sign a head of it there."""
    for size in sizes:
        start = log.entries.count()
        append(log, *numbered(size - start, start=start))
        publisher.sign_head(log, SIGNER)


def tiles(folder):
    return {str(file.relative_to(folder)) for file in (folder / "tile").rglob("*") if file.is_file()}


def test_an_exported_folder_is_the_whole_board(log, tmp_path):
    publisher.export(log, tmp_path / "board")
    assert payloads(FolderSource(tmp_path / "board")) == numbered(COUNT)
    files = {
        str(file.relative_to(tmp_path / "board"))
        for file in (tmp_path / "board").rglob("*")
        if file.is_file()
    }
    assert files == {*publisher.paths(log), "entries.jsonl", ".lock", ".changes"}


def test_an_archive_is_the_whole_board(log, tmp_path):
    publisher.archive(log, tmp_path / "board.zip")
    with ZipSource(tmp_path / "board.zip") as source:
        assert payloads(source) == numbered(COUNT)
        assert source.read("commitments/" + "ab" * 32, limit=99) == b"commitments"


def test_an_archive_of_one_state_is_always_the_same_bytes(log, tmp_path):
    for name in ("a.zip", "b.zip"):
        publisher.archive(log, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_folder_archived_anew_with_compression_is_refused(log, tmp_path):
    publisher.export(log, tmp_path / "board")
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "board")
    with pytest.raises(UnsafeArchive):
        open_source(str(tmp_path / "packed.zip"))


def test_a_later_export_adds_what_is_new_and_keeps_the_rest(log, tmp_path):
    publisher.export(log, tmp_path)
    kept = tmp_path / "tile/0/000.p/5"
    os.utime(kept, (1, 1))
    grow(log, 8)
    publisher.export(log, tmp_path)
    assert kept.stat().st_mtime == 1
    assert payloads(FolderSource(tmp_path)) == numbered(8)


def test_every_head_that_was_signed_can_be_proved_from_the_folder(log, tmp_path):
    """C2SP tlog-tiles: partial tiles of every size of which there is a checkpoint, until the tile is full."""
    publisher.export(log, tmp_path)
    grow(log, 7, 9, 12, 255)
    publisher.export(log, tmp_path)
    for head in log.heads.all():
        signed = open_checkpoint(bytes(head.note), KEY)
        assert (tmp_path / f"tile/0/000.p/{head.size}").exists()
        assert len(list(reader.iter_entries(FolderSource(tmp_path), signed))) == head.size
        assert merkle.root(head.size, TileHashes(FolderSource(tmp_path), head.size)) == signed.root


def test_of_each_tile_there_is_the_full_one_alone_once_it_is_full(log, tmp_path):
    for size in (200, 255, 256, 257, 258, 511, 513):
        grow(log, size)
        publisher.export(log, tmp_path)
    names = ("000", "001", "002.p/1")
    assert tiles(tmp_path) == {
        *(f"tile/{kind}/{name}" for kind in ("0", "entries") for name in names),
        "tile/1/000.p/1",
        "tile/1/000.p/2",
    }
    for head in log.heads.all():  # every older checkpoint is proved from the full tiles
        signed = open_checkpoint(bytes(head.note), KEY)
        assert merkle.root(head.size, TileHashes(FolderSource(tmp_path), head.size)) == signed.root
    assert payloads(FolderSource(tmp_path)) == numbered(513)


class Growing:
    """A folder that grows between its reader's look at the checkpoint, or at whether a file is there, and the
    next step: its partial tiles give way to full ones.
    """

    def __init__(self, folder, grown) -> None:
        self._source, self._grown = FolderSource(folder), grown

    def read(self, path, *, limit):
        try:
            return self._source.read(path, limit=limit)
        finally:
            if path == "checkpoint":
                self._grown()


@pytest.fixture
def growing(log, tmp_path):
    """A board of 255 entries that has 257 once its checkpoint was read."""
    grow(log, 255)
    publisher.export(log, tmp_path / "board")

    def grown():
        if (tmp_path / "board/tile/0/000.p/255").exists():
            grow(log, 257)
            publisher.export(log, tmp_path / "board")
            assert not (tmp_path / "board/tile/0/000.p").exists()

    return Growing(tmp_path / "board", grown)


def test_a_reader_whose_partial_tiles_are_replaced_meanwhile_reads_the_full_ones(growing):
    assert payloads(growing) == numbered(255)


def test_a_mirror_whose_partial_tiles_are_replaced_meanwhile_takes_the_full_ones(log, growing, tmp_path):
    copy = Copy(tmp_path / "copy", KEY)
    assert follow(growing, copy, now=1_800_000_000).size == 255
    assert payloads(FolderSource(tmp_path / "copy")) == numbered(255)
    # What it serves of its own older checkpoint gives way in the same manner.
    follow(growing, Copy(tmp_path / "copy", KEY), now=1_800_000_001)
    assert not (tmp_path / "copy/tile/0/000.p").exists()
    assert payloads(FolderSource(tmp_path / "copy")) == numbered(257)


def test_a_file_that_goes_between_two_looks_is_not_there(log, tmp_path, monkeypatch):
    """And no fault of the disk: else a reader would give up in place of asking for the full tile."""
    publisher.export(log, tmp_path)
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    with pytest.raises(NotFound):
        FolderSource(tmp_path).read("tile/0/000.p/9", limit=9)


def test_the_checkpoint_is_written_when_all_it_covers_is_on_the_disk(log, tmp_path, monkeypatch):
    order = []
    real_write, real_sync = exporting.write_file, exporting.sync_folder

    def write(file, data, **where):
        order.append(("write", file.name))
        real_write(file, data, **where)

    def sync(folder):
        order.append(("sync", os.path.relpath(folder, tmp_path)))
        real_sync(folder)

    monkeypatch.setattr(exporting, "write_file", write)
    monkeypatch.setattr(exporting, "sync_folder", sync)
    publisher.export(log, tmp_path)
    checkpoint = order.index(("write", "checkpoint"))
    assert order[checkpoint:] == [("write", "checkpoint"), ("write", ".changes"), ("sync", ".")]
    for folder in (".", "tile", "tile/0", "tile/0/000.p", "blob", "commitments"):
        assert ("sync", folder) in order[:checkpoint]


def test_a_full_disk_leaves_the_old_checkpoint_and_no_part_of_a_file(log, tmp_path, monkeypatch):
    publisher.export(log, tmp_path)
    before = (tmp_path / "checkpoint").read_bytes()
    append(log, b"more")
    publisher.sign_head(log, SIGNER)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bulletin_board.files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        publisher.export(log, tmp_path)
    assert (tmp_path / "checkpoint").read_bytes() == before
    assert not list(tmp_path.rglob("*.part"))
    assert len(payloads(FolderSource(tmp_path))) == COUNT


def test_exported_files_may_be_read_by_a_web_server(log, tmp_path):
    publisher.export(log, tmp_path)
    assert (tmp_path / "checkpoint").stat().st_mode & 0o777 == 0o644


def test_commitments_may_be_dropped(log, tmp_path):
    Commitments.objects.all().delete()
    publisher.archive(log, tmp_path / "board.zip")
    with ZipSource(tmp_path / "board.zip") as source:
        assert len(payloads(source)) == COUNT


def test_commitments_taken_back_in_the_middle_stop_no_export(log, tmp_path, monkeypatch):
    plain = exporting.Publication.resource

    def resource(publication, path):
        storage.drop_commitments(log, "ab" * 32)
        return plain(publication, path)

    monkeypatch.setattr(exporting.Publication, "resource", resource)
    publisher.export(log, tmp_path / "board")
    publisher.archive(log, tmp_path / "board.zip")
    assert len(payloads(FolderSource(tmp_path / "board"))) == COUNT
    with ZipSource(tmp_path / "board.zip") as source:
        assert len(payloads(source)) == COUNT


def test_names_that_a_dead_process_left_are_made_durable_before_the_checkpoint(log, tmp_path, monkeypatch):
    real_sync, synced = exporting.sync_folder, []

    def dies(_folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(exporting, "sync_folder", dies)
    with pytest.raises(KeyboardInterrupt):
        publisher.export(log, tmp_path)
    assert (tmp_path / "tile/0/000.p/5").exists()
    assert not (tmp_path / "checkpoint").exists()

    def sync(folder):
        assert not (tmp_path / "checkpoint").exists() or folder == tmp_path
        synced.append(os.path.relpath(folder, tmp_path))
        real_sync(folder)

    monkeypatch.setattr(exporting, "sync_folder", sync)
    publisher.export(log, tmp_path)
    assert {".", "tile", "tile/0", "tile/0/000.p", "tile/entries", "blob", "commitments"} <= set(synced)


# Commitments: a cache beside the log


def put(log, start, stop):
    for number in range(start, stop):
        storage.put_commitments(log, f"{number:064x}", b"commitments %d" % number)


def commitments(folder):
    return {file.name: file.read_bytes() for file in (folder / "commitments").iterdir()}


def test_commitments_that_are_kept_or_taken_back_later_are_brought_and_taken_away(log, tmp_path):
    publisher.export(log, tmp_path)
    before = (tmp_path / "checkpoint").read_bytes()
    put(log, 1, 3)
    storage.drop_commitments(log, "ab" * 32)
    publisher.export(log, tmp_path)
    assert commitments(tmp_path) == {f"{n:064x}": b"commitments %d" % n for n in (1, 2)}
    assert (tmp_path / "checkpoint").read_bytes() == before


def test_a_change_that_appears_after_a_later_one_is_not_missed(log, tmp_path):
    publisher.export(log, tmp_path)
    put(log, 1, 3)
    late = CommitmentsChange.objects.get(tracker=f"{1:064x}")
    late_id = late.pk
    late.delete()
    publisher.export(log, tmp_path)
    assert f"{1:064x}" not in commitments(tmp_path)
    CommitmentsChange.objects.create(pk=late_id, log=log, tracker=f"{1:064x}")
    put(log, 3, 4)
    publisher.export(log, tmp_path)
    assert {f"{n:064x}" for n in (1, 2, 3)} <= set(commitments(tmp_path))


@pytest.mark.parametrize("left", [b"", b"-1\n", b"3", b"1" * 30 + b"\n"])
def test_a_folder_that_does_not_say_how_far_it_is_is_compared_as_a_whole(log, tmp_path, left):
    publisher.export(log, tmp_path)
    put(log, 1, 3)
    Commitments.objects.filter(tracker="ab" * 32).delete()  # and nothing says so
    (tmp_path / ".changes").write_bytes(left)
    publisher.export(log, tmp_path)
    assert set(commitments(tmp_path)) == {f"{n:064x}" for n in (1, 2)}


def test_an_export_costs_what_is_new_and_not_what_there_is(log, tmp_path, monkeypatch):
    """300 commitments, and not one look at each of them."""
    monkeypatch.setattr(exporting, "_OVERLAP", 4)
    put(log, 1, 301)
    publisher.export(log, tmp_path)
    looks, plain = [], Path.exists

    def exists(path, **options):
        looks.append(path)
        return plain(path, **options)

    def cost():
        looks.clear()
        with CaptureQueriesContext(connection) as queries:
            publisher.export(log, tmp_path)
        return len(queries), len(looks)

    monkeypatch.setattr(Path, "exists", exists)
    monkeypatch.setattr(exporting.Publication, "commitments", None)  # all of them
    grow(log, 6)
    put(log, 301, 302)
    assert max(cost()) < 20
    assert f"{301:064x}" in commitments(tmp_path)
    assert max(cost()) < 5  # nothing is new


# What writers that were killed left behind


def killed_while_writing(file):
    child = os.fork()
    if child == 0:
        replace_file(file, lambda opened: (opened.write(b"half"), os.kill(os.getpid(), signal.SIGKILL)))
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert parts(file.parent)


def parts(folder):
    return list(folder.rglob("*.part"))


def test_what_a_killed_export_left_is_taken_away_by_the_next_writer(log, tmp_path):
    publisher.export(log, tmp_path)
    killed_while_writing(tmp_path / "checkpoint")
    with only_writer(tmp_path):
        assert parts(tmp_path) == []


def test_an_export_leaves_what_it_writes_where_the_next_one_finds_it(log, tmp_path, monkeypatch):
    places = []
    plain = exporting.write_file
    monkeypatch.setattr(
        exporting,
        "write_file",
        lambda file, data, parts=None: (places.append(parts), plain(file, data, parts=parts)),
    )
    publisher.export(log, tmp_path)
    assert {place or tmp_path for place in places} == {tmp_path}


def test_what_a_killed_archive_left_is_taken_away_by_the_next_one(log, tmp_path):
    killed_while_writing(tmp_path / "board.zip")
    publisher.archive(log, tmp_path / "board.zip")
    assert [file.name for file in tmp_path.iterdir()] == ["board.zip"]


def test_what_a_killed_signer_left_is_taken_away_by_the_next_one(tmp_path):
    killed_while_writing(tmp_path / "note")
    HeadMemory(tmp_path).write(ORIGIN, b"note")
    assert parts(tmp_path) == []


def test_what_a_living_writer_writes_is_left_to_it(log, tmp_path):
    def write(opened):
        publisher.archive(log, tmp_path / "other.zip")
        opened.write(b"whole")

    replace_file(tmp_path / "one.zip", write)
    assert (tmp_path / "one.zip").read_bytes() == b"whole"


def test_other_programmes_files_are_left_alone(log, tmp_path):
    (tmp_path / ".holiday.film.part").write_bytes(b"being fetched")
    publisher.archive(log, tmp_path / "board.zip")
    assert (tmp_path / ".holiday.film.part").exists()


def test_nothing_signed_means_nothing_written(tmp_path):
    log = storage.create_log(ORIGIN)
    with pytest.raises(NotFound):
        publisher.export(log, tmp_path / "board")
    with pytest.raises(NotFound):
        publisher.archive(log, tmp_path / "board.zip")
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_a_folder_and_an_archive(log, tmp_path, capsys):
    folder, archive = tmp_path / "board", tmp_path / "board.zip"
    call_command("export_board", "spring", folder=folder, archive=archive)
    assert "Wrote the board of vote.example.org/board/spring." in capsys.readouterr().out
    assert len(payloads(FolderSource(folder))) == COUNT
    with ZipSource(archive) as source:
        assert len(payloads(source)) == COUNT


@pytest.mark.parametrize(
    ("election", "options", "message"),
    [
        ("spring", {}, "Say where to"),
        ("autumn", {"folder": Path("unused")}, "There is no board named autumn"),
        ("spring", {"archive": Path("/nonexistent/board.zip")}, "No such file"),
    ],
)
def test_the_command_says_what_is_wrong(log, election, options, message):
    with pytest.raises(CommandError, match=message):
        call_command("export_board", election, **options)


def test_the_command_says_that_nothing_is_signed(tmp_path):
    storage.create_log(ORIGIN)
    with pytest.raises(CommandError, match="nothing is signed yet"):
        call_command("export_board", "spring", folder=tmp_path)
