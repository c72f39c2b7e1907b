# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: S608  # the tables and columns are named in this file
"""The database itself refuses: these tests go past the models."""

import pytest
from django.db import DatabaseError, connection, transaction

from bulletin_board import publisher, storage, triggers
from bulletin_board.models import Entry
from tests.integration.boards import ORIGIN, SIGNER, append, numbered

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    log = storage.create_log(ORIGIN)
    append(log, *numbered(4))
    publisher.sign_head(log, SIGNER)
    return log


def only(vendor):
    if connection.vendor != vendor:
        pytest.skip(f"for {vendor}")


def refused(statement, parameters=()):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


COLUMNS = [
    ("bulletin_board_log", "origin"),
    ("bulletin_board_blob", "data"),
    ("bulletin_board_entry", "envelope"),
    ("bulletin_board_entry", "seq"),
    ("bulletin_board_node", "hash"),
    ("bulletin_board_signedhead", "note"),
]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_no_row_can_be_changed(log, table, column):
    refused(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", triggers.APPEND_ONLY)
def test_no_row_can_be_deleted(log, table):
    refused(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", triggers.APPEND_ONLY)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_no_row_can_be_replaced_even_without_recursive_triggers(log, table, recursive):
    only("sqlite")
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers = {recursive}")
        cursor.execute(f"SELECT count(*) FROM {table}")
        before = cursor.fetchone()
    try:
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == before
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")


@pytest.mark.parametrize("table", triggers.APPEND_ONLY)
def test_no_table_can_be_emptied(log, table):
    only("postgresql")
    refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", triggers.APPEND_ONLY)
def test_no_row_can_be_deleted_even_as_a_replica(log, table):
    only("postgresql")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    refused(f"DELETE FROM {table}")


INSERT_ENTRY = (
    "INSERT INTO bulletin_board_entry (log_id, seq, envelope, leaf_hash, chain_hash, payload_id)"
    " SELECT log_id, %s, %s, %s, %s, payload_id FROM bulletin_board_entry WHERE seq = 0"
)


@pytest.mark.parametrize("seq", [-1, 0, 3, 5, 100])
def test_a_sequence_with_a_gap_is_refused(log, seq):
    refused(INSERT_ENTRY, [seq, b"{}", b"\1" * 32, b"\2" * 32])


def test_an_entry_with_the_hash_of_another_is_refused(log):
    entry = Entry.objects.first()
    refused(INSERT_ENTRY, [4, b"{}", entry.leaf_hash, b"\2" * 32])
    refused(INSERT_ENTRY, [4, b"{}", b"\1" * 32, entry.chain_hash])


@pytest.mark.parametrize(
    ("envelope", "leaf", "chain"),
    [
        (b"a" * 65_536, b"\1" * 32, b"\2" * 32),
        (b"{}", b"\1" * 31, b"\2" * 32),
        (b"{}", b"\1" * 32, b"\2" * 33),
    ],
)
def test_an_entry_of_another_shape_is_refused(log, envelope, leaf, chain):
    refused(INSERT_ENTRY, [4, envelope, leaf, chain])


@pytest.mark.parametrize(
    ("envelope", "leaf", "chain"),
    [("{}", b"\1" * 32, b"\2" * 32), (b"{}", "1" * 32, b"\2" * 32), (b"{}", b"\1" * 32, None)],
)
def test_an_entry_of_another_type_is_refused(log, envelope, leaf, chain):
    only("sqlite")  # the types of PostgreSQL's columns see to it
    refused(INSERT_ENTRY, [4, envelope, leaf, chain])


def test_the_good_row_beside_the_refused_ones_is_taken(log):
    with connection.cursor() as cursor:
        cursor.execute(INSERT_ENTRY, [4, b"{}", b"\1" * 32, b"\2" * 32])
    assert Entry.objects.count() == 5


@pytest.mark.parametrize("size", [0, 3, 4, 5])
def test_a_head_that_does_not_go_forward_or_goes_beyond_the_entries_is_refused(log, size):
    refused(
        "INSERT INTO bulletin_board_signedhead (log_id, size, note, verifier_key)"
        " SELECT log_id, %s, note, verifier_key FROM bulletin_board_signedhead",
        [size],
    )


def test_every_trigger_of_the_list_is_there(log):
    only("sqlite")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
        found = {row[0] for row in cursor.fetchall()}
    assert set(triggers._statements("sqlite")) <= found


def test_a_database_without_triggers_is_refused():
    with pytest.raises(NotImplementedError):
        list(triggers._statements("mysql"))


def test_the_settings_of_the_database_are_those_that_durability_needs(log):
    only("sqlite")
    with connection.cursor() as cursor:
        found = {}
        for pragma in ("recursive_triggers", "foreign_keys", "synchronous"):
            cursor.execute(f"PRAGMA {pragma}")
            found[pragma] = cursor.fetchone()[0]
    assert found == {"recursive_triggers": 1, "foreign_keys": 1, "synchronous": 2}
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
