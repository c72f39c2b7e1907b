# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mirror's folder over HTTP, with the headers of a board; any other web server may do it instead.

Specification: docs/spec/board.md, "Resources". A resource's path is checked before the disk is touched.
"""

from http import HTTPStatus
from pathlib import Path

from bulletin_board import layout
from bulletin_board.errors import BoardError
from bulletin_board.log.envelope import MAX_PAYLOAD_BYTES
from bulletin_board.small_server import TEXT, SmallHandler, SmallServer
from bulletin_board.sources import FolderSource

_BYTES = "application/octet-stream"
_FOR_EVER = "public, max-age=604800, immutable"


class MirrorServer(SmallServer):
    """Serves one folder at (host, port), below `prefix`."""

    def __init__(self, address: tuple[str, int], folder: Path, *, prefix: str = "") -> None:
        self.source = FolderSource(folder)
        self.prefix = f"{prefix.rstrip('/')}/"
        super().__init__(address, _Handler)


class _Handler(SmallHandler):
    server: MirrorServer

    def do_GET(self) -> None:  # noqa: N802  # the name that http.server looks for
        path = self.path.removeprefix(self.server.prefix)
        kept = path.startswith((layout.TILE, layout.BLOB))
        content_type = TEXT if path in {layout.CHECKPOINT, layout.VERIFIER_KEY} else _BYTES
        headers = (
            ("Access-Control-Allow-Origin", "*"),
            ("Cache-Control", _FOR_EVER if kept else "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        )
        try:
            data = self.server.source.read(path, limit=MAX_PAYLOAD_BYTES)
        except BoardError:
            self.send(
                HTTPStatus.NOT_FOUND, b"Not found\n", headers=(headers[0], ("Cache-Control", "no-store"))
            )
        else:
            self.send(HTTPStatus.OK, data, content_type, headers)

    do_HEAD = do_GET  # noqa: N815  # the name that http.server looks for
