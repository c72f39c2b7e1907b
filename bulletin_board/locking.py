# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lock under which a log is read and then written: one process at a time, of however many serve.

Specification: docs/spec/board.md, "Storage".
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from bulletin_board.models import Log

_ADVISORY_LOCKS = 0x766C  # the class of this application's advisory locks


@contextmanager
def locked(log: Log) -> Iterator[None]:
    """Hold the only right to append to or to sign `log`, in a transaction of its own.

    Raises RuntimeError inside another transaction: what is written must be durable when this ends. On SQLite
    the lock is the transaction itself, which is IMMEDIATE (see the settings).
    """
    with transaction.atomic(durable=True):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_ADVISORY_LOCKS, log.pk])
        yield
