# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that are there whole or not at all, also after a power cut.

Crash order: the bytes are on the disk before the name is. An fsync that failed is never tried again: the
next one may succeed though what the first was asked to keep is lost. What was to be made durable, a file or
a name, is made anew.
"""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from bulletin_board.errors import FolderBusy

_PUBLIC = 0o644  # what is published may be read by all
_LOCK = ".lock"
_PREFIX, _PART = ".veritally-", ".part"


def write_file(file: Path, data: bytes, *, parts: Path | None = None) -> None:
    """Write `data` under the name `file`, whole or not at all; `sync_folder` makes the name durable."""
    replace_file(file, lambda opened: opened.write(data), parts=parts)


def replace_file(file: Path, write: Callable[[IO[bytes]], object], *, parts: Path | None = None) -> None:
    """Let `write` fill a temporary file in the folder `parts`, or beside `file`, then give it that name.

    What a process that is killed leaves of it is taken away by `clear_parts`.
    """
    with _new_part(parts or file.parent) as opened:
        try:
            write(opened)
            opened.flush()
            os.fsync(opened.fileno())
            Path(opened.name).chmod(_PUBLIC)
            Path(opened.name).replace(file)
        except BaseException:
            Path(opened.name).unlink(missing_ok=True)
            raise


def clear_parts(folder: Path) -> None:
    """Take away the temporary files in `folder` whose writers were killed; those of living ones stay."""
    for part in folder.glob(f"{_PREFIX}*{_PART}"):
        with suppress(FileNotFoundError, BlockingIOError), part.open("rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)  # as its writer holds it
            part.unlink()


def make_folder(folder: Path) -> None:
    """Make `folder` and those above it, where they are missing, each with a durable name."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    try:
        sync_folder(folder.parent)
    except OSError:
        with suppress(OSError):  # else a name that was lost would be thought durable the next time
            folder.rmdir()
        raise


def remove_folder(folder: Path) -> None:
    """Take away `folder` with the files in it, if it is there."""
    if folder.is_dir():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


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
    """Be the only process that writes into `folder`, which is made and rid of `parts`; raises FolderBusy."""
    make_folder(folder)
    with (folder / _LOCK).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderBusy(f"another process writes into {folder}") from None
        clear_parts(folder)
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


def _new_part(folder: Path) -> IO[bytes]:
    """A new temporary file, locked as long as it is open: so it is known whether its writer lives."""
    while True:
        # delete=False: after the rename there is nothing left to delete.
        opened = NamedTemporaryFile(dir=folder, prefix=_PREFIX, suffix=_PART, delete=False)  # noqa: SIM115
        fcntl.flock(opened, fcntl.LOCK_EX)
        if os.fstat(opened.fileno()).st_nlink:  # nobody took it for a dead one's before it was locked
            return opened
        opened.close()
