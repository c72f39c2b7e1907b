# SPDX-License-Identifier: AGPL-3.0-or-later
"""A log as files: a folder that any web server can serve, and one ZIP archive.

Specification: docs/spec/board.md, "Resources". Crash order in a folder: all that the checkpoint covers is on
the disk before the checkpoint is. So whatever the checkpoint found there covers need not be looked at again.
An archive of one state of a log is always the same bytes.
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from stat import S_IFREG
from typing import IO

from bulletin_board import layout
from bulletin_board.errors import BoardError, ForeignFolder, NotFound
from bulletin_board.files import cut_and_append, only_writer, replace_file, sync_folder, write_file
from bulletin_board.log import merkle
from bulletin_board.log.checkpoint import open_checkpoint
from bulletin_board.log.keys import VerifierKey
from bulletin_board.models import Log
from bulletin_board.publication import Publication
from bulletin_board.rows import StoredHashes

_MEMBER_TIME = (1980, 1, 1, 0, 0, 0)
_MEMBER_MODE = (S_IFREG | 0o644) << 16
_UNIX = 3


def export(log: Log, folder: Path) -> None:
    """Bring `folder` up to all that `log` serves under its latest published head; cheap if it has not grown.

    Raises NotFound if nothing is published yet, FolderBusy, ForeignFolder if another board or another past of
    this one is there, OSError.
    """
    publication = Publication(log)
    with only_writer(folder):
        if _is_up_to_date(folder, publication):
            return
        size = _size_in(folder, publication)
        *covered, checkpoint = publication.paths(since=size)
        # None of these is ever written anew: commitments may be missing, but are never others.
        written = [path for path in covered if not (folder / path).exists()]
        for path in written:
            with _may_be_taken_back(path):
                _write(publication, path, folder)
        _append_lines(publication, size, folder)
        # A file that is there already may have no durable name yet: whoever wrote it died before this line.
        for name in {parent for path in (layout.LINES, *covered) for parent in PurePosixPath(path).parents}:
            if (folder / name).is_dir():
                sync_folder(folder / name)
        _write(publication, checkpoint, folder)
        sync_folder(folder)
        _drop_commitments(publication, folder)


def archive(log: Log, file: Path) -> None:
    """Write all that `log` serves under its latest head into the ZIP archive `file`: stored, nothing
    compressed.

    Raises NotFound if nothing is signed yet, OSError.
    """
    publication = Publication(log)
    replace_file(file, lambda opened: _write_members(publication, opened))
    sync_folder(file.parent)


def _write_members(publication: Publication, opened: IO[bytes]) -> None:
    with zipfile.ZipFile(opened, "w", zipfile.ZIP_STORED) as members:
        for path in publication.paths():
            member = zipfile.ZipInfo(path, _MEMBER_TIME)
            member.external_attr = _MEMBER_MODE
            member.create_system = _UNIX
            with _may_be_taken_back(path):
                members.writestr(member, publication.resource(path).data)


def _write(publication: Publication, path: str, folder: Path) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, publication.resource(path).data)


def _is_up_to_date(folder: Path, publication: Publication) -> bool:
    file = folder / layout.CHECKPOINT
    if not file.exists() or file.read_bytes() != publication.resource(layout.CHECKPOINT).data:
        return False
    there = sum(1 for _ in (folder / layout.COMMITMENTS).glob("*"))
    return there == publication.commitments_count() and (folder / layout.LINES).exists()


def _size_in(folder: Path, publication: Publication) -> int:
    """How many entries the checkpoint in `folder` covers, 0 if there is none yet."""
    file = folder / layout.CHECKPOINT
    if not file.exists():
        return 0
    try:
        found = open_checkpoint(file.read_bytes(), VerifierKey.from_text(publication.verifier_key))
    except BoardError as error:
        raise ForeignFolder(f"{folder} holds something else: {error.message}") from error
    if found.size > publication.size or found.root != merkle.root(found.size, StoredHashes(publication.log)):
        raise ForeignFolder(
            f"{folder} holds another past of this board", expected=publication.size, computed=found.size
        )
    return found.size


@contextmanager
def _may_be_taken_back(path: str) -> Iterator[None]:
    """Commitments that the server has taken back since they were listed are left out."""
    try:
        yield
    except NotFound:
        if not path.startswith(layout.COMMITMENTS):
            raise


def _append_lines(publication: Publication, size: int, folder: Path) -> None:
    lines, file = publication.lines, folder / layout.LINES
    begin = lines.start_of(size)
    if not file.exists() or file.stat().st_size < begin:  # an export of an older version, or it was cut
        begin = 0
    cut_and_append(file, begin, lines.read(begin, lines.length))


def _drop_commitments(publication: Publication, folder: Path) -> None:
    """Take away commitments that the server has taken back: a cache that was wrong."""
    kept = {PurePosixPath(path).name for path in publication.commitments()}
    for file in (folder / layout.COMMITMENTS).glob("*"):
        if file.name not in kept:
            file.unlink()
