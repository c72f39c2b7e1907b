# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every write step of the append path, counted, and made to fail one after the other.

A step is a statement that writes, a commit, an fsync, a name given to a file, or a folder made or taken away
("folder mkdir", "folder rmdir"). `at(number, fault)` lets the
steps before `number` happen and calls `fault` in place of it; `after=True` calls it once the step is done, as
when the power goes between two steps.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

from django.db import connection

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "COMMIT")


class Killed(BaseException):
    """As by SIGKILL: nothing that is meant for errors sees it."""


def killed() -> None:
    raise Killed


def disk_full() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def disk_broken() -> None:
    raise OSError(errno.EIO, "Input/output error")


class Steps:
    """The steps so far, by name; raises at one of them if told to."""

    def __init__(self, number: int | None, fault: Callable[[], None], *, after: bool, only: str) -> None:
        self.names: list[str] = []
        self._number, self._fault, self._after, self._only = number, fault, after, only
        self.struck = False

    def take(self, name: str, step: Callable[..., object], *arguments: object, **options: object) -> object:
        if not name.startswith(self._only):
            return step(*arguments, **options)
        self.names.append(name)
        strikes = not self.struck and len(self.names) - 1 == self._number
        self.struck = self.struck or strikes
        if strikes and not self._after:
            self._fault()
        found = step(*arguments, **options)
        if strikes:
            self._fault()
        return found


@contextmanager
def at(
    number: int | None, fault: Callable[[], None] = killed, *, after: bool = False, only: str = ""
) -> Iterator[Steps]:
    """Let step `number` fail; None lets all happen and counts them. `only`: steps whose names begin so."""
    steps = Steps(number, fault, after=after, only=only)
    fsync, replace, commit = os.fsync, os.replace, connection._commit
    mkdir, rmdir = os.mkdir, os.rmdir

    def statement(execute, sql, params, many, context):
        verb = sql.split(None, 1)[0].upper()
        if verb not in WRITES:
            return execute(sql, params, many, context)
        return steps.take(f"database {verb}", execute, sql, params, many, context)

    def commit_or_lose():
        try:
            steps.take("database commit", commit)
        except BaseException:
            connection._rollback()  # the transaction of a process that died is none
            raise

    with (
        mock.patch("os.fsync", lambda descriptor: steps.take("file fsync", fsync, descriptor)),
        mock.patch("os.replace", lambda old, new: steps.take("file rename", replace, old, new)),
        mock.patch("os.mkdir", lambda *path: steps.take("folder mkdir", mkdir, *path)),
        mock.patch("os.rmdir", lambda path: steps.take("folder rmdir", rmdir, path)),
        mock.patch.object(connection, "_commit", commit_or_lose),
        connection.execute_wrapper(statement),
    ):
        yield steps
