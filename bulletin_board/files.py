# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that are there whole or not at all, also after a power cut.

Crash order: the bytes are on the disk before the name is. An error of fsync is fatal and never tried again:
what the kernel then holds of the file is unknown.
"""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from bulletin_board.errors import FolderBusy

_PUBLIC = 0o644  # what is published may be read by all
_LOCK = ".lock"


def write_file(file: Path, data: bytes) -> None:
    """Write `data` under the name `file`, whole or not at all; `sync_folder` makes the name durable."""
    replace_file(file, lambda opened: opened.write(data))


def replace_file(file: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Let `write` fill a temporary file beside `file`, then give it that name."""
    # delete=False: after the rename there is nothing left to delete.
    with NamedTemporaryFile(dir=file.parent, prefix=".", suffix=".part", delete=False) as opened:
        try:
            write(opened)
            opened.flush()
            os.fsync(opened.fileno())
            Path(opened.name).chmod(_PUBLIC)
            Path(opened.name).replace(file)
        except BaseException:
            Path(opened.name).unlink(missing_ok=True)
            raise


def cut_and_append(file: Path, length: int, pieces: Iterable[bytes]) -> None:
    """Leave the first `length` bytes of `file`, which is made, and put `pieces` behind them, durably.

    What a process that died had begun to append is cut off. The file must have `length` bytes at least.
    """
    with file.open("ab") as opened:
        opened.truncate(length)
        opened.writelines(pieces)
        opened.flush()
        os.fsync(opened.fileno())
        os.fchmod(opened.fileno(), _PUBLIC)


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Be the only process that writes into `folder`, which is made; raises FolderBusy."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderBusy(f"another process writes into {folder}") from None
        yield


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Wait until no thread and no process is inside with the same file `lock`, which is made."""
    with lock.open("wb") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
