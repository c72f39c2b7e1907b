# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the clock does with boards: their files are kept up to date, and what is stored is checked."""

import logging
import zipfile
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bulletin_board import reader, triggers
from bulletin_board.files import only_writer
from bulletin_board.models import Log, SelfCheck
from bulletin_board.rows import latest_head
from bulletin_board.sources import FolderSource
from tests.integration import faults
from tests.integration import office_world as office
from tests.integration.pages_data import place
from tests.integration.test_office_access import logged_in
from voting import tasks
from voting.celery import app
from voting.services import log_key, publishing, self_checks
from voting.states import State

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def boards(settings, tmp_path):
    settings.VERITALLY_DATA_DIR = tmp_path
    settings.VERITALLY_LOG_KEY_FILE = tmp_path / "log.key"
    settings.VERITALLY_BOARD_DIR = tmp_path / "www" / "board"
    return settings.VERITALLY_BOARD_DIR


@pytest.fixture
def running(settings, tmp_path, monkeypatch):
    office.set_up(settings, tmp_path, monkeypatch)
    return office.scene("open", now=timezone.now()).election


def entries(folder):
    source = FolderSource(folder)
    signer = log_key.signer_for(log_key.origin_of(folder.name))
    head = reader.open_checkpoint(source, signer.verifier_key)
    for entry, _ in reader.iter_entries(source, head):
        reader.read_payload(source, entry)
    return head.size


def damage(log):
    with connection.schema_editor() as editor:
        triggers.drop(editor)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bulletin_board_blob SET data = %s WHERE sha256 = %s",
            [b"{}", log.entries.get(seq=1).payload_id],
        )
    with connection.schema_editor() as editor:
        triggers.create(editor)


# Files


def test_the_board_of_a_running_election_is_kept_as_files(boards):
    election = place("harbour", "open")
    tasks.write_boards()
    assert entries(boards / "harbour") == latest_head(election.log).size


def test_an_election_that_is_final_is_written_once_when_it_is_published(boards):
    place("harbour", "final")
    tasks.write_boards()
    assert not boards.exists()


def test_publishing_writes_one_archive_of_everything_beside_the_folder(boards):
    election = place("harbour", "tallied")
    assert publishing.write_whole(election) == boards / "harbour"
    names = zipfile.ZipFile(boards / "harbour.zip").namelist()
    assert {"checkpoint", "log.vkey", "tile/entries/000.p/" + str(latest_head(election.log).size)} <= set(
        names
    )


def test_without_a_folder_of_its_own_nothing_is_written_meanwhile(boards, settings):
    settings.VERITALLY_BOARD_DIR = None
    election = place("harbour", "open")
    tasks.write_boards()
    assert not boards.exists()
    assert publishing.folder_of(election) == settings.VERITALLY_DATA_DIR / "published" / "harbour"


def test_one_board_that_cannot_be_written_keeps_no_other_from_it(boards, caplog):
    for name in ("harbour", "meadow"):
        place(name, "open")
    boards.mkdir(parents=True)
    (boards / "harbour").write_text("a file where a folder belongs")
    tasks.write_boards()
    assert entries(boards / "meadow")
    assert [record.levelno for record in caplog.records if "harbour" in record.getMessage()] == [
        logging.ERROR
    ]


def test_a_disk_that_fails_is_told_as_critical_and_what_it_did_not_take_is_written_anew(
    boards, caplog, monkeypatch
):
    """The next fsync would say that all is well: files that were there already must not be believed."""
    place("harbour", "open")
    with monkeypatch.context() as broken:
        broken.setattr("bulletin_board.exporting.sync_folder", lambda _folder: faults.disk_broken())
        tasks.write_boards()
    assert not (boards / "harbour/checkpoint").exists()
    assert [one.levelno for one in caplog.records if "harbour" in one.getMessage()] == [logging.CRITICAL]
    left = {file: file.stat().st_ino for file in boards.rglob("*") if file.is_file() and file.name != ".lock"}
    assert left
    tasks.write_boards()
    assert [str(file) for file, inode in left.items() if file.stat().st_ino == inode] == []
    assert entries(boards / "harbour")


def test_a_folder_that_another_process_writes_is_left_to_it(boards, caplog):
    place("harbour", "open")
    with only_writer(boards / "harbour"):
        tasks.write_boards()
        assert not (boards / "harbour" / "checkpoint").exists()
    assert caplog.records == []
    tasks.write_boards()
    assert entries(boards / "harbour")


# What is stored


def test_every_board_is_checked_and_again_when_an_hour_is_over(boards):
    election = place("harbour", "open")
    now = timezone.now()
    self_checks.sweep(now=now)
    assert self_checks.check_of(election).size == latest_head(election.log).size
    damage(election.log)
    self_checks.sweep(now=now + self_checks.EVERY - timedelta(seconds=1))
    assert self_checks.check_of(election).problem == ""
    self_checks.sweep(now=now + self_checks.EVERY)
    assert "entry 1, payload: damaged" in self_checks.check_of(election).problem


@pytest.mark.parametrize("name", ["open", "final"])
def test_the_files_of_every_board_are_checked_with_it(boards, name, caplog):
    election = place("harbour", name)
    publishing.write_whole(election)
    bundle = next((boards / "harbour/tile/entries").rglob("*.p")) / str(latest_head(election.log).size)
    whole = bundle.read_bytes()
    bundle.write_bytes(whole.replace(b"manifest", b"manifesT"))
    tasks.write_boards()
    self_checks.sweep(now=timezone.now())
    assert bundle.read_bytes() == whole
    assert [one.levelno for one in caplog.records if "is damaged" in one.getMessage()] == [logging.CRITICAL]
    assert entries(boards / "harbour") == latest_head(election.log).size


def test_a_final_board_is_checked_once_a_day(boards):
    place("harbour", "final")
    now = timezone.now()
    self_checks.sweep(now=now)
    self_checks.sweep(now=now + timedelta(hours=23))
    assert SelfCheck.objects.get().ended_at == now
    self_checks.sweep(now=now + timedelta(hours=24))
    assert SelfCheck.objects.get().ended_at > now


def test_the_clock_asks_for_both():
    assert app.conf.beat_schedule["voting.tasks.write_boards"]["schedule"] <= 10
    assert app.conf.beat_schedule["voting.tasks.check_boards"]["schedule"] <= 60


def test_officials_are_told_that_the_board_is_sound(running):
    self_checks.sweep(now=timezone.now())
    page = logged_in().get("/office/elections/spring/").content.decode()
    assert "every one is what was signed" in page
    assert "damaged" not in page


def test_officials_and_operators_are_told_what_is_damaged(running, capsys):
    damage(Log.objects.get())
    self_checks.sweep(now=timezone.now())
    page = logged_in().get("/office/elections/spring/").content.decode()
    assert "What is stored of the board is damaged" in page
    assert "entry 1, payload: damaged" in page
    call_command("status", "spring")
    assert "entry 1, payload: damaged" in capsys.readouterr().out


def test_before_the_first_check_nothing_is_claimed(running):
    assert running.where is State.OPEN
    assert "every one is what was signed" not in logged_in().get("/office/elections/spring/").content.decode()
