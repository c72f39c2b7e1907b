# SPDX-License-Identifier: AGPL-3.0-or-later
import os
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bulletin_board import exporting, publisher, reader, storage
from bulletin_board.errors import NotFound, UnsafeArchive
from bulletin_board.models import Commitments
from bulletin_board.sources import FolderSource, ZipSource, open_source
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


def test_an_exported_folder_is_the_whole_board(log, tmp_path):
    publisher.export(log, tmp_path / "board")
    assert payloads(FolderSource(tmp_path / "board")) == numbered(COUNT)
    files = {
        str(file.relative_to(tmp_path / "board"))
        for file in (tmp_path / "board").rglob("*")
        if file.is_file()
    }
    assert files == {*publisher.paths(log), "entries.jsonl", ".lock"}


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
    append(log, *numbered(253, start=COUNT))
    publisher.sign_head(log, SIGNER)
    publisher.export(log, tmp_path)
    assert kept.stat().st_mtime == 1
    assert payloads(FolderSource(tmp_path)) == numbered(258)


def test_the_checkpoint_is_written_when_all_it_covers_is_on_the_disk(log, tmp_path, monkeypatch):
    order = []
    real_write, real_sync = exporting.write_file, exporting.sync_folder

    def write(file, data):
        order.append(("write", file.name))
        real_write(file, data)

    def sync(folder):
        order.append(("sync", str(folder.relative_to(tmp_path))))
        real_sync(folder)

    monkeypatch.setattr(exporting, "write_file", write)
    monkeypatch.setattr(exporting, "sync_folder", sync)
    publisher.export(log, tmp_path)
    checkpoint = order.index(("write", "checkpoint"))
    assert order[checkpoint:] == [("write", "checkpoint"), ("sync", ".")]
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
        synced.append(str(folder.relative_to(tmp_path)))
        real_sync(folder)

    monkeypatch.setattr(exporting, "sync_folder", sync)
    publisher.export(log, tmp_path)
    assert {".", "tile", "tile/0", "tile/0/000.p", "tile/entries", "blob", "commitments"} <= set(synced)


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
