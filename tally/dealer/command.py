# SPDX-License-Identifier: AGPL-3.0-or-later
"""The dealer's offline command (docs/trustees.md, "Dealt keys"): what is read, shown and written.

Every refusal is one sentence and exit code 1. No secret is shown; shares are written sealed.
"""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from bulletin_board.errors import BoardError
from tally import test_modulus
from tally.contests.errors import ContestError
from tally.crypto.errors import CryptoError
from tally.dealer.dealing import check_cards, deal_key
from tally.dealer.errors import DealerError
from tally.record import manifest as manifest_record
from tally.record.errors import RecordError
from tally.record.manifest import Manifest
from tally.registrar.errors import RegistrarError
from tally.registrar.files import PUBLIC_MODE, SECRET_MODE, new_folder, read_limited, write_new
from tally.station import card as station_card
from tally.station.card import Card
from tally.station.errors import StationError

# Rich tracebacks could show local variables, which are secrets.
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Make an election's key for its trustees, offline.",
)
_REFUSALS = (DealerError, StationError, RegistrarError, CryptoError, RecordError, ContestError, BoardError)


@app.callback()
def _commands() -> None:
    """Make an election's key for its trustees, offline."""


@app.command("deal")
def deal(
    manifest: Annotated[Path, typer.Option(help="The election's manifest.")],
    card: Annotated[list[Path], typer.Option(help="A trustee's card, from the trustee. One for each.")],
    out: Annotated[Path, typer.Option(help="The folder to create.")],
) -> None:
    """Make the key and one sealed share for each trustee; everything else is forgotten."""
    try:
        _deal(manifest, card, out)
    except _REFUSALS as refusal:
        typer.echo(f"Refused ({type(refusal).__name__}): {refusal}", err=True)
        raise typer.Exit(1) from None


def _deal(manifest_file: Path, card_files: list[Path], out: Path) -> None:
    allowed = test_modulus.is_allowed(os.environ)
    if allowed:
        typer.echo(test_modulus.WARNING, err=True)
    data = read_limited(manifest_file, limit=manifest_record.LIMIT)
    manifest = Manifest.from_bytes(data, allow_test_modulus=allowed)
    cards = [Card.from_bytes(read_limited(file, limit=station_card.LIMIT)) for file in card_files]
    check_cards(manifest, cards)
    typer.echo(f"Manifest: {manifest.payload_sha256}")
    for one in cards:
        typer.echo(f"Card of {one.name}: {one.fingerprint}")
    typer.echo(f"Making a key of {manifest.parameters.modulus_bits} bits. This takes a minute …")
    dealt = deal_key(manifest, entropy=secrets.token_bytes)
    with new_folder(out):
        for index, share in enumerate(dealt.shares, start=1):
            write_new(out / f"share-{index}.json", share, mode=SECRET_MODE)
        write_new(out / "key-draft.json", dealt.draft, mode=PUBLIC_MODE)
    digest = hashlib.sha256(dealt.draft).hexdigest()
    typer.echo(
        f"Key draft: {digest}\nChecked: certificate, verification keys, decryption by shares and by phe."
    )
    typer.echo(f"{out}: give key-draft.json and each share file to its trustee, then wipe this machine.")
