# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command of a witness (docs/witness.md): what is typed, what is shown, what is written.

A witness lives in one folder: its key, its memory, and nothing else. Every refusal is one sentence and exit
code 1.
"""

import logging
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bulletin_board.cosigner_file import create_cosigner_file, load_cosigner
from bulletin_board.errors import BoardError
from bulletin_board.files import sync_folder, write_file
from bulletin_board.log.keys import ED25519, VerifierKey
from bulletin_board.witness.errors import UnusableStore, WitnessError
from bulletin_board.witness.server import WitnessServer
from bulletin_board.witness.store import Store
from bulletin_board.witness.witness import Witness

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they could show a key
    help="A witness: cosigns the checkpoints of logs it knows, and never two that contradict each other.",
)
KEY, STORE = "witness.key", "witness.sqlite3"

Folder = Annotated[Path, typer.Argument(help="The folder of the witness.")]


@app.command("keygen")
def keygen(
    folder: Annotated[Path, typer.Argument(help="The folder to create.")],
    name: Annotated[str, typer.Option(help="The witness's name: an address without scheme.")],
) -> None:
    """Make a witness: a key under a name, and an empty memory."""
    with _refusals():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        cosigner = create_cosigner_file(folder / KEY, name)
        Store.create(folder / STORE)
        sync_folder(folder)
    typer.echo(cosigner.verifier_key.to_text())


@app.command("key")
def key(folder: Folder) -> None:
    """Print the verifier key: what elections and policies name."""
    with _refusals():
        typer.echo(load_cosigner(folder / KEY).verifier_key.to_text())


@app.command("add-log")
def add_log(
    folder: Folder, vkey: Annotated[str, typer.Argument(help="The log's verifier key: name+id+key.")]
) -> None:
    """Watch a log from now on; its key comes from somewhere else than its server."""
    with _refusals():
        found = VerifierKey.from_text(vkey)
        if found.type != ED25519:
            raise WitnessError("not the key of a log", expected=ED25519, computed=found.type)
        _store(folder).add_key(found)
    typer.echo(f"Watching {found.name}.")


@app.command("list")
def list_logs(folder: Folder) -> None:
    """Print the logs, and the last size that was cosigned of each."""
    with _refusals():
        store = _store(folder)
        for found in store.trusted():
            typer.echo(f"{store.head(found.name).size}\t{found.to_text()}")
        evidence = store.evidence()
    if evidence:
        forks = sum(found.is_fork for found in evidence)
        typer.echo(
            f"{len(evidence)} contradiction(s) refused, {forks} of them forks: see the command `evidence`.",
            err=True,
        )


@app.command("evidence")
def evidence(
    folder: Folder, out: Annotated[Path, typer.Argument(help="The folder to write them into.")]
) -> None:
    """Write out the checkpoints that contradicted each other, both signed by their log."""
    with _refusals():
        for found in _store(folder).evidence():
            place = out / found.digest[:16]
            place.mkdir(parents=True, exist_ok=True)
            write_file(place / "cosigned", found.cosigned)
            write_file(place / "refused", found.refused)
            typer.echo(f"{place}: {found.origin}: {found.reason}")


@app.command("serve")
def serve(
    folder: Folder,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 picks a free one.")] = 8077,
    prefix: Annotated[str, typer.Option(help="What comes before /add-checkpoint, as /witness.")] = "",
) -> None:
    """Answer logs until it is stopped."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    with _refusals():
        witness = Witness(load_cosigner(folder / KEY), _store(folder))
        server = WitnessServer((host, port), witness, prefix=prefix, clock=lambda: int(time.time()))
    signal.signal(signal.SIGTERM, _stop)
    with server:
        shown = f"[{host}]" if ":" in host else host
        typer.echo(f"Serving at http://{shown}:{server.server_port}{prefix.rstrip('/')}/add-checkpoint")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            typer.echo("Stopped.")


def _store(folder: Path) -> Store:
    if not folder.is_dir():
        raise UnusableStore(f"{folder} is no folder of a witness: make one with `keygen`")
    return Store(folder / STORE)


def _stop(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn a named refusal into one sentence on standard error and exit code 1."""
    try:
        yield
    except (BoardError, OSError) as refusal:
        typer.echo(f"Refused ({type(refusal).__name__}): {refusal}", err=True)
        raise typer.Exit(1) from None
