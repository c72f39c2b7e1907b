# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which names a disk would have after a power cut, if it keeps no more than it must.

A name that was given is durable when its folder was synced. One whose folder's fsync failed is lost for ever,
though the next fsync says that all is well: Linux marks what it could not write as written. Only a name that
is given anew can become durable then.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock


class Disk:
    """The names below `root`; those that are there at first are durable."""

    def __init__(self, root: Path) -> None:
        self.durable = set(root.rglob("*")) | {root}
        self._root = root
        self._given: defaultdict[Path, set[Path]] = defaultdict(set)

    def gave(self, path: Path) -> None:
        self.durable.discard(path)
        self._given[path.parent].add(path)

    def took(self, path: Path) -> None:
        self.durable.discard(path)
        self._given[path.parent].discard(path)

    def synced(self, folder: Path) -> None:
        self.durable |= self._given.pop(folder, set())

    def lost(self, folder: Path) -> None:
        self._given.pop(folder, None)

    def keeps(self, path: Path) -> bool:
        """Say whether the name and those of the folders above it are durable."""
        above = [folder for folder in path.parents if folder.is_relative_to(self._root)]
        return self.durable.issuperset({path, *above})


@contextmanager
def watched(root: Path, before_checkpoint: Callable[[Disk, Path], None]) -> Iterator[Disk]:
    """Follow what is done below `root`; tell `before_checkpoint` in which folder one is about to be put."""
    disk = Disk(root)
    replace, mkdir, unlink, rmdir, fsync = os.replace, os.mkdir, os.unlink, os.rmdir, os.fsync

    def replaced(old: Path, new: Path) -> None:
        if Path(new).name == "checkpoint":
            before_checkpoint(disk, Path(new).parent)
        replace(old, new)
        disk.gave(Path(new))

    def made(path: Path, *mode: int) -> None:
        mkdir(path, *mode)
        disk.gave(Path(path))

    def unlinked(path: Path) -> None:
        unlink(path)
        disk.took(Path(path))

    def removed(path: Path) -> None:
        rmdir(path)
        disk.took(Path(path))

    def synced(descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        try:
            fsync(descriptor)
        except OSError:
            disk.lost(place)
            raise
        disk.synced(place)

    with (
        mock.patch("os.replace", replaced),
        mock.patch("os.mkdir", made),
        mock.patch("os.unlink", unlinked),
        mock.patch("os.rmdir", removed),
        mock.patch("os.fsync", synced),
    ):
        yield disk
