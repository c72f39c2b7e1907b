# SPDX-License-Identifier: AGPL-3.0-or-later
"""A witness over HTTP: POST <prefix>/add-checkpoint, and nothing else.

Specification: docs/spec/board.md, "Witnesses"; C2SP tlog-witness. An answer never tells more than the name of
a refusal.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus

from bulletin_board.errors import BoardError
from bulletin_board.log import submission
from bulletin_board.small_server import SmallHandler, SmallServer
from bulletin_board.witness.errors import (
    Fork,
    Inconsistent,
    NotVouchedFor,
    StaleSize,
    UnknownLog,
    WitnessClockWentBack,
)
from bulletin_board.witness.witness import Witness

_STATUS: tuple[tuple[type[BoardError], HTTPStatus], ...] = (
    (UnknownLog, HTTPStatus.NOT_FOUND),
    (NotVouchedFor, HTTPStatus.FORBIDDEN),
    (Fork, HTTPStatus.CONFLICT),
    (Inconsistent, HTTPStatus.UNPROCESSABLE_ENTITY),
    (WitnessClockWentBack, HTTPStatus.SERVICE_UNAVAILABLE),
)
_log = logging.getLogger(__name__)


class WitnessServer(SmallServer):
    """Serves one witness at (host, port); `clock` gives seconds since 1970."""

    def __init__(
        self, address: tuple[str, int], witness: Witness, *, prefix: str, clock: Callable[[], int]
    ) -> None:
        self.witness = witness
        self.clock = clock
        self.path = f"{prefix.rstrip('/')}/{submission.PATH}"
        super().__init__(address, _Handler)


class _Handler(SmallHandler):
    server: WitnessServer

    def do_POST(self) -> None:  # noqa: N802  # the name that http.server looks for
        if self.path != self.server.path:
            self.refuse(HTTPStatus.NOT_FOUND, "only add-checkpoint is served here")
            return
        length = self._length()
        if length is not None:
            self._answer(self.rfile.read(length))

    def _length(self) -> int | None:
        """The length of the body, or None after a refusal."""
        text = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not (text.isascii() and text.isdigit()):
            self.refuse(HTTPStatus.LENGTH_REQUIRED, "a request has a Content-Length")
            return None
        if len(text) > len(str(submission.LIMIT)) or int(text) > submission.LIMIT:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long")
            return None
        return int(text)

    def _answer(self, body: bytes) -> None:
        try:
            lines = self.server.witness.add_checkpoint(body, now=self.server.clock())
        except StaleSize as error:
            self.send(HTTPStatus.CONFLICT, f"{error.size}\n".encode(), submission.SIZE_TYPE)
        except BoardError as error:
            status = next((code for kind, code in _STATUS if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)
            self.send(status, f"{type(error).__name__}: {error.message}\n".encode())
            if isinstance(error, Fork | Inconsistent):
                _log.error("refused: %s", error)
        except Exception as error:  # noqa: BLE001  # the last barrier
            _log.error("failed: %s", type(error).__name__)  # no trace: it may quote a key
            self.refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "the witness failed")
        else:
            self.send(HTTPStatus.OK, lines)
