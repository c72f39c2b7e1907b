# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command of a mirror (docs/mirror.md): copy a board, go on copying it, serve the copy.

Every refusal is one sentence and an exit code: 1 for what is wrong with the board or the copy, 2 for a board
that cannot be read now. With `--every` or `--serve`, a refusal of a step is a sentence, the copy is served as
it is, and the next step is tried: only what is wrong with the command line, and a disk that fails, end it.
"""

import errno
import logging
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bulletin_board import freshness, layout
from bulletin_board.cosigner_file import load_cosigner
from bulletin_board.errors import BoardError, SourceError
from bulletin_board.files import only_writer
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.policy import LIMIT as POLICY_LIMIT
from bulletin_board.log.policy import Policy, open_under
from bulletin_board.mirror.copy import Copy, pinned_key
from bulletin_board.mirror.errors import AnotherLog
from bulletin_board.mirror.following import follow
from bulletin_board.mirror.server import MirrorServer
from bulletin_board.sources import Source, open_source

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
WRONG, UNREADABLE = 1, 2
RETRY = 60.0  # s after which a mirror that serves, without `--every`, looks again if it failed


@app.command()
def main(
    board: Annotated[str, typer.Argument(help="The board: an http(s) address, a folder or a .zip archive.")],
    folder: Annotated[Path, typer.Argument(help="The folder of the copy; made if it is not there.")],
    vkey: Annotated[
        str | None,
        typer.Option(
            help="The log's verifier key, from a source other than the board. Kept after the first time."
        ),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="Whose signatures you demand on a checkpoint: a tlog-policy file.")
    ] = None,
    cosign: Annotated[
        Path | None, typer.Option(help="A cosigner's key file: add its signature to what is served.")
    ] = None,
    every: Annotated[float | None, typer.Option(min=1, help="Look again every so many seconds.")] = None,
    serve: Annotated[int | None, typer.Option(min=0, max=65535, help="Serve the copy at this port.")] = None,
    host: Annotated[str, typer.Option(help="The address to serve at.")] = "127.0.0.1",
) -> None:
    """Copy a public board, verified before it is kept; follow it, and refuse it if it forks."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    signal.signal(signal.SIGTERM, _stop)
    try:
        with only_writer(folder):
            mirror = _Mirror(board, folder, vkey, policy, cosign)
            if serve is not None:
                _serve(MirrorServer((host, serve), folder), host)
            _run(mirror, every, serving=serve is not None)
    except (BoardError, OSError) as refusal:
        _give_up(refusal)
    except KeyboardInterrupt:
        typer.echo("Stopped.")


class _Mirror:
    """What was asked for on the command line."""

    def __init__(
        self, board: str, folder: Path, vkey: str | None, policy: Path | None, cosign: Path | None
    ) -> None:
        self._board = board
        self._folder = folder
        self._key = None if vkey is None else VerifierKey.from_text(vkey)
        self._policy = None if policy is None else _policy(policy)
        self._cosigner: Cosigner | None = None if cosign is None else load_cosigner(cosign)
        self._is_stale = False
        pinned = pinned_key(folder)
        if self._key is not None and pinned is not None and pinned != self._key:
            raise AnotherLog("a copy of another log", expected=pinned.to_text(), computed=vkey)

    def step(self) -> None:
        """Look at the board once; say what is new, and how old it is."""
        with open_source(self._board) as source:
            copy = Copy(self._folder, self._key or pinned_key(self._folder) or _first_key(source))
            before, now = copy.head.size, int(time.time())
            head = follow(source, copy, now=now, policy=self._policy, cosigner=self._cosigner)
        age, warning = self._age_of(copy.note, datetime.fromtimestamp(now, UTC))
        if head.size != before:
            typer.echo(f"{head.origin}: {head.size} entries, {head.size - before} of them new.{age}")
        if warning and not self._is_stale:
            typer.echo(f"{head.origin}: {warning}", err=True)
        elif self._is_stale and not warning:
            typer.echo(f"{head.origin}: no longer stale.{age}")
        self._is_stale = bool(warning)

    def _age_of(self, note: bytes, read: datetime) -> tuple[str, str]:
        """When the policy's witnesses cosigned last, and a warning if that is long ago; of live boards."""
        policy = self._policy
        if policy is None or policy.is_met_by(()) or not freshness.is_live(self._board):
            return "", ""
        since = freshness.completed(policy, open_under(note, policy).cosignatures, read=read)
        return f" Cosigned {freshness.age(since, read=read)}.", freshness.warning(since, read=read)


def _first_key(source: Source) -> VerifierKey:
    key = VerifierKey.from_text(
        source.read(layout.VERIFIER_KEY, limit=layout.VERIFIER_KEY_LIMIT).decode("utf-8", "replace").strip()
    )
    typer.echo(f"Trusting the key that the board itself names, this first time:\n{key.to_text()}", err=True)
    return key


def _policy(file: Path) -> Policy:
    with file.open("rb") as opened:
        return Policy.from_bytes(opened.read(POLICY_LIMIT + 1))


def _run(mirror: _Mirror, every: float | None, *, serving: bool) -> None:
    """Once, or again and again; with `serving`, until it is stopped.

    Whoever serves, and is to look but once, looks again until that has succeeded.
    """
    if every is None and not serving:
        mirror.step()
        return
    while not _looks(mirror) or every is not None:
        time.sleep(RETRY if every is None else every)
    while True:
        time.sleep(3_600)


def _looks(mirror: _Mirror) -> bool:
    """Look at the board; say what is refused. The copy stays as it is, and is served."""
    try:
        mirror.step()
    except (BoardError, OSError) as refusal:
        if isinstance(refusal, OSError) and refusal.errno == errno.EIO:
            raise  # what the disk holds is not known any more (files.py)
        typer.echo(_sentence(refusal), err=True)
        return False
    return True


def _serve(server: MirrorServer, host: str) -> None:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"Serving at http://{shown}:{server.server_port}/")


def _sentence(refusal: Exception) -> str:
    text = f"Refused ({type(refusal).__name__}): {refusal}"
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _give_up(refusal: Exception) -> NoReturn:
    typer.echo(_sentence(refusal), err=True)
    raise typer.Exit(UNREADABLE if isinstance(refusal, SourceError) else WRONG) from None


def _stop(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
