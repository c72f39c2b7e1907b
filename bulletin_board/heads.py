# SPDX-License-Identifier: AGPL-3.0-or-later
"""The last signed head of each log, remembered a second time outside the database.

Specification: docs/spec/board.md, "Signing". A database restored from a backup does not know what was signed
since; this folder does, and so the log is never forked. The caller holds the log's lock.
"""

import hashlib
from pathlib import Path

from bulletin_board.files import sync_folder, write_file


class HeadMemory:
    """A folder with one file a log: the note that was signed last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, origin: str) -> bytes | None:
        """Return the last note remembered for the log, or None."""
        try:
            return self._file(origin).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, origin: str, note: bytes) -> None:
        """Remember `note`; it is on the disk when this returns."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_file(self._file(origin), note)
        sync_folder(self._folder)

    def _file(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.note"
