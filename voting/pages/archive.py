# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole board as one file, once the election is final: then the file never changes, and is made once."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from bulletin_board import publisher
from bulletin_board.files import one_at_a_time
from bulletin_board.models import Log
from voting.pages import records
from voting.services.board import election_log
from voting.states import State


@require_safe
def archive(_request: HttpRequest, slug: str) -> FileResponse:
    """Everything that the board serves, in one archive that the verifier reads."""
    election = records.election_or_404(slug)
    if election.where is not State.FINAL:
        raise Http404  # a growing board is mirrored file by file instead
    file = archive_file(election_log(election))
    return FileResponse(
        file.open("rb"), as_attachment=True, filename=f"{slug}.zip", content_type="application/zip"
    )


def archive_file(log: Log) -> Path:
    """Return the archive of all that the latest head covers, made if it is not there yet.

    Made by one: whoever asks meanwhile, in this process or another, waits and gets the same file.
    """
    folder = Path(settings.VERITALLY_DATA_DIR) / "archives"
    file = folder / f"{log.pk}-{records.size_of(log)}.zip"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(folder / f"{log.pk}.lock"):
            if not file.exists():
                publisher.archive(log, file)
    return file
