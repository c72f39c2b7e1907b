# SPDX-License-Identifier: AGPL-3.0-or-later
"""PostgreSQL, asked by the server's own role, which may read and append to the board, and nothing more."""

import psycopg
import pytest

from bulletin_board.triggers import APPEND_ONLY
from tests.servers import environment, manage
from voting.demonstration.servers import APPLICATION, OWNER

pytestmark = pytest.mark.servers

ENTRY = (
    "INSERT INTO bulletin_board_entry (log_id, seq, envelope, leaf_hash, chain_hash, payload_id)"
    " VALUES (%s, %s, %s, %s, %s, 'a')"
)


@pytest.fixture(scope="module")
def log(database):
    """A log of three entries, appended by the server's role."""
    with database.connect() as connection:
        row = connection.execute(
            "INSERT INTO bulletin_board_log (origin, slug) VALUES ('example.org/one', 'one') RETURNING id"
        ).fetchone()
        connection.execute("INSERT INTO bulletin_board_blob (sha256, data) VALUES ('a', '')")
        for seq in range(3):
            connection.execute(ENTRY, entry(row[0], seq))
        connection.execute("INSERT INTO bulletin_board_node VALUES (1, 0, %s, %s)", [b"h" * 32, row[0]])
        connection.execute("INSERT INTO bulletin_board_signedhead VALUES (3, '', '', %s)", [row[0]])
    return row[0]


def entry(log, seq):
    return [log, seq, b"{}", bytes([seq]) * 32, bytes([seq, 1]) * 16]


@pytest.fixture
def server(database, log):
    with database.connect() as connection:
        yield connection


def refused(connection, *statements, parameters=None, error=psycopg.errors.InsufficientPrivilege):
    *before, last = statements
    with connection.transaction(force_rollback=True):
        for statement in before:
            connection.execute(statement)
        with pytest.raises(error):
            connection.execute(last, parameters)


FORBIDDEN = [
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE TRIGGER {table}_no_change",
    "ALTER TABLE {table} ENABLE REPLICA TRIGGER {table}_no_change",
    "DROP TRIGGER {table}_no_change ON {table}",
    "CREATE RULE gone AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION bulletin_board_refuse()",
    "DROP TABLE {table} CASCADE",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "ALTER TABLE {table} RENAME TO another",
    "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
]
COLUMNS = {
    "bulletin_board_log": "slug",
    "bulletin_board_blob": "data",
    "bulletin_board_entry": "envelope",
    "bulletin_board_node": "hash",
    "bulletin_board_signedhead": "note",
}


@pytest.mark.parametrize("statement", FORBIDDEN)
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_is_on_the_board_cannot_be_touched(server, table, statement):
    refused(server, statement.format(table=table, column=COLUMNS[table]))


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET ROLE veritally_owner",
        "SET SESSION AUTHORIZATION veritally_owner",
        "ALTER ROLE veritally SUPERUSER",
        "CREATE OR REPLACE FUNCTION bulletin_board_refuse() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
        "DROP FUNCTION bulletin_board_gapless() CASCADE",
        "CREATE TABLE public.another (a int)",
        "CREATE TEMPORARY TABLE bulletin_board_entry (log_id bigint, seq bigint)",
        "DROP SCHEMA public CASCADE",
        "DELETE FROM django_migrations",
    ],
)
def test_the_servers_role_cannot_give_itself_more(server, statement):
    refused(server, statement)


@pytest.mark.parametrize("seq", [0, 1, 2, 4, 100])
def test_an_entry_that_is_not_the_next_is_refused(server, log, seq):
    refused(server, ENTRY, parameters=entry(log, seq), error=psycopg.errors.RaiseException)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_even_the_owner_of_the_tables_is_refused(database, log, table, statement):
    with database.connect(OWNER) as owner:
        refused(
            owner, statement.format(table=table, column=COLUMNS[table]), error=psycopg.errors.RaiseException
        )


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_even_the_owner_cannot_empty_a_table(database, log, table):
    with database.connect(OWNER) as owner:
        refused(owner, f"TRUNCATE {table} CASCADE", error=psycopg.errors.RaiseException)


@pytest.mark.parametrize("statement", ["DELETE FROM {table}", "TRUNCATE {table} CASCADE"])
def test_a_superuser_who_plays_a_replica_meets_the_triggers_too(database, log, statement):
    with database.connect(database.server.superuser) as superuser:
        refused(
            superuser,
            "SET LOCAL session_replication_role = replica",
            statement.format(table="bulletin_board_entry"),
            error=psycopg.errors.RaiseException,
        )


def test_a_temporary_table_of_an_owner_does_not_stand_in_for_the_board(database, log):
    with database.connect(OWNER) as owner:
        refused(
            owner,
            "CREATE TEMPORARY TABLE bulletin_board_entry (log_id bigint, seq bigint)",
            ENTRY.replace("bulletin_board_entry", "public.bulletin_board_entry"),
            parameters=entry(log, 0),
            error=psycopg.errors.RaiseException,
        )


def test_every_trigger_is_always_on(database):
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
        ).fetchall()
    assert {row[2] for row in rows} == {"A"}
    assert {(row[0], row[1]) for row in rows} >= {
        (table, f"{table}_{name}") for table in APPEND_ONLY for name in ("no_change", "no_truncate")
    }
    assert "bulletin_board_entry_gapless" in {row[1] for row in rows}


def test_other_tables_can_be_changed(server):
    server.execute("DELETE FROM django_session")
    server.execute("UPDATE tally_tally SET verdict = verdict")


def grants(tmp_path, database, role):
    env = environment(tmp_path, database=database.owner_url, broker="filesystem://")
    return manage("grant_roles", role, env=env)


def test_rights_that_were_given_by_hand_are_taken_again(database, log, tmp_path):
    with database.connect(OWNER) as owner:
        owner.execute(f"GRANT ALL ON bulletin_board_entry TO {APPLICATION}, PUBLIC")
        assert grants(tmp_path, database, APPLICATION).returncode == 0
    with database.connect() as server:
        refused(server, "TRUNCATE bulletin_board_entry CASCADE")


def test_a_role_that_can_do_more_than_it_may_is_refused(database, tmp_path):
    server = database.server
    server.run(
        "CREATE ROLE mighty LOGIN SUPERUSER",
        "CREATE ROLE heir LOGIN IN ROLE veritally_owner",
        "CREATE ROLE writer LOGIN IN ROLE pg_write_all_data",
        "CREATE ROLE maker LOGIN CREATEROLE",
    )
    for role in ("mighty", "heir", "writer", "maker", OWNER):
        done = grants(tmp_path, database, role)
        assert done.returncode == 1
        assert "can do more than it may" in done.stderr


def test_a_role_that_does_not_exist_is_refused(database, tmp_path):
    assert "create it first" in grants(tmp_path, database, "nobody-yet").stderr


def test_another_database_has_no_roles(tmp_path):
    env = environment(tmp_path, database=f"sqlite:///{tmp_path / 'db'}", broker="filesystem://")
    assert "only PostgreSQL has roles" in manage("grant_roles", APPLICATION, env=env).stderr
