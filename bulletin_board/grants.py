# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the server's own role may do in PostgreSQL: read and append to the board; change what is elsewhere.

Specification: docs/spec/board.md, "Storage"; set-up: docs/operations.md. The tables belong to a role that
runs migrations and nothing else: only an owner can drop a trigger or switch it off. A superuser still wins,
which only witnesses stop.
"""

from collections.abc import Iterator

from django.db import connection

from bulletin_board.errors import RoleRefused
from bulletin_board.triggers import APPEND_ONLY

_READ_ONLY = ("django_migrations",)
_UNFIT = """
SELECT rolname FROM pg_roles WHERE rolname = %s AND (
    rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
    OR pg_has_role(oid, 'pg_write_all_data', 'MEMBER')
    OR EXISTS (SELECT 1 FROM pg_class
               WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                   AND pg_has_role(pg_roles.oid, relowner, 'MEMBER'))
)
"""


def grant(role: str) -> None:
    """Give `role` what the server needs, and take all else; to be repeated after every migration.

    Run as the owner of the tables. Raises RoleRefused for a role that cannot be kept from more, and on
    another database than PostgreSQL.
    """
    if connection.vendor != "postgresql":
        raise RoleRefused("only PostgreSQL has roles")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            raise RoleRefused(f"there is no role {role}: create it first")
        cursor.execute(_UNFIT, [role])
        if cursor.fetchone() is not None:
            raise RoleRefused(
                f"the role {role} can do more than it may: it owns tables or has rights of its own"
            )
        tables = connection.introspection.table_names(cursor)
        for statement in _statements(role, tables, str(connection.settings_dict["NAME"])):
            cursor.execute(statement)


def _statements(role: str, tables: list[str], database: str) -> Iterator[str]:
    quote = connection.ops.quote_name
    role = quote(role)
    # A temporary table of the same name would be found before the board's own.
    yield f"REVOKE TEMPORARY ON DATABASE {quote(database)} FROM PUBLIC, {role}"
    yield f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    for table in tables:
        yield f"REVOKE ALL ON TABLE {quote(table)} FROM PUBLIC, {role}"
        yield f"GRANT {_privileges(table)} ON TABLE {quote(table)} TO {role}"


def _privileges(table: str) -> str:
    if table in _READ_ONLY:
        return "SELECT"
    return "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
