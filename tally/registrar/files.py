# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files on the registrar's machine: created once, never overwritten, secrets for their owner only.

Refusals are named; a file that could not be written whole is removed. It does not know what files hold.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tally.registrar.errors import FileExists, FileRefused

SECRET_MODE = 0o600
PUBLIC_MODE = 0o644
_FOLDER_MODE = 0o700
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def write_new(path: Path, data: bytes, *, mode: int) -> None:
    """Create `path` with exactly this mode, write and sync. Raises FileExists, FileRefused."""
    try:
        handle = os.open(path, _NEW, SECRET_MODE)
    except FileExistsError:
        raise FileExists(f"{path} exists already; nothing is overwritten") from None
    except OSError as error:
        raise FileRefused(f"{path} cannot be created: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise FileRefused(f"{path} cannot be written: {error.strerror}") from None


def require_absent(path: Path) -> None:
    """Raise FileExists if there is anything at `path`, a dangling link included."""
    if os.path.lexists(path):
        raise FileExists(f"{path} exists already; nothing is overwritten")


@contextmanager
def new_folder(path: Path) -> Iterator[None]:
    """Create a folder that only its owner can enter; if the work inside fails, it goes with all its files.

    Raises FileExists, FileRefused.
    """
    try:
        path.mkdir(mode=_FOLDER_MODE)
    except FileExistsError:
        raise FileExists(f"{path} exists already; nothing is overwritten") from None
    except OSError as error:
        raise FileRefused(f"{path} cannot be created: {error.strerror}") from None
    try:
        yield
    except BaseException:
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
        raise


def read_limited(path: Path, *, limit: int) -> bytes:
    """Return a file of at most `limit` octets. Raises FileRefused."""
    return _read(path, limit=limit, private=False)


def read_private(path: Path, *, limit: int) -> bytes:
    """Return a regular file that nobody but its owner can read. Raises FileRefused."""
    return _read(path, limit=limit, private=True)


def _read(path: Path, *, limit: int, private: bool) -> bytes:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())  # of the opened file: the path may be exchanged meanwhile
            if private and not stat.S_ISREG(status.st_mode):
                raise FileRefused(f"{path} is not a regular file")
            if private and status.st_mode & _OTHERS:
                raise FileRefused(f"{path} can be read by others: chmod 600 it", expected=oct(SECRET_MODE))
            data = file.read(limit + 1)
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > limit:
        raise FileRefused(f"{path} is too large", expected=limit)
    return data
