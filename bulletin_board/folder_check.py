# SPDX-License-Identifier: AGPL-3.0-or-later
"""An exported folder compared with what is stored, slice by slice, and mended.

Specification: docs/spec/board.md, "Checking itself". Readers get the folder's files and not the database: one
flipped bit there makes an honest board look false. What differs is written anew, but only from entries that
are proved to be those of the checkpoint in the folder; damage is reported, never passed on.
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bulletin_board import layout
from bulletin_board.errors import NotFound
from bulletin_board.exporting import (
    drop_partial,
    export,
    match_commitments,
    size_in,
    sync_folders,
    write,
    write_lines,
)
from bulletin_board.files import only_writer
from bulletin_board.lines import Lines
from bulletin_board.log import merkle, tiles
from bulletin_board.log.checkpoint import open_checkpoint
from bulletin_board.log.keys import VerifierKey
from bulletin_board.models import Log
from bulletin_board.publication import Publication
from bulletin_board.rehashing import rehash, stored_tree
from bulletin_board.rows import StoredHashes

_TRACKERS = 16**8  # slices of trackers are told by their first eight digits
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Entries `start` to `stop` of the `target` that a check goes through."""

    start: int
    stop: int
    target: int

    @property
    def is_last(self) -> bool:
        """Whether the check ends with this slice."""
        return self.stop == self.target

    def trackers(self) -> tuple[str, str]:
        """Return the first tracker, and the first one behind, of this slice's share of all commitments."""
        low, high = (f"{place * _TRACKERS // self.target:08x}" for place in (self.start, self.stop))
        return low, "g" if self.is_last else high


def check(log: Log, folder: Path, part: Slice) -> None:
    """Compare one slice of the log's files in `folder`, if there are any; log what is damaged, and mend it.

    Raises FolderBusy: then it has to be done again. Raises NotFound if nothing is published, ForeignFolder,
    StoredBytesDamaged or a LogError where the database cannot mend what is damaged, OSError.
    """
    if not (folder / layout.CHECKPOINT).exists():
        return
    if size_in(folder, Publication(log)) == 0:
        export(log, folder)
        return
    # Without the lock of the folder: what seems wrong may be the work of an export that goes on meanwhile.
    if not part.is_last and _Look(log, folder, part).finds_nothing():
        return
    with only_writer(folder):
        _Look(log, folder, part).mend()


class _Look:
    """A slice of a folder under the checkpoint that is in it now."""

    def __init__(self, log: Log, folder: Path, part: Slice) -> None:
        self._log, self._folder, self._part = log, folder, part
        self._publication = Publication(log)
        self._size = size_in(folder, self._publication)
        self._start, self._stop = min(part.start, self._size), min(part.stop, self._size)
        self._lines = Lines(log, self._size)

    def finds_nothing(self) -> bool:
        """Say whether there is nothing to be done."""
        partial = (self._folder / f"{tile.to_path()}.p" for tile in tiles.filled(self._start, self._stop))
        return not any(folder.exists() for folder in partial) and next(self._damaged(), None) is None

    def mend(self) -> None:
        """Write anew what is damaged; take away, and bring, what is no damage. Under the folder's lock."""
        damaged = list(self._damaged())
        if damaged:
            more = f" and {len(damaged) - 1} more" if damaged[1:] else ""
            _log.critical("%s is damaged and is written anew: %s%s", self._folder, damaged[0], more)
            self._prove()
        for path in damaged:
            if path == layout.LINES:
                write_lines(self._lines, self._start, self._folder)
            else:
                write(self._publication, path, self._folder)
        sync_folders(damaged, self._folder)
        drop_partial(self._start, self._stop, self._folder)
        if self._part.is_last:
            match_commitments(self._publication, self._folder)

    def _damaged(self) -> Iterator[str]:
        """Yield the paths at which there is not what there should be."""
        for path in (*self._publication.added(self._start, self._stop, self._size), layout.VERIFIER_KEY):
            if not self._is_sound(path):
                yield path
        for path in self._publication.commitments_between(*self._part.trackers()):
            if (self._folder / path).exists() and not self._is_sound(path):
                yield path
        if not self._has_lines():
            yield layout.LINES

    def _is_sound(self, path: str) -> bool:
        try:
            data = (self._folder / path).read_bytes()
            if path.startswith(layout.BLOB):
                return hashlib.sha256(data).hexdigest() == layout.digest_in(path, layout.BLOB)
            return data == self._publication.resource(path).data
        except OSError:
            return False
        except NotFound:
            return True  # commitments that were taken back just now

    def _has_lines(self) -> bool:
        begin, end = (self._lines.start_of(seq) for seq in (self._start, self._stop))
        try:
            with (self._folder / layout.LINES).open("rb") as opened:
                opened.seek(begin)
                return all(opened.read(len(piece)) == piece for piece in self._lines.read(begin, end))
        except OSError:
            return False

    def _prove(self) -> None:
        """Raise unless the stored entries of the slice are those under the folder's checkpoint."""
        tree = stored_tree(self._log, self._start)
        for _ in rehash(self._log, tree, self._stop):
            pass
        key = VerifierKey.from_text(self._publication.verifier_key)
        head = open_checkpoint((self._folder / layout.CHECKPOINT).read_bytes(), key)
        proof = merkle.prove_consistency(self._stop, head.size, StoredHashes(self._log))
        merkle.check_consistency(self._stop, head.size, tree.root(), head.root, proof)
