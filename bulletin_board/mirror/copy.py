# SPDX-License-Identifier: AGPL-3.0-or-later
"""The folder of a mirror: a board as files, under the last checkpoint that was verified.

Specification: docs/spec/board.md, "Mirrors". All that a checkpoint covers is on the disk before it is. What
is being fetched lies in `.incoming`, under no checkpoint. The lines in `entries.jsonl` are made from what was
verified; those behind the last that the checkpoint covers are cut off before more are added.
"""

import hashlib
import mmap
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeVar

from bulletin_board import layout, reader
from bulletin_board.errors import BoardError
from bulletin_board.files import cut_and_append, replace_file, sync_folder, write_file
from bulletin_board.log import checkpoint, line, merkle, note, tiles
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.envelope import Envelope
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.tiles import WIDTH, Tile
from bulletin_board.mirror.errors import AnotherLog, CopyDamaged
from bulletin_board.sources import FolderSource
from bulletin_board.tile_hashes import TileHashes

EVIDENCE = "evidence"
MAX_EVIDENCE = 100  # forks, which the log alone can make, that are kept
Found = TypeVar("Found")
_INCOMING = ".incoming"


def pinned_key(folder: Path) -> VerifierKey | None:
    """Return the key of the log that `folder` is a copy of; raises CopyDamaged."""
    try:
        text = (folder / layout.VERIFIER_KEY).read_text("utf-8")
    except FileNotFoundError:
        return None
    try:
        return VerifierKey.from_text(text.removesuffix("\n"))
    except BoardError as error:
        raise CopyDamaged(f"{layout.VERIFIER_KEY}: {error.message}") from None


class Copy:
    """The copy of one log in a folder, as it stands on the disk."""

    def __init__(self, folder: Path, key: VerifierKey) -> None:
        """Read the checkpoint of the copy, if there is one. Raises AnotherLog, CopyDamaged."""
        pinned = pinned_key(folder)
        if pinned is not None and pinned != key:
            raise AnotherLog("a copy of another log", expected=pinned.to_text(), computed=key.to_text())
        self.folder = folder
        self.key = key
        self.source = FolderSource(folder)
        self.note = b""
        self._staged: set[str] = set()
        self.head = Checkpoint(origin=key.name, size=0, root=merkle.EMPTY_ROOT)
        if (folder / layout.CHECKPOINT).exists():
            self.note = (folder / layout.CHECKPOINT).read_bytes()
            self.head = own(lambda: checkpoint.open_checkpoint(self.note, key))

    def anew(self) -> "Copy":
        """Return a copy in the same folder that takes nothing there for granted, to fetch everything again.

        Payloads that have their hash are used. The checkpoint stays the last that was vouched for.
        """
        copy = Copy(self.folder, self.key)
        copy.head = Checkpoint(origin=self.key.name, size=0, root=merkle.EMPTY_ROOT)
        return copy

    @property
    def hashes(self) -> TileHashes:
        """The hashes of the copy's tree."""
        return TileHashes(self.source, self.head.size)

    def tree(self) -> merkle.Frontier:
        """Return the copy's tree, to be grown; raises CopyDamaged if it is not the checkpoint's."""
        size = self.head.size
        tree = own(lambda: merkle.Frontier(size, self.hashes.read_hashes(merkle.frontier(size))))
        if tree.root() != self.head.root:
            raise CopyDamaged("the tree", expected=self.head.root, computed=tree.root())
        return tree

    def root_at(self, size: int) -> bytes:
        """Return the root of the copy's first `size` entries; raises CopyDamaged."""
        return own(lambda: merkle.root(size, self.hashes))

    def verified_root_at(self, size: int) -> bytes:
        """Return the root of the copy's first `size` entries, of all of them; raises CopyDamaged."""
        return own(lambda: reader.read_root(self.source, self.head, size))

    def bundle(self, bundle: Tile) -> tuple[bytes, ...]:
        """Return the entries of a bundle, unverified; raises CopyDamaged."""
        return own(lambda: reader.read_bundle(self.source, bundle))

    def last_entries(self) -> tuple[bytes, ...]:
        """Return the entries of the last bundle that is not full; raises CopyDamaged."""
        index, width = divmod(self.head.size, WIDTH)
        return self.bundle(Tile(level=None, index=index, width=width)) if width else ()

    def last_envelope(self) -> Envelope | None:
        """Return the newest envelope; raises CopyDamaged."""
        if self.head.size == 0:
            return None
        index, place = divmod(self.head.size - 1, WIDTH)
        entries = self.bundle(Tile(level=None, index=index, width=place + 1))
        return own(lambda: Envelope.from_bytes(entries[-1]))

    def holds_blob(self, digest: str) -> bool:
        """Say whether the payload with this hash is there or staged, undamaged."""
        path = layout.blob_path(digest)
        if self.holds_published(digest):
            return True
        if _hashes_to(self.folder / _INCOMING / path, digest):
            self._staged.add(path)
            return True
        return False

    def holds_published(self, digest: str) -> bool:
        """Say whether the payload with this hash is in its place, undamaged."""
        return _hashes_to(self.folder / layout.blob_path(digest), digest)

    def holds_tile(self, tile: Tile) -> bool:
        """Say whether there is a file of this tile, or of the full one that has replaced it."""
        return any((self.folder / found.to_path()).exists() for found in (tile, tile.full()))

    def holds_lines(self) -> bool:
        """Say whether there are lines; a mirror of an older version made none."""
        return (self.folder / layout.LINES).exists()

    def staged(self, path: str) -> bytes | None:
        """Return what an earlier attempt fetched, to be verified as if it were fetched now."""
        try:
            return (self.folder / _INCOMING / path).read_bytes()
        except FileNotFoundError:
            return None

    def stage(self, path: str, data: bytes) -> None:
        """Keep a file that no checkpoint covers yet: it will be published with the next."""
        file = self.folder / _INCOMING / path
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, data)
        self._staged.add(path)

    def drop_staged(self) -> None:
        """Forget what was fetched: it was not the log's."""
        self._staged.clear()
        shutil.rmtree(self.folder / _INCOMING, ignore_errors=True)

    def publish(self, data: bytes) -> None:
        """Put what is staged in its place, then the verified checkpoint `data` on top."""
        head = checkpoint.open_checkpoint(data, self.key)
        paths = sorted(self._staged)
        for path in paths:
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / _INCOMING / path).replace(self.folder / path)
        self._write_lines(head.size)
        self._sync({layout.BLOB + "x", *paths})
        if pinned_key(self.folder) is None:
            write_file(self.folder / layout.VERIFIER_KEY, f"{self.key.to_text()}\n".encode())
        write_file(self.folder / layout.CHECKPOINT, data)
        sync_folder(self.folder)
        self.drop_staged()
        for path in paths:  # partial tiles that a full one has replaced
            shutil.rmtree(self.folder / f"{path}.p", ignore_errors=True)
        self.note, self.head = data, head

    def holds_evidence(self, theirs: bytes) -> bool:
        """Say whether this checkpoint was found before to contradict the copy's."""
        return (self._evidence(theirs) / "theirs").exists()

    def keep_evidence(self, theirs: bytes) -> Path | None:
        """Keep two checkpoints of the log that contradict each other; return their folder.

        None if there is too much evidence already.
        """
        place = self._evidence(theirs)
        if not place.exists() and len(list(place.parent.glob("fork.*"))) >= MAX_EVIDENCE:
            return None
        place.mkdir(parents=True, exist_ok=True)
        write_file(place / "ours", self.note)
        write_file(place / "theirs", theirs)
        for folder in (place, place.parent, self.folder):
            sync_folder(folder)
        return place

    def _evidence(self, theirs: bytes) -> Path:
        name = hashlib.sha256(note.Note.from_bytes(theirs).text.encode()).hexdigest()[:16]
        return self.folder / EVIDENCE / f"fork.{self.head.size}.{name}"

    def _write_lines(self, size: int) -> None:
        """Bring the lines up to the first `size` entries, all of which are in their places."""
        file = self.folder / layout.LINES
        count, end = _end_of_lines(file, self.head.size)
        if end:
            cut_and_append(file, end, self._lines(count, size))
        else:  # whoever dies here, or reads, has the lines that were there
            replace_file(file, lambda opened: opened.writelines(self._lines(0, size)))

    def _lines(self, start: int, size: int) -> Iterator[bytes]:
        for bundle in tiles.bundles_of(size):
            first = bundle.index * WIDTH
            if first + bundle.width <= start:
                continue
            for data in self.bundle(bundle)[max(start - first, 0) :]:
                yield line.format_line(data, self._payload(data))

    def _payload(self, data: bytes) -> bytes:
        return own(lambda: reader.read_payload(self.source, Envelope.from_bytes(data)))

    def _sync(self, paths: set[str]) -> None:
        folders = {parent for path in paths for parent in PurePosixPath(path).parents}
        for folder in folders:
            if (self.folder / folder).is_dir():
                sync_folder(self.folder / folder)


def own(read: Callable[[], Found]) -> Found:
    """Return what is read from the copy itself; raises CopyDamaged for whatever is wrong with it."""
    try:
        return read()
    except (BoardError, OSError) as error:
        raise CopyDamaged(f"this copy: {error}") from error


def _hashes_to(file: Path, digest: str) -> bool:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == digest
    except FileNotFoundError:
        return False


def _end_of_lines(file: Path, size: int) -> tuple[int, int]:
    """How many of the first `size` entries have a line in `file`, and where the last of these lines ends.

    It is looked for from the end: what a killed process wrote there is soon passed. If something there is no
    line at all, there is none.
    """
    if not file.exists() or file.stat().st_size == 0:
        return 0, 0
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = data.rfind(b"\n") + 1
        while end:
            start = data.rfind(b"\n", 0, end - 1) + 1
            try:
                seq = line.read_envelope(data[start : min(end, start + line.BEGINNING)]).seq
            except BoardError:
                break
            if seq < size:
                return seq + 1, end
            end = start
    return 0, 0
