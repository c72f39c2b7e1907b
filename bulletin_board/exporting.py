# SPDX-License-Identifier: AGPL-3.0-or-later
"""A log as files: a folder that any web server can serve, and one ZIP archive.

Specification: docs/spec/board.md, "Resources". Crash order in a folder: all that the checkpoint covers is on
the disk before the checkpoint is. An archive of one state of a log is always the same bytes.
"""

import zipfile
from pathlib import Path, PurePosixPath
from stat import S_IFREG
from typing import IO

from bulletin_board.files import replace_file, sync_folder, write_file
from bulletin_board.models import Log
from bulletin_board.publication import Publication, is_immutable

_MEMBER_TIME = (1980, 1, 1, 0, 0, 0)
_MEMBER_MODE = (S_IFREG | 0o644) << 16
_UNIX = 3


def export(log: Log, folder: Path) -> None:
    """Write all that `log` serves under its latest head into `folder`.

    Files from an earlier export that can never change are left as they are. Raises NotFound if nothing is
    signed yet, OSError.
    """
    publication = Publication(log)
    folder.mkdir(parents=True, exist_ok=True)
    *covered, checkpoint = publication.paths()
    written = [path for path in covered if not (is_immutable(path) and (folder / path).exists())]
    for path in written:
        _write(publication, path, folder)
    for name in {parent for path in written for parent in PurePosixPath(path).parents}:
        sync_folder(folder / name)
    _write(publication, checkpoint, folder)
    sync_folder(folder)


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
            members.writestr(member, publication.resource(path).data)


def _write(publication: Publication, path: str, folder: Path) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, publication.resource(path).data)
