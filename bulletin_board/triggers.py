# SPDX-License-Identifier: AGPL-3.0-or-later
"""The triggers by which the database itself keeps the board append-only, and its sequence without gaps.

Specification: docs/spec/board.md, "Storage". Django cannot make SQLite's STRICT tables, so the insert
triggers compare the types as well. Whoever owns the tables can drop the triggers: only witnesses stop that. A
migration that alters one of these tables drops the triggers first and creates them last: SQLite would lose
them unnoticed.
"""

from collections.abc import Iterator

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

APPEND_ONLY = (
    "bulletin_board_log",
    "bulletin_board_blob",
    "bulletin_board_entry",
    "bulletin_board_node",
    "bulletin_board_signedhead",
)

# Rows that may not be inserted, by table: (name of the trigger, condition on the new row, message). REPLACE
# deletes the row it collides with, and does so past the DELETE trigger unless recursive_triggers is on: so a
# row of the same key is refused before.
_SQLITE_INSERT = (
    (
        "bulletin_board_log",
        "identity",
        """
        typeof(NEW.origin) <> 'text' OR typeof(NEW.slug) <> 'text'
        OR EXISTS (SELECT 1 FROM bulletin_board_log
                   WHERE id = NEW.id OR origin = NEW.origin OR slug = NEW.slug)
        """,
        "a log of this name exists",
    ),
    (
        "bulletin_board_blob",
        "identity",
        """
        typeof(NEW.data) <> 'blob' OR length(NEW.sha256) <> 64
        OR EXISTS (SELECT 1 FROM bulletin_board_blob WHERE sha256 = NEW.sha256)
        """,
        "a blob of this hash exists, or is not one",
    ),
    (
        "bulletin_board_entry",
        "gapless",
        """
        typeof(NEW.seq) <> 'integer'
        OR NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM bulletin_board_entry
                       WHERE log_id = NEW.log_id)
        """,
        "not the next entry",
    ),
    (
        "bulletin_board_entry",
        "identity",
        """
        typeof(NEW.envelope) <> 'blob' OR length(NEW.envelope) > 65535
        OR typeof(NEW.leaf_hash) <> 'blob' OR length(NEW.leaf_hash) <> 32
        OR typeof(NEW.chain_hash) <> 'blob' OR length(NEW.chain_hash) <> 32
        OR EXISTS (SELECT 1 FROM bulletin_board_entry
                   WHERE log_id = NEW.log_id AND leaf_hash = NEW.leaf_hash)
        OR EXISTS (SELECT 1 FROM bulletin_board_entry
                   WHERE log_id = NEW.log_id AND chain_hash = NEW.chain_hash)
        """,
        "this entry exists, or is not one",
    ),
    (
        "bulletin_board_node",
        "identity",
        """
        typeof(NEW.level) <> 'integer' OR NEW.level < 1 OR typeof(NEW."index") <> 'integer'
        OR typeof(NEW.hash) <> 'blob' OR length(NEW.hash) <> 32
        OR EXISTS (SELECT 1 FROM bulletin_board_node
                   WHERE log_id = NEW.log_id AND level = NEW.level AND "index" = NEW."index")
        """,
        "this node exists, or is not one",
    ),
    (
        "bulletin_board_signedhead",
        "forward",
        """
        typeof(NEW.size) <> 'integer' OR typeof(NEW.note) <> 'blob'
        OR NEW.size <= (SELECT max(size) FROM bulletin_board_signedhead WHERE log_id = NEW.log_id)
        OR NEW.size > (SELECT coalesce(max(seq) + 1, 0) FROM bulletin_board_entry
                       WHERE log_id = NEW.log_id)
        """,
        "a head goes forward only, and not beyond the entries",
    ),
)

# The search path of the functions is fixed: a temporary table could stand in for the board's own. Their plans
# are not kept: one made while the log was short reads the whole table for every entry afterwards.
_POSTGRESQL_FUNCTIONS = """
CREATE FUNCTION bulletin_board_refuse() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE FUNCTION bulletin_board_gapless() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM bulletin_board_entry WHERE log_id = NEW.log_id) THEN
        RAISE EXCEPTION 'not the next entry';
    END IF;
    IF length(NEW.envelope) > 65535 OR length(NEW.leaf_hash) <> 32 OR length(NEW.chain_hash) <> 32 THEN
        RAISE EXCEPTION 'not an entry';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION bulletin_board_forward() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF NEW.size <= (SELECT max(size) FROM bulletin_board_signedhead WHERE log_id = NEW.log_id)
        OR NEW.size > (SELECT coalesce(max(seq) + 1, 0) FROM bulletin_board_entry WHERE log_id = NEW.log_id)
    THEN
        RAISE EXCEPTION 'a head goes forward only, and not beyond the entries';
    END IF;
    RETURN NEW;
END $$;
"""
_POSTGRESQL_INSERT = (
    ("bulletin_board_entry", "gapless"),
    ("bulletin_board_signedhead", "forward"),
)


def create(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers for the database in use; raises NotImplementedError for one that has none."""
    for statement in _statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def drop(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers: the board can then be changed. For migrations and for clearing a test database."""
    for statement in _drop_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def _statements(vendor: str) -> Iterator[str]:
    if vendor == "sqlite":
        yield from _sqlite()
    elif vendor == "postgresql":
        yield _POSTGRESQL_FUNCTIONS
        yield from _postgresql()
    else:
        raise NotImplementedError(f"no triggers are written for {vendor}: use PostgreSQL or SQLite")


def _sqlite() -> Iterator[str]:
    for table in APPEND_ONLY:
        for event in ("update", "delete"):
            yield (
                f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    for table, name, condition, message in _SQLITE_INSERT:
        yield (
            f"CREATE TRIGGER {table}_{name} BEFORE INSERT ON {table} WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def _postgresql() -> Iterator[str]:
    for table in APPEND_ONLY:
        yield from _postgresql_trigger(table, "no_change", "UPDATE OR DELETE", "ROW", "refuse")
        yield from _postgresql_trigger(table, "no_truncate", "TRUNCATE", "STATEMENT", "refuse")
    for table, name in _POSTGRESQL_INSERT:
        yield from _postgresql_trigger(table, name, "INSERT", "ROW", name)


def _postgresql_trigger(table: str, name: str, event: str, each: str, function: str) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table}"
        f" FOR EACH {each} EXECUTE FUNCTION bulletin_board_{function}()"
    )
    # ALWAYS: session_replication_role = replica does not switch it off.
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}"


def _drop_statements(vendor: str) -> Iterator[str]:
    if vendor == "sqlite":
        for table in APPEND_ONLY:
            yield from (f"DROP TRIGGER {table}_no_{event}" for event in ("update", "delete"))
        yield from (f"DROP TRIGGER {table}_{name}" for table, name, _, _ in _SQLITE_INSERT)
    else:
        for function in ("refuse", "gapless", "forward"):
            yield f"DROP FUNCTION bulletin_board_{function}() CASCADE"
