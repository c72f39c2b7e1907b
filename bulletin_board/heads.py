# SPDX-License-Identifier: AGPL-3.0-or-later
"""The last signed head of each log, remembered a second time outside the database.

Specification: docs/spec/board.md, "Signing". A database restored from a backup does not know what was signed
since; this folder does, and so the log is never forked. All hosts that sign share it: the log's lock is the
database's own, and after a failover there may be two of those.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bulletin_board.files import clear_parts, sync_folder, write_file


class HeadMemory:
    """A folder with one file a log: the note that was signed last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __str__(self) -> str:
        return str(self._folder)

    def read(self, origin: str) -> bytes | None:
        """Return the last note remembered for the log, or None."""
        try:
            return self._file(origin, "note").read_bytes()
        except FileNotFoundError:
            return None

    @contextmanager
    def held(self, origin: str) -> Iterator[None]:
        """Be the only one who compares and then writes what is remembered of the log, on whatever host.

        Taken after the log's lock in the database, never before. It ends with the process.
        """
        self._make()
        with self._file(origin, "lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def write(self, origin: str, note: bytes) -> None:
        """Remember `note`; it is on the disk when this returns."""
        self._make()
        clear_parts(self._folder)
        write_file(self._file(origin, "note"), note)
        sync_folder(self._folder)

    def _make(self) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            sync_folder(self._folder.parent)

    def _file(self, origin: str, kind: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.{kind}"
