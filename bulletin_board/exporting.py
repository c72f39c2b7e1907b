# SPDX-License-Identifier: AGPL-3.0-or-later
"""A log as files: a folder that any web server can serve, and one ZIP archive.

Specification: docs/spec/board.md, "Resources". Crash order in a folder: all that the checkpoint covers is on
the disk before the checkpoint is. So whatever the checkpoint found there covers need not be looked at again,
and whatever it does not cover is written anew: where a writer was killed, or the disk had an error, nobody
knows what the disk has. What has rotted since is found by folder_check.py. An archive of one state of a log
is always the same bytes.
"""

import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from stat import S_IFREG
from typing import IO

from bulletin_board import layout
from bulletin_board.errors import BoardError, ForeignFolder, NotFound
from bulletin_board.files import (
    clear_parts,
    cut_and_append,
    make_folder,
    only_writer,
    remove_folder,
    replace_file,
    sync_folder,
    write_file,
)
from bulletin_board.lines import Lines
from bulletin_board.log import merkle, tiles
from bulletin_board.log.checkpoint import open_checkpoint
from bulletin_board.log.keys import VerifierKey
from bulletin_board.models import Log
from bulletin_board.publication import Publication
from bulletin_board.rows import StoredHashes

_MEMBER_TIME = (1980, 1, 1, 0, 0, 0)
_MEMBER_MODE = (S_IFREG | 0o644) << 16
_UNIX = 3
_CHANGES = ".changes"  # the number of the last change of commitments that is in the folder
_NUMBER = re.compile(rb"(0|[1-9][0-9]{0,18})\n")
_OVERLAP = 250  # changes looked at once more: they may appear out of order
_log = logging.getLogger(__name__)


def export(log: Log, folder: Path) -> None:
    """Bring `folder` up to all that `log` serves under its latest published head; cheap if nothing is new.

    Raises NotFound if nothing is published yet, FolderBusy, ForeignFolder if another board or another past of
    this one is there, OSError. After any error the next call makes up for it.
    """
    publication = Publication(log)
    with only_writer(folder):
        if _is_up_to_date(folder, publication):
            return
        size = size_in(folder, publication)
        added = [*publication.added(size, publication.size, publication.size), layout.VERIFIER_KEY]
        for path in added:
            write(publication, path, folder)
        change = publication.last_change()
        _bring_commitments(publication, folder)
        write_lines(publication.lines, size, folder)
        sync_folders([*added, layout.commitments_path("x")], folder)
        if size == 0:
            sync_folder(folder.parent)  # the folder's own name
        drop_partial(size, publication.size, folder)
        write(publication, layout.CHECKPOINT, folder)
        write_file(folder / _CHANGES, b"%d\n" % change)
        sync_folder(folder)


def archive(log: Log, file: Path) -> None:
    """Write all that `log` serves under its latest head into the ZIP archive `file`: stored, nothing
    compressed.

    Raises NotFound if nothing is signed yet, OSError.
    """
    publication = Publication(log)
    clear_parts(file.parent)
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


def write(publication: Publication, path: str, folder: Path) -> None:
    """Write what is served at `path` into `folder`; `sync_folders` makes its name durable."""
    file = folder / path
    make_folder(file.parent)
    write_file(file, publication.resource(path).data, parts=folder)


def write_lines(lines: Lines, since: int, folder: Path) -> None:
    """Put all `lines` into `folder`, those of the first `since` entries being there."""
    file, begin = folder / layout.LINES, lines.start_of(since)
    if begin and file.exists() and file.stat().st_size >= begin:
        cut_and_append(file, begin, lines.read(begin, lines.length))
    else:
        replace_file(file, lambda opened: opened.writelines(lines.read(0, lines.length)))


def sync_folders(paths: Iterable[str], folder: Path) -> None:
    """Make the names of all `paths` durable, and those of the folders that they are in."""
    for name in {parent for path in paths for parent in PurePosixPath(path).parents}:
        if (folder / name).is_dir():
            sync_folder(folder / name)


def drop_partial(start: int, stop: int, folder: Path) -> None:
    """Take away the partial tiles in place of which entries `start` to `stop` have put durable full ones."""
    for tile in tiles.filled(start, stop):
        remove_folder(folder / f"{tile.to_path()}.p")


def size_in(folder: Path, publication: Publication) -> int:
    """Return how many entries the checkpoint in `folder` covers; 0 if there is none, or a damaged one.

    Raises ForeignFolder.
    """
    file = folder / layout.CHECKPOINT
    if not file.exists():
        return 0
    try:
        found = open_checkpoint(file.read_bytes(), VerifierKey.from_text(publication.verifier_key))
    except BoardError as error:
        if not _is_named(folder, publication):
            raise ForeignFolder(f"{folder} holds something else: {error.message}") from error
        _log.critical(
            "%s: the checkpoint is damaged, and the whole folder is written anew: %s", folder, error
        )
        return 0
    if found.size > publication.size or found.root != merkle.root(found.size, StoredHashes(publication.log)):
        raise ForeignFolder(
            f"{folder} holds another past of this board", expected=publication.size, computed=found.size
        )
    return found.size


def match_commitments(publication: Publication, folder: Path) -> None:
    """Write the commitments that `folder` lacks, and take away those that are none any more."""
    kept = set(publication.commitments())
    there = {layout.COMMITMENTS + file.name for file in (folder / layout.COMMITMENTS).glob("*")}
    _bring(publication, folder, kept - there, there - kept)


def _bring_commitments(publication: Publication, folder: Path) -> None:
    known = _last_change_in(folder)
    if known is None:
        match_commitments(publication, folder)
    else:
        kept, dropped = publication.changed(known - _OVERLAP)
        _bring(publication, folder, kept, dropped)


def _bring(publication: Publication, folder: Path, kept: set[str], dropped: set[str]) -> None:
    """Commitments may be missing, but while they are there they are never others."""
    for path in kept:
        if not (folder / path).exists():
            with _may_be_taken_back(path):
                write(publication, path, folder)
    for path in dropped:
        (folder / path).unlink(missing_ok=True)


def _is_up_to_date(folder: Path, publication: Publication) -> bool:
    file = folder / layout.CHECKPOINT
    if not file.exists() or file.read_bytes() != publication.resource(layout.CHECKPOINT).data:
        return False
    return publication.last_change() == _last_change_in(folder) and (folder / layout.LINES).exists()


def _last_change_in(folder: Path) -> int | None:
    """The last change of commitments that is in `folder`, None if that is not known."""
    try:
        matched = _NUMBER.fullmatch((folder / _CHANGES).read_bytes())
    except FileNotFoundError:
        return None
    return None if matched is None else int(matched[1])


def _is_named(folder: Path, publication: Publication) -> bool:
    """Whether the key in `folder` is the log's."""
    file = folder / layout.VERIFIER_KEY
    return file.exists() and file.read_bytes() == publication.resource(layout.VERIFIER_KEY).data


@contextmanager
def _may_be_taken_back(path: str) -> Iterator[None]:
    """Commitments that the server has taken back since they were listed are left out."""
    try:
        yield
    except NotFound:
        if not path.startswith(layout.COMMITMENTS):
            raise
