# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking a server only for what is new: the rest lies in a copy that an earlier verification left.

Specification: docs/spec/verification.md, "Since". Neither the server nor the copy is believed. A payload is
taken from the copy if it has the hash that it is asked by. Entries are, if all of them together have the root
of the earlier checkpoint, and the server's hash tiles prove that the board continues that. Otherwise all are
read anew.
"""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from bulletin_board import layout, reader
from bulletin_board.errors import BoardError, SourceError
from bulletin_board.log import merkle, note, tiles
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.tiles import WIDTH, Tile
from bulletin_board.sources import FolderSource, Source
from bulletin_board.tile_hashes import TileHashes
from tally.verifier.earlier import Earlier

_BUNDLES = f"{layout.TILE}entries/"
_INCOMING = ".incoming"


def copy_beside(state: Path) -> Path:
    """Return the folder of the copy that belongs to this file of `--state` or `--since`."""
    return state.with_name(f"{state.name}.copy")


class Copy:
    """Folders with what was read before: all are looked into, and the first is written.

    A copy is a help and no duty: once it cannot be written, nothing more is kept; see `trouble`.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._home = folders[0]
        self._places = [FolderSource(folder) for folder in dict.fromkeys(folders)]
        self._staged: set[str] = set()
        self.trouble: OSError | None = None
        self._drop_staged()

    def holding(self, head: Checkpoint) -> Source | None:
        """Return the folder whose entries have the root of `head`; None if there is none."""
        return next((place for place in self._places if _root_of(place, head.size) == head.root), None)

    def blob(self, path: str, *, limit: int) -> bytes | None:
        """Return the payload at `path` if it is here, undamaged."""
        for place in self._places:
            try:
                data = place.read(path, limit=limit)
            except SourceError:
                continue
            if _is_named(path, data):
                if place is not self._places[0]:
                    self.keep_blob(path, data)
                return data
        return None

    def keep_blob(self, path: str, data: bytes) -> None:
        """Keep a payload: its name vouches for it, whoever sent it."""
        if _is_named(path, data):
            self._write(path, data)

    def stage_bundle(self, path: str, data: bytes) -> None:
        """Keep a bundle of entries aside: only `settle` puts it in the place of one that was verified."""
        self._write(f"{_INCOMING}/{path}", data)
        self._staged.add(path)

    def settle(self, checkpoint: bytes) -> None:
        """Put what was read in its place, under `checkpoint`: it has been verified."""
        try:
            for path in sorted(self._staged if self.trouble is None else ()):
                (self._home / path).parent.mkdir(parents=True, exist_ok=True)
                (self._home / _INCOMING / path).replace(self._home / path)
                self._drop_others(path)
        except OSError as error:
            self.trouble = error
        self._write(layout.CHECKPOINT, checkpoint)
        self._drop_staged()

    def _drop_staged(self) -> None:
        self._staged.clear()
        shutil.rmtree(self._home / _INCOMING, ignore_errors=True)

    def _write(self, path: str, data: bytes) -> None:
        # Not synced: what a power cut damages has another hash, or another root, and is read from the server.
        # Never through a link: a folder that somebody else has made must not lead elsewhere.
        if self.trouble is not None:
            return
        file = self._home / path
        part = file.with_name(f".{file.name}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            with part.open("xb") as opened:
                opened.write(data)
            part.replace(file)
        except OSError as error:
            self.trouble = error

    def _drop_others(self, path: str) -> None:
        """Drop the shorter bundles that the one at `path` begins with."""
        file = self._home / path
        if PurePosixPath(path).parent.suffix != ".p":
            shutil.rmtree(f"{file}.p", ignore_errors=True)
            return
        for other in file.parent.iterdir():
            if other != file:
                other.unlink()


class KeptSource:
    """A board as it is served, read from a copy as far as that goes; a `Source`.

    `entries` is how many of the first ones come from the copy.
    """

    def __init__(self, source: Source, copy: Copy, earlier: Earlier | None) -> None:
        """Read the checkpoint, unverified. Raises a SourceError if there is none."""
        self._source = source
        self._copy = copy
        self._checkpoint = source.read(layout.CHECKPOINT, limit=note.LIMIT)
        self._base = None if earlier is None else self._continued(earlier)
        self.entries = 0 if earlier is None or self._base is None else earlier.head.size

    def read(self, path: str, *, limit: int) -> bytes:
        """Return the resource at `path`: see `Source`."""
        if path == layout.CHECKPOINT:
            return self._checkpoint  # the one that was compared, should the board grow meanwhile
        if path.startswith(layout.BLOB):
            return self._blob(path, limit)
        if path.startswith(_BUNDLES):
            return self._bundle(path, limit)
        return self._source.read(path, limit=limit)

    def _continued(self, earlier: Earlier) -> Source | None:
        """The copy of the earlier board, if this board is proved to continue it."""
        then = earlier.head
        base = self._copy.holding(then)
        if base is None:
            return None
        try:
            now = Checkpoint.from_text(note.Note.from_bytes(self._checkpoint).text)
            proof = merkle.prove_consistency(then.size, now.size, TileHashes(self._source, now.size))
            merkle.check_consistency(then.size, now.size, then.root, now.root, proof)
        except BoardError:  # a fork, an older board, or false tiles: the entries themselves will show it
            return None
        return base

    def _blob(self, path: str, limit: int) -> bytes:
        found = self._copy.blob(path, limit=limit)
        if found is None:
            found = self._source.read(path, limit=limit)
            self._copy.keep_blob(path, found)
        return found

    def _bundle(self, path: str, limit: int) -> bytes:
        bundle = Tile.from_path(path)
        known = self._known(bundle)
        if len(known) < bundle.width:
            known = self._grown(known, self._source.read(path, limit=limit), bundle)
        data = tiles.format_bundle(known)  # within `limit`: each part was
        self._copy.stage_bundle(path, data)
        return data

    def _grown(self, known: tuple[bytes, ...], data: bytes, bundle: Tile) -> tuple[bytes, ...]:
        """What is known, and then what the server has: of what was verified it is not asked again."""
        return (*known, *tiles.parse_bundle(data, bundle.width)[len(known) :])

    def _known(self, bundle: Tile) -> tuple[bytes, ...]:
        width = min(self.entries - bundle.index * WIDTH, bundle.width)
        if self._base is None or width <= 0:
            return ()
        return reader.read_bundle(self._base, Tile(level=None, index=bundle.index, width=width))


def _root_of(place: Source, size: int) -> bytes:
    """The root of the first `size` entries in a copy, b"" if they are not all there."""
    tree = merkle.Frontier(0, ())
    try:
        for data in reader.iter_data(place, size):
            tree.add(merkle.leaf_hash(data))
    except BoardError:
        return b""
    return tree.root()


def _is_named(path: str, data: bytes) -> bool:
    return hashlib.sha256(data).hexdigest() == layout.digest_in(path, layout.BLOB)
