# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hand out the source of the server that is running, as the AGPL asks (section 13).

Only folders and files named here are packed: no settings, keys, databases or anything else that lies about.
"""

import functools
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

FOLDERS = (
    *(".ci", "bulletin_board", "docs", "locale", "requirements", "scripts"),
    *("tally", "templates", "tests", "voting"),
)
FILES = ("LICENSE", "Makefile", "README.md", "manage.py", "pyproject.toml")
TEXT = (".py", ".html", ".css", ".js", ".mjs", ".ts", ".svg", ".sql", ".md", ".txt", ".typed")
DATA = (".toml", ".json", ".csv", ".po", ".mo", ".yaml", ".yml")
SUFFIXES = frozenset(TEXT + DATA)
WITHOUT_SUFFIX = frozenset({"run", "lint", "messages", "venv", "services", "LICENSE"})
SKIPPED = frozenset({"__pycache__", "node_modules"})
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a ZIP can hold: equal sources give equal bytes


def source_files(root: Path) -> Iterator[Path]:
    """Yield every source file below `root`, sorted."""
    for name in FILES:
        if (root / name).is_file():
            yield root / name
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and _is_source(path.relative_to(root)):
                yield path


def _is_source(path: Path) -> bool:
    if SKIPPED & set(path.parts):
        return False
    return path.suffix in SUFFIXES or path.name in WITHOUT_SUFFIX


@functools.cache
def source_archive(root: Path) -> bytes:
    """Return a ZIP of the source; made once per process, since the code that runs does not change either."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in source_files(root):
            entry = zipfile.ZipInfo(f"veritally/{path.relative_to(root).as_posix()}", EPOCH)
            entry.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


@require_safe
def source(_request: HttpRequest) -> HttpResponse:
    """Redirect to where the operator publishes the source, or send it."""
    if settings.VERITALLY_SOURCE_URL:
        return HttpResponseRedirect(settings.VERITALLY_SOURCE_URL)
    response = HttpResponse(source_archive(settings.BASE_DIR), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="veritally-source.zip"'
    return response
