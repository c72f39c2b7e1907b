# SPDX-License-Identifier: AGPL-3.0-or-later
"""The trustee's command (docs/trustees.md): what is typed, what is shown, what is written.

Secrets are never shown, and never taken as arguments. Every refusal is one sentence and exit code 1.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bulletin_board.errors import BoardError
from bulletin_board.log.policy import LIMIT as POLICY_LIMIT
from bulletin_board.log.policy import Policy
from tally import test_modulus
from tally.contests.errors import ContestError
from tally.crypto.errors import CryptoError
from tally.key_draft import read_draft
from tally.queues import queue_name
from tally.record import key as key_record
from tally.record import manifest as manifest_record
from tally.record.errors import RecordError
from tally.record.manifest import Manifest
from tally.registrar.errors import RegistrarError
from tally.registrar.files import PUBLIC_MODE, read_limited, write_new
from tally.registrar.passphrase import existing_passphrase, new_passphrase
from tally.station import keyfile, share
from tally.station.accepting import check_key, check_share, take_over, trustee_of
from tally.station.board import Board
from tally.station.errors import BrokerRefused, StationError
from tally.station.memory import Memory
from tally.station.station import Station
from tally.station.worker import make_app, register
from tally.station.worker import run as run_worker

# Rich tracebacks could show local variables, which are secrets.
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A trustee's station: a key file, and a worker that verifies the board before it answers.",
)
BROKER_VARIABLE = "VERITALLY_STATION_BROKER"
_REFUSALS = (StationError, RegistrarError, CryptoError, RecordError, ContestError, BoardError)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")

KeyFile = Annotated[Path, typer.Argument(help="Your key file.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(help="Read the passphrase from this file (one line, chmod 600) instead of asking for it."),
]


@app.command("init")
def init(
    file: Annotated[Path, typer.Argument(help="The key file to create.")],
    name: Annotated[str, typer.Option(help="Your name, as it is to stand in the manifest.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a key file, and the card that goes with it (FILE.card.json)."""
    with _refusals():
        made = keyfile.create(file, name, new_passphrase(passphrase_file))
        card_file = file.with_name(file.name + ".card.json")
        write_new(card_file, made.card().to_bytes(), mode=PUBLIC_MODE)
    typer.echo(
        f"Key file {file} written, and restored to check it. Keep a copy of it, and the passphrase apart."
    )
    typer.echo(f"Card {card_file}: hand it in, and read this fingerprint aloud:\n{made.card().fingerprint}")


@app.command("card")
def card(file: KeyFile, passphrase_file: PassphraseFile = None) -> None:
    """Print the card of a key file; its fingerprint goes to standard error."""
    with _refusals():
        found = keyfile.open_key_file(file, existing_passphrase(passphrase_file)).card()
    typer.echo(found.to_bytes().decode("utf-8"))
    typer.echo(f"Fingerprint of this card: {found.fingerprint}", err=True)


@app.command("accept")
def accept(
    file: KeyFile,
    manifest: Annotated[Path, typer.Option(help="The election's manifest.")],
    draft: Annotated[Path, typer.Option(help="key-draft.json, from the dealer.")],
    share_file: Annotated[Path, typer.Option("--share", help="Your share file, from the dealer.")],
    out: Annotated[Path, typer.Option(help="The acknowledgement to write.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Check your share, put it into the key file, and sign for it."""
    with _refusals():
        passphrase = existing_passphrase(passphrase_file)
        held = keyfile.open_key_file(file, passphrase)
        typer.echo("Step 1 of 3: checking manifest, key and share …")
        taken = take_over(
            held,
            manifest=read_limited(manifest, limit=manifest_record.LIMIT),
            draft=read_limited(draft, limit=key_record.LIMIT),
            share=read_limited(share_file, limit=share.FILE_LIMIT),
            allow_test_modulus=_allowed(),
        )
        typer.echo(f"You are trustee {taken.share.trustee}. Manifest: {taken.manifest.payload_sha256}")
        _show_witnesses(taken.manifest)
        typer.echo(f"Key draft: {taken.share.key_sha256}\nAll trustees and the dealer must see the same two.")
        typer.echo("Step 2 of 3: writing the key file, and restoring it to check it …")
        keyfile.update(file, held.with_share(taken.share), passphrase)
        typer.echo("Step 3 of 3: signing …")
        write_new(out, taken.acknowledgement.to_bytes(), mode=PUBLIC_MODE)
    typer.echo(f"{out}: hand it in. The share file can be deleted now.")


@app.command("check")
def check(
    file: KeyFile,
    manifest: Annotated[Path | None, typer.Option(help="The election's manifest.")] = None,
    draft: Annotated[Path | None, typer.Option(help="key-draft.json.")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Check that the key file opens, and with manifest and draft that its share still fits the key."""
    with _refusals():
        held = keyfile.open_key_file(file, existing_passphrase(passphrase_file))
        typer.echo(f"The key file opens. Fingerprint of the card: {held.card().fingerprint}")
        if held.accepted is None:
            typer.echo("It holds no share yet.")
            return
        typer.echo(f"It holds the share of trustee {held.share.trustee}, election {held.share.election_id}.")
        if manifest is not None and draft is not None:
            _check_share(held, manifest, draft)
            typer.echo("The share fits the key.")


@app.command("run")
def run(
    context: typer.Context,
    file: KeyFile,
    board: Annotated[str, typer.Option(help="The board: a web address or a folder. Yours, from no message.")],
    fingerprint: Annotated[str, typer.Option(help="The election's fingerprint, 64 hexadecimal digits.")],
    broker: Annotated[
        str,
        typer.Option(
            envvar=BROKER_VARIABLE,
            help="filesystem:///folder, redis:// or rediss://. With a password: only in the variable.",
        ),
    ],
    memory: Annotated[
        Path | None, typer.Option(help="Folder of answers given; FILE.answers if left out.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="Processes that check ballots.")] = 1,
    full: Annotated[bool, typer.Option(help="Verify every ballot in its compact form.")] = False,  # noqa: FBT002  # a flag
    policy: Annotated[
        Path | None, typer.Option(help="Whose signatures you demand on the checkpoint: a tlog-policy file.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Wait for requests; verify the board before answering, and answer each phase once."""
    with _refusals():
        _check_broker(context, broker)
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise StationError("a fingerprint has 64 lowercase hexadecimal digits")
        place = Board(
            address=board,
            fingerprint=fingerprint,
            jobs=jobs,
            full=full,
            policy=None if policy is None else Policy.from_bytes(read_limited(policy, limit=POLICY_LIMIT)),
            allow_test_modulus=_allowed(),
        )
        station = Station(
            secrets=keyfile.open_key_file(file, existing_passphrase(passphrase_file)),
            fingerprint=fingerprint,
            memory=Memory(memory or file.with_name(file.name + ".answers")),
            read_board=lambda: place.read(_say),
            say=_say,
            entropy=secrets.token_bytes,
        )
        queue = queue_name(fingerprint, station.trustee)
        celery = make_app(broker, queue)
        register(celery, station, fingerprint, _say)
    _say(f"Station of trustee {station.trustee} is ready. Waiting for requests; stop with Ctrl-C.")
    run_worker(celery)


def _show_witnesses(manifest: Manifest) -> None:
    board = manifest.board
    if board.witnesses_vouch:
        names = ", ".join(key.name for key in board.witnesses)
        typer.echo(f"Witnesses, of whom {board.quorum} vouch for the board instead of the trustees: {names}")


def _check_share(held: keyfile.Secrets, manifest_file: Path, draft_file: Path) -> None:
    data = read_limited(manifest_file, limit=manifest_record.LIMIT)
    manifest = Manifest.from_bytes(data, allow_test_modulus=_allowed())
    draft = read_limited(draft_file, limit=key_record.LIMIT)
    record = read_draft(draft, modulus_bits=manifest.parameters.modulus_bits)
    check_key(record, manifest)
    check_share(held.share, record)
    if trustee_of(manifest, held.card()) != held.share.trustee:
        raise StationError("the manifest lists this key file under another number")
    typer.echo(f"Manifest: {manifest.payload_sha256}\nKey draft: {hashlib.sha256(draft).hexdigest()}")


def _check_broker(context: typer.Context, broker: str) -> None:
    """Other programs can see arguments: a password among them is no secret any more."""
    source = context.get_parameter_source("broker")
    if source is not None and source.name == "COMMANDLINE" and urlsplit(broker).password:
        raise BrokerRefused(f"put an address with a password into {BROKER_VARIABLE}, not on the command line")


def _allowed() -> bool:
    allowed = test_modulus.is_allowed(os.environ)
    if allowed:
        typer.echo(test_modulus.WARNING, err=True)
    return allowed


def _say(text: str) -> None:
    """One line; what it quotes may come from strangers, and must not move the cursor."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text)
    typer.echo(f"{datetime.now().astimezone():%H:%M:%S}  {shown}")


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn a named refusal into one sentence on standard error and exit code 1."""
    try:
        yield
    except _REFUSALS as refusal:
        typer.echo(f"Refused ({type(refusal).__name__}): {refusal}", err=True)
        raise typer.Exit(1) from None
