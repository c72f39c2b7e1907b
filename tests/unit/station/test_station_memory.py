# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was answered stays answered: whole, once, and for one question."""

import os

import pytest

from tally.station import durable
from tally.station.errors import AnsweredOtherwise, FileExists, FileRefused, MemoryDamaged
from tally.station.memory import Memory
from tests.stations import request


@pytest.fixture
def memory(tmp_path):
    return Memory(tmp_path / "answers")


def file_of(memory: Memory):
    return next(memory._folder.iterdir())


def test_nothing_is_recalled_before_anything_was_kept(memory):
    assert memory.recall_same(request("acknowledge")) is None


def test_what_was_kept_is_recalled_by_another_process(memory):
    memory.keep(request("share", b"a"), b"payload")
    assert Memory(memory._folder).recall_same(request("share", b"a")) == b"payload"


def test_the_number_of_a_request_does_not_matter(memory):
    memory.keep(request("share", b"a", number=1), b"payload")
    assert memory.recall_same(request("share", b"a", number=2)) == b"payload"


def test_another_question_in_the_same_phase_is_refused(memory):
    memory.keep(request("share", b"a"), b"payload")
    with pytest.raises(AnsweredOtherwise):
        memory.recall_same(request("share", b"b"))


def test_the_phases_do_not_disturb_each_other(memory):
    memory.keep(request("acknowledge"), b"word")
    assert memory.recall_same(request("share", b"a")) is None


def test_elections_do_not_disturb_each_other(memory):
    memory.keep(request("acknowledge"), b"word")
    assert memory.recall_same(request("acknowledge", election="0" * 64)) is None


def test_of_two_processes_that_answer_at_once_the_first_is_right(memory):
    memory.keep(request("share", b"a"), b"first")
    assert memory.keep(request("share", b"a"), b"second") == b"first"


def test_of_two_processes_with_different_questions_the_second_is_refused(memory):
    memory.keep(request("share", b"a"), b"first")
    with pytest.raises(AnsweredOtherwise):
        memory.keep(request("share", b"b"), b"second")


def test_a_damaged_answer_stops_the_station_instead_of_being_made_again(memory):
    memory.keep(request("share", b"a"), b"payload")
    file_of(memory).write_bytes(b"")
    with pytest.raises(MemoryDamaged):
        memory.recall_same(request("share", b"a"))


def test_an_answer_of_another_phase_under_this_name_is_damage(memory):
    memory.keep(request("share", b"a"), b"payload")
    file = file_of(memory)
    file.rename(file.with_name(file.name.replace("share", "acknowledge")))
    with pytest.raises(MemoryDamaged):
        memory.recall_same(request("acknowledge"))


def test_an_answer_that_others_can_read_is_damage(memory):
    memory.keep(request("share", b"a"), b"payload")
    file_of(memory).chmod(0o644)
    with pytest.raises(MemoryDamaged):
        memory.recall_same(request("share", b"a"))


def test_only_the_owner_reads_the_memory(memory):
    memory.keep(request("share", b"a"), b"payload")
    assert memory._folder.stat().st_mode & 0o777 == 0o700
    assert file_of(memory).stat().st_mode & 0o777 == 0o600


def test_the_answer_is_synced_before_it_takes_its_name(memory, monkeypatch):
    steps = []
    sync, link = os.fsync, os.link
    monkeypatch.setattr(os, "fsync", lambda handle: (steps.append("sync"), sync(handle)))
    monkeypatch.setattr(os, "link", lambda old, new: (steps.append("link"), link(old, new)))
    memory.keep(request("share", b"a"), b"payload")
    assert steps == ["sync", "link", "sync"]  # file, name, folder


def test_a_crash_before_the_name_leaves_no_answer(memory, monkeypatch):
    def killed(old, new):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", killed)
    with pytest.raises(KeyboardInterrupt):
        memory.keep(request("share", b"a"), b"payload")
    monkeypatch.undo()
    assert memory.recall_same(request("share", b"a")) is None
    assert memory.keep(request("share", b"a"), b"payload") == b"payload"


def test_a_full_disk_is_refused_by_name_and_leaves_nothing(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileRefused):
        durable.create(tmp_path / "file", b"data")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path):
    durable.create(tmp_path / "file", b"first")
    with pytest.raises(FileExists):
        durable.create(tmp_path / "file", b"second")
    assert (tmp_path / "file").read_bytes() == b"first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("act", [lambda path: durable.create(path, b""), durable.make_folder])
def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path, act):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileRefused):
        act(tmp_path / "file" / "inside")


def test_a_file_that_cannot_take_its_place_is_refused_by_name(tmp_path):
    (tmp_path / "old").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileRefused):
        durable.rename(tmp_path / "old", tmp_path / "folder")
