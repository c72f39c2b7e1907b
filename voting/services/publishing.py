# SPDX-License-Identifier: AGPL-3.0-or-later
"""Boards as files that any web server can serve (docs/operations.md, "The board as files").

They are kept up to date while an election runs if VERITALLY_BOARD_DIR is set; and written, with one archive
of everything beside them, when it becomes final.
"""

import errno
import logging
from pathlib import Path

from django.conf import settings

from bulletin_board import publisher
from bulletin_board.errors import FolderBusy, NotFound
from voting.models import Election
from voting.services.board import election_log
from voting.services.opened import LARGE_FIELDS
from voting.states import State

_log = logging.getLogger(__name__)


def sweep() -> None:
    """Bring the folder of every board that may have grown up to date."""
    if settings.VERITALLY_BOARD_DIR is None:
        return
    elections = Election.objects.filter(log__isnull=False).exclude(state=State.FINAL)
    for election in elections.select_related("log").defer(*LARGE_FIELDS):
        try:
            publisher.export(election_log(election), folder_of(election))
        except (FolderBusy, NotFound):
            continue  # another process is at it; or nothing is published yet
        except Exception as error:  # noqa: BLE001  # the last barrier: one board must not stop another
            _log.log(_level(error), "the board of %s could not be written", election.slug, exc_info=True)


def _level(error: Exception) -> int:
    """A disk that fails is for somebody to look at, though what it did not take is written anew."""
    failed = isinstance(error, OSError) and error.errno == errno.EIO
    return logging.CRITICAL if failed else logging.ERROR


def write_whole(election: Election) -> Path:
    """Write the whole record as a folder and as one archive beside it; return the folder."""
    folder, log = folder_of(election), election_log(election)
    publisher.export(log, folder)
    publisher.archive(log, folder.with_suffix(".zip"))
    return folder


def folder_of(election: Election) -> Path:
    """Return where the files of an election's board are."""
    folder = settings.VERITALLY_BOARD_DIR or Path(settings.VERITALLY_DATA_DIR) / "published"
    return Path(folder) / election.slug
