# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is stored is hashed again from time to time: whatever has rotted since it was signed is found."""

import logging
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from bulletin_board import self_check, storage, triggers
from bulletin_board.head_signing import head_memory, sign_head
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.note import sign_note
from bulletin_board.models import SelfCheck
from bulletin_board.self_check import advance
from tests.integration.boards import NOW, ORIGIN, SIGNER, append, numbered

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
COUNT = 600
SLICES = 3  # chunks of 256 entries
BLOB = "UPDATE bulletin_board_blob SET data = %s WHERE data = %s"
NODE = 'UPDATE bulletin_board_node SET hash = %s WHERE level = 3 AND "index" = 7'


@pytest.fixture(autouse=True)
def _heads(settings, tmp_path):
    settings.VERITALLY_HEADS_DIR = tmp_path / "heads"


@pytest.fixture
def log():
    log = storage.create_log(ORIGIN)
    for start in range(0, COUNT, 100):
        append(log, *numbered(100, start=start))
        sign_head(log, SIGNER)
    return log


@pytest.fixture
def damage(log):
    """Change what is stored as a disk would: past the triggers."""
    with connection.cursor() as cursor:
        for statement in triggers._drop_statements(connection.vendor):
            cursor.execute(statement)

    def run(sql, *values):
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            assert cursor.rowcount == 1

    return run


def check(log, now=NOW, budget=60.0):
    return advance(log, now=now, every=HOUR, budget=budget)


def test_a_sound_board_is_found_sound(log):
    found = check(log)
    assert (found.size, found.problem, found.ended_at, found.target) == (COUNT, "", NOW, 0)


@pytest.mark.parametrize(
    ("sql", "values", "place"),
    [
        (BLOB, (b"payload 30O", b"payload 300"), "entry 300, payload"),
        ("UPDATE bulletin_board_entry SET leaf_hash = %s WHERE seq = 5", (b"\0" * 32,), "a subtree"),
        ("UPDATE bulletin_board_entry SET chain_hash = %s WHERE seq = 5", (b"\0" * 32,), "entry 5"),
        (NODE, (b"\0" * 32,), "a subtree"),
        ("UPDATE bulletin_board_entry SET envelope = %s WHERE seq = 5", (b"{}",), "missing"),
        ("DELETE FROM bulletin_board_entry WHERE seq = 599", (), "number of entries"),
    ],
    ids=["payload", "leaf hash", "chain hash", "subtree", "envelope", "entry gone"],
)  # fmt: skip
def test_one_changed_byte_anywhere_is_found_and_named(log, damage, caplog, sql, values, place):
    check(log)
    damage(sql, *values)
    found = check(log, now=NOW + HOUR)
    assert place in found.problem
    assert found.size == COUNT  # what was sound the last time
    said = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert [ORIGIN in record.getMessage() for record in said] == [True]


def test_an_old_head_that_does_not_fit_is_found(log, damage):
    false = sign_note(Checkpoint(origin=ORIGIN, size=300, root=b"\7" * 32).to_text(), SIGNER)
    damage("UPDATE bulletin_board_signedhead SET note = %s WHERE size = 300", false)
    assert "head signed at 300" in check(log).problem


def test_a_head_whose_signature_was_damaged_is_found(log, damage):
    note = bytes(log.heads.get(size=300).note)
    damage("UPDATE bulletin_board_signedhead SET note = %s WHERE size = 300", note[:-6] + b"AAAA=\n")
    assert check(log).problem


def test_a_second_place_that_knows_of_more_is_believed(log):
    more = sign_note(Checkpoint(origin=ORIGIN, size=COUNT + 1, root=b"\7" * 32).to_text(), SIGNER)
    head_memory().write(ORIGIN, more)
    assert "more was signed than is stored" in check(log).problem


def test_a_head_that_is_being_signed_is_no_damage(log, monkeypatch):
    """The second place is written first; whoever reads both reads them under the log's lock."""
    from contextlib import contextmanager

    plain, held = self_check.locked, []

    @contextmanager
    def locked(log):
        with plain(log):
            held.append(log)
            yield

    monkeypatch.setattr(self_check, "locked", locked)
    assert check(log).problem == ""
    assert held == [log]


def test_it_goes_on_in_slices_and_where_another_process_stopped(log):
    positions = [check(log, budget=0).position for _ in range(SLICES)]
    assert positions == [256, 512, 0]
    assert SelfCheck.objects.get(log=log).size == COUNT


def test_what_is_added_meanwhile_is_left_to_the_next_check(log):
    check(log, budget=0)
    append(log, b"later")
    sign_head(log, SIGNER)
    assert check(log).size == COUNT
    assert check(log, now=NOW + HOUR).size == COUNT + 1


def test_a_slice_never_misses_what_is_damaged_behind_it_next_time(log, damage):
    check(log, budget=0)
    damage(BLOB, b"damaged", b"payload 3")
    assert check(log).problem == ""  # it had been read before
    assert "entry 3, payload" in check(log, now=NOW + HOUR).problem


def test_it_is_not_begun_again_before_it_is_due(log, monkeypatch):
    check(log)

    def no(*_):
        raise AssertionError("looked at again")

    monkeypatch.setattr(self_check, "rehash", no)
    assert check(log, now=NOW + HOUR - timedelta(seconds=1)).ended_at == NOW


def test_a_board_that_was_mended_is_sound_again(log, damage):
    damage(BLOB, b"damaged", b"payload 3")
    assert check(log).problem
    damage(BLOB, b"payload 3", b"damaged")
    assert check(log, now=NOW + HOUR).problem == ""


def test_a_board_without_a_head_has_nothing_to_check():
    found = check(storage.create_log(ORIGIN))
    assert (found.ended_at, found.problem) == (None, "")


def test_the_command_checks_everything_at_once(log, capsys):
    call_command("check_board", "spring")
    assert f"{ORIGIN}: {COUNT} entries and every signed head are sound." in capsys.readouterr().out


def test_the_command_names_what_is_damaged_and_fails(log, damage, capsys):
    damage(BLOB, b"damaged", b"payload 3")
    with pytest.raises(CommandError, match="Damaged: spring"):
        call_command("check_board")
    assert "entry 3, payload" in capsys.readouterr().err


def test_the_command_knows_no_other_board(log):
    with pytest.raises(CommandError, match="no board named autumn"):
        call_command("check_board", "autumn")
