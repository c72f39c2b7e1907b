# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that are whole and on the disk before anything relies on them; secrets for their owner only.

Crash order: a temporary file is written and synced, then takes its name in one step, then the folder is
synced. A reader sees the old state or the new one. Reading is done by `tally.registrar.files`.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from tally.station.errors import FileExists, FileRefused

SECRET_MODE = 0o600
FOLDER_MODE = 0o700
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def create(path: Path, data: bytes) -> None:
    """Make a new file; of several that try at once, one succeeds. Raises FileExists, FileRefused."""
    temporary = _write_temporary(path, data)
    try:
        os.link(temporary, path)  # fails if the name is taken, unlike a rename
    except FileExistsError:
        raise FileExists(f"{path} exists already; nothing is overwritten") from None
    except OSError as error:
        raise FileRefused(f"{path} cannot be created: {error.strerror}") from None
    finally:
        temporary.unlink()
    _sync_folder(path.parent)


def rename(old: Path, new: Path) -> None:
    """Put a file in the place of another. Raises FileRefused; then both are still there."""
    try:
        old.replace(new)
    except OSError as error:
        raise FileRefused(f"{new} cannot be replaced: {error.strerror}") from None
    _sync_folder(new.parent)


def make_folder(path: Path) -> None:
    """Make a folder for its owner only, unless it is there. Raises FileRefused."""
    try:
        path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise FileRefused(f"{path} cannot be made: {error.strerror}") from None


def _write_temporary(path: Path, data: bytes) -> Path:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(temporary, _NEW, SECRET_MODE), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise FileRefused(f"{path} cannot be written: {error.strerror}") from None
    return temporary


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
