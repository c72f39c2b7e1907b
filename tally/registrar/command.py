# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registrar's offline command (docs/registrar.md): what is typed, what is shown, what is written.

Secrets are never shown. Every refusal is one sentence and exit code 1. The work itself is done elsewhere.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bulletin_board.codec import base64url
from bulletin_board.errors import BoardError
from bulletin_board.sources import open_source
from tally import test_modulus
from tally.contests.errors import ContestError
from tally.crypto import ed25519
from tally.crypto.errors import CryptoError
from tally.errors import TallyError
from tally.record.errors import RecordError
from tally.record.roll import LIMIT as ROLL_LIMIT
from tally.registrar import voters as voter_list
from tally.registrar.changes import (
    LIST_LIMIT,
    make_change,
    read_admission,
    read_replacement,
    read_step,
    read_steps,
)
from tally.registrar.derivation import election_id_octets
from tally.registrar.errors import RegistrarError, VoterListRefused
from tally.registrar.files import (
    PUBLIC_MODE,
    SECRET_MODE,
    new_folder,
    read_limited,
    require_absent,
    write_new,
)
from tally.registrar.issuing import codes_csv, issue, keys_csv
from tally.registrar.keyfile import create_key_file, open_key_file
from tally.registrar.passphrase import existing_passphrase, new_passphrase
from tally.registrar.registration import FILE_LIMIT as REGISTRATIONS_LIMIT
from tally.registrar.registration import roll_of_registrations
from tally.registrar.rolls import check_roll, make_roll
from tally.registrar.standing import read_standing

# Rich tracebacks could show local variables, which may be secrets.
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Make voters' codes and the signed roll, offline.",
)
_SHOWN_PROBLEMS = 1_000

PassphraseFile = Annotated[
    Path | None,
    typer.Option(help="Read the passphrase from this file (one line, chmod 600) instead of asking for it."),
]
ElectionId = Annotated[str, typer.Option(help="32 lowercase hexadecimal digits, from the manifest.")]


@app.command("new-key")
def new_key(
    file: Annotated[Path, typer.Argument(help="The key file to create.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make the registrar's signing key, sealed with a passphrase, and print its public half."""
    with _refusals():
        public_file = file.with_name(f"{file.name}.pub")
        require_absent(file)
        require_absent(public_file)
        key = base64url.encode(create_key_file(file, new_passphrase(passphrase_file)))
        write_new(public_file, f"{key}\n".encode("ascii"), mode=PUBLIC_MODE)
    typer.echo(f"Key file {file} written, and restored to check it. Public key for the manifest:", err=True)
    typer.echo(key)


@app.command("make-codes")
def make_codes(
    voters: Annotated[Path, typer.Argument(help="The list of voters, CSV.")],
    election_id: ElectionId,
    key: Annotated[Path, typer.Option(help="The registrar's key file.")],
    out: Annotated[Path, typer.Option(help="The folder to create.")],
    passphrase_file: PassphraseFile = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Cores to use.")] = 2,
) -> None:
    """Draw a code for every voter; write the secret list of codes and the signed roll."""
    with _refusals():
        election_id_octets(election_id)
        people = voter_list.parse_voters(read_limited(voters, limit=voter_list.MAX_FILE))
        _warn_of_weights(people)
        seed = open_key_file(key, existing_passphrase(passphrase_file))
        with new_folder(out):
            with _progress("Making codes", len(people)) as advance:
                issued = issue(people, election_id, jobs=jobs, advance=advance)
            roll = make_roll(election_id, ((one.key, one.voter.weight) for one in issued), seed)
            write_new(out / "roll.json", roll.to_bytes(), mode=PUBLIC_MODE)
            write_new(out / "keys.csv", keys_csv(issued), mode=SECRET_MODE)
            write_new(out / "codes.csv", codes_csv(issued), mode=SECRET_MODE)
    typer.echo(f"{out / 'codes.csv'}: {len(issued)} codes. SECRET: who holds it can vote for everybody.")
    typer.echo(f"{out / 'keys.csv'}: whose key is whose. Keep it: you need it to replace a lost code.")
    typer.echo(f"{out / 'roll.json'}: the public roll.")


@app.command("roll-from-registrations")
def roll_from_registrations(
    registrations: Annotated[Path, typer.Argument(help="The approved registrations, from the office.")],
    election_id: ElectionId,
    key: Annotated[Path, typer.Option(help="The registrar's key file.")],
    out: Annotated[Path, typer.Option(help="The roll to create.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Check every registration's proof and key, and sign the roll of the keys that voters made themselves."""
    with _refusals():
        election_id_octets(election_id)
        require_absent(out)
        data = read_limited(registrations, limit=REGISTRATIONS_LIMIT)
        seed = open_key_file(key, existing_passphrase(passphrase_file))
        roll = roll_of_registrations(data, election_id, seed)
        write_new(out, roll.to_bytes(), mode=PUBLIC_MODE)
    typer.echo(f"{out}: the public roll. Voters: {len(roll.voters)}\nSHA-256: {roll.payload_sha256}")


@app.command("change-roll")
def change_roll(
    record: Annotated[str, typer.Argument(help="The board as it is now: archive, folder or address.")],
    fingerprint: Annotated[str, typer.Option(help="The election's fingerprint, 64 hexadecimal digits.")],
    reason: Annotated[str, typer.Option(help="Why; everybody will read it, so name nobody.")],
    key: Annotated[Path, typer.Option(help="The registrar's key file.")],
    out: Annotated[Path, typer.Option(help="The signed roll change to create.")],
    replace: Annotated[
        list[str] | None, typer.Option(help="OLD=NEW: the new key gets the old one's weight.")
    ] = None,
    revoke: Annotated[list[str] | None, typer.Option(help="A key that may not vote any more.")] = None,
    admit: Annotated[list[str] | None, typer.Option(help="KEY, or KEY=WEIGHT.")] = None,
    list_file: Annotated[
        Path | None, typer.Option("--list", help="More of them, CSV: revoke,admit,weight.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Sign the next change of the roll while ballots are taken: keys revoked, admitted, replaced."""
    with _refusals():
        require_absent(out)
        steps = [read_replacement(text) for text in replace or ()]
        steps += [read_step(text, "", "") for text in revoke or ()]
        steps += [read_admission(text) for text in admit or ()]
        if list_file is not None:
            steps += read_steps(read_limited(list_file, limit=LIST_LIMIT))
        with open_source(record) as source:
            standing = read_standing(
                source, fingerprint, allow_test_modulus=test_modulus.is_allowed(os.environ)
            )
        seed = open_key_file(key, existing_passphrase(passphrase_file))
        change = make_change(standing, steps, reason, seed)
        write_new(out, change.to_bytes(), mode=PUBLIC_MODE)
    revoked, admitted = len(change.revoke), len(change.admit)
    typer.echo(f"{out}: roll change {change.number}. Revoked: {revoked}; admitted: {admitted}.")
    typer.echo(f"Weight that can still be admitted after it: {standing.roll.room - change.weight}")
    typer.echo(f"SHA-256: {change.payload_sha256}")


@app.command("check-roll")
def check_roll_file(
    roll: Annotated[Path, typer.Argument(help="The roll to check.")],
    election_id: ElectionId,
    registrar_key: Annotated[str, typer.Option(help="The registrar's public key, as new-key printed it.")],
) -> None:
    """Check a roll's form, order, keys, sums and signature, as any observer would."""
    with _refusals():
        data = read_limited(roll, limit=ROLL_LIMIT)
        key = base64url.decode(registrar_key.strip(), ed25519.KEY_BYTES)
        with _progress("Checking keys", None) as advance:
            summary = check_roll(data, election_id, key, advance=advance)
    typer.echo(f"Voters: {summary.voters}\nWeight: {summary.weight}\nSHA-256: {summary.sha256}")


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn a named refusal into one sentence on standard error and exit code 1."""
    try:
        yield
    except VoterListRefused as refusal:
        for problem in refusal.problems[:_SHOWN_PROBLEMS]:
            typer.echo(str(problem), err=True)
        typer.echo(f"Refused: {refusal}. Nothing was made.", err=True)
        raise typer.Exit(1) from None
    except (RegistrarError, TallyError, CryptoError, RecordError, ContestError, BoardError) as refusal:
        typer.echo(f"Refused ({type(refusal).__name__}): {refusal}", err=True)
        raise typer.Exit(1) from None


@contextmanager
def _progress(label: str, total: int | None) -> Iterator[Callable[[], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=total)
        yield lambda: progress.advance(task)


def _warn_of_weights(people: tuple[voter_list.Voter, ...]) -> None:
    weights = voter_list.distinctive_weights(people)
    if weights and len(people) > 1:
        shown = ", ".join(map(str, weights[:10]))
        warning = f"Warning: {len(weights)} weight(s) belong to one voter each ({shown})"
        typer.echo(f"{warning}: the count reveals their votes.", err=True)
