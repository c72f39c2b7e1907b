# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mirror's folder over HTTP, with the headers of a board; any other web server may do it instead.

Specification: docs/spec/board.md, "Resources" and "JSON Lines". A resource's path is checked before the disk
is touched. No file is held in memory.
"""

import os
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from bulletin_board import layout, ranges
from bulletin_board.errors import MalformedPath, RangeNotSatisfiable
from bulletin_board.small_server import TEXT, SmallHandler, SmallServer

_BYTES = "application/octet-stream"
_TYPES = {layout.CHECKPOINT: TEXT, layout.VERIFIER_KEY: TEXT, layout.LINES: "application/jsonl"}
_ANYWHERE = ("Access-Control-Allow-Origin", "*")
_FOR_EVER = ("Cache-Control", "public, max-age=604800, immutable")
_NOT_KEPT = ("Cache-Control", "no-store")


class MirrorServer(SmallServer):
    """Serves one folder at (host, port), below `prefix`."""

    def __init__(self, address: tuple[str, int], folder: Path, *, prefix: str = "") -> None:
        self.folder = folder
        self.prefix = f"{prefix.rstrip('/')}/"
        super().__init__(address, _Handler)


class _Handler(SmallHandler):
    server: MirrorServer

    def do_GET(self) -> None:  # noqa: N802  # the name that http.server looks for
        path = self.path.removeprefix(self.server.prefix)
        try:
            opened = _opened(self.server.folder, path)
        except (MalformedPath, OSError):
            self.send(HTTPStatus.NOT_FOUND, b"Not found\n", headers=(_ANYWHERE, _NOT_KEPT))
            return
        with opened:
            self._answer(path, opened)

    do_HEAD = do_GET  # noqa: N815  # the name that http.server looks for

    def _answer(self, path: str, opened: BinaryIO) -> None:
        length = os.fstat(opened.fileno()).st_size
        headers: tuple[tuple[str, str], ...] = (
            _ANYWHERE,
            ("Access-Control-Expose-Headers", "Content-Range"),
            ("Accept-Ranges", "bytes"),
            _FOR_EVER if path.startswith((layout.TILE, layout.BLOB)) else _NOT_KEPT,
            ("X-Content-Type-Options", "nosniff"),
        )
        try:
            # If-Range asks for a range of the very same file, and there is no validator to know it by.
            header = "" if "If-Range" in self.headers else self.headers.get("Range", "")
            asked = ranges.requested(header, length)
        except RangeNotSatisfiable:
            headers = (*headers, ("Content-Range", f"bytes */{length}"))
            self.send(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", headers=headers)
            return
        start, stop = asked or (0, length)
        if asked is not None:
            headers = (*headers, ("Content-Range", f"bytes {start}-{stop - 1}/{length}"))
        status = HTTPStatus.OK if asked is None else HTTPStatus.PARTIAL_CONTENT
        opened.seek(start)
        self.stream(status, opened, stop - start, _TYPES.get(path, _BYTES), headers)


def _opened(folder: Path, path: str) -> BinaryIO:
    """The file at `path`; raises MalformedPath or OSError."""
    if path != layout.LINES:
        layout.check_resource(path)
    if not (folder / path).is_file():  # nor a pipe, which would never end
        raise FileNotFoundError(path)
    return (folder / path).open("rb")
