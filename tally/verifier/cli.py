# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tally.verifier RECORD`: exit 0 verified, 1 refuted, 2 could not be checked.

Whatever happens, nobody sees a stack trace: a hostile record must not look like a crash.
"""

import io
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial, wraps
from pathlib import Path
from time import monotonic
from typing import Annotated, NoReturn, ParamSpec

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from bulletin_board.codec import canonical
from bulletin_board.errors import BoardError
from bulletin_board.freshness import is_live
from bulletin_board.log.policy import LIMIT as POLICY_LIMIT
from bulletin_board.log.policy import Policy
from bulletin_board.sources import open_source
from tally import test_modulus
from tally.verifier.earlier import LIMIT as STATE_LIMIT
from tally.verifier.earlier import Earlier
from tally.verifier.errors import UnusableState
from tally.verifier.kept import Copy, KeptSource, copy_beside
from tally.verifier.page import Run, page
from tally.verifier.plain import message, plain
from tally.verifier.report import EXIT_CODES, Verdict
from tally.verifier.saving import state_of
from tally.verifier.terminal import show
from tally.verifier.verify import Options, Verification, verify
from tally.verifier.versions import program_version, versions

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_P = ParamSpec("_P")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def _fingerprint(text: str | None) -> str | None:
    """What somebody copied, blanks and capitals forgiven: a slip must not look like a refuted election."""
    if text is None:
        return None
    digits = "".join(text.split()).lower()
    if not _DIGEST.fullmatch(digits):
        raise typer.BadParameter("A fingerprint is 64 hexadecimal digits.")
    return digits


def _barred(command: Callable[_P, None]) -> Callable[_P, None]:
    """The last barrier: whatever fails, output that cannot be written among it, is no verdict (exit 2)."""

    @wraps(command)
    def barred(*arguments: _P.args, **options: _P.kwargs) -> None:
        try:
            code = _code(partial(command, *arguments, **options))
            sys.stdout.flush()
        except (OSError, ValueError, SystemExit):  # rich raises SystemExit where a pipe is broken
            code = EXIT_CODES[Verdict.UNCHECKED]
            _discard_output()
        raise typer.Exit(code)

    return barred


def _code(command: Callable[[], None]) -> int:
    try:
        command()
    except typer.Exit as ended:
        return ended.exit_code
    except KeyboardInterrupt:
        _say(Console(), "Interrupted: nothing was found out.")
    except Exception as error:  # noqa: BLE001  # the last barrier
        _say(Console(), f"The verifier itself failed ({type(error).__name__}). Please report this.")
    return EXIT_CODES[Verdict.UNCHECKED]


def _discard_output() -> None:
    """Send to nowhere what the interpreter would try to write once more when it ends."""
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


@app.command()
@_barred
def main(
    record: Annotated[
        str, typer.Argument(help="A folder, a .zip archive, or an http(s) address of a board.")
    ],
    fingerprint: Annotated[
        str | None,
        typer.Option(
            callback=_fingerprint, help="The election's fingerprint, from a source other than the record."
        ),
    ] = None,
    trust_on_first_use: Annotated[  # noqa: FBT002  # a command-line switch
        bool, typer.Option(help="Accept the fingerprint that the record itself states.")
    ] = False,
    policy: Annotated[
        Path | None,
        typer.Option(help="Whose signatures you demand on the checkpoint: a file in tlog-policy form."),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            help="What --state wrote earlier, or a checkpoint that you kept: the board must continue it. "
            "Only what is new is downloaded, and only new ballots' proofs are judged."
        ),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            help="Write what a later --since can rest on; nothing is written after a failure. What was "
            "downloaded is kept beside it, in a folder STATE.copy."
        ),
    ] = None,
    copy: Annotated[  # noqa: FBT002  # a command-line switch
        bool, typer.Option(help="Keep what was downloaded, and do not download it again.")
    ] = True,
    json: Annotated[Path | None, typer.Option(help="Write the report to this file, for programs.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write the report to this file, to read and print.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="Processes that check ballots.")] = 1,
    full: Annotated[  # noqa: FBT002  # a command-line switch
        bool, typer.Option(help="Check every ballot in its compact form, without the cache of commitments.")
    ] = False,
) -> None:
    """Verify a published election, trusting nothing but the fingerprint."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a title in a script that this terminal lacks
    console = Console()
    earlier = _earlier(since, fingerprint, console, compact=full)
    started, begun = datetime.now(UTC).replace(microsecond=0), monotonic()
    brought, trusting = _trust(fingerprint, earlier, trusting=trust_on_first_use)
    kept = _copy(record, state, since) if copy else None
    options = Options(
        fingerprint=brought,
        earlier=earlier,
        trust_on_first_use=trusting,
        policy=_policy(policy, console),
        read_at=started if is_live(record) else None,
        jobs=jobs,
        compact=full,
        allow_test_modulus=_is_test_modulus_allowed(console),
    )
    try:
        with open_source(record) as served, _progress(console) as bar:
            task = bar.add_task("Verifying", total=None)
            source = served if kept is None else KeptSource(served, kept, earlier)
            if isinstance(source, KeptSource):
                options = replace(options, kept=source.entries)
            verification = verify(
                source, options, progress=lambda done, total: bar.update(task, completed=done, total=total)
            )
    except (BoardError, OSError) as error:
        _give_up(console, f"This record could not be checked: {message(error)}")
    show(verification.report, console)
    if json is not None:
        _write(canonical.encode(verification.report.to_value()) + b"\n", json, console)
    if html is not None:
        run = Run(record=record, started=started, seconds=monotonic() - begun, versions=versions())
        _write(_page(verification, run), html, console)
    if state is not None:
        _save(state_of(verification, options, made=started), state, kept, console)
    raise typer.Exit(EXIT_CODES[verification.report.verdict])


def _policy(file: Path | None, console: Console) -> Policy | None:
    if file is None:
        return None
    try:
        with file.open("rb") as opened:
            return Policy.from_bytes(opened.read(POLICY_LIMIT + 1))
    except (BoardError, OSError) as error:
        _give_up(console, f"The policy could not be read: {message(error)}")


def _earlier(
    file: Path | None, fingerprint: str | None, console: Console, *, compact: bool
) -> Earlier | None:
    if file is None:
        return None
    try:
        with file.open("rb") as opened:
            earlier = Earlier.from_bytes(opened.read(STATE_LIMIT + 1))
        earlier.check_usable(fingerprint=fingerprint, program=program_version(), compact=compact)
    except (UnusableState, OSError) as error:
        _give_up(console, f"The earlier verification cannot be used: {message(error)}")
    return earlier


def _trust(fingerprint: str | None, earlier: Earlier | None, *, trusting: bool) -> tuple[str | None, bool]:
    """The fingerprint to demand, and whether it is, or was, taken from the record itself."""
    if fingerprint is not None:
        return fingerprint, False
    if earlier is not None and earlier.judged is not None:
        return earlier.judged.fingerprint, earlier.judged.trusted_on_first_use
    return None, trusting


def _copy(record: str, *states: Path | None) -> Copy | None:
    """Where what a server sends is kept; None for a record that is on the disk anyhow."""
    folders = [copy_beside(state) for state in states if state is not None]
    return Copy(folders) if folders and is_live(record) else None


def _save(found: Earlier | None, file: Path, kept: Copy | None, console: Console) -> None:
    if found is None:
        console.print(Text("No state was written: nothing could rest on this verification.", style="yellow"))
        return
    whole = file.with_name(f"{file.name}.new")
    _write(found.to_bytes(), whole, console)
    try:
        whole.replace(file)
    except OSError as error:
        whole.unlink()
        _give_up(console, f"The state could not be written: {message(error)}")
    if kept is not None:
        kept.settle(found.note)
        if kept.trouble is not None:
            _say(console, f"What was downloaded could not all be kept: {message(kept.trouble)}")


def _say(console: Console, sentence: str) -> None:
    console.print(Text(plain(sentence), style="bold yellow"))


def _give_up(console: Console, sentence: str) -> NoReturn:
    _say(console, sentence)
    raise typer.Exit(EXIT_CODES[Verdict.UNCHECKED]) from None


def _page(verification: Verification, run: Run) -> bytes:
    found = page(verification.report, run, manifest=verification.manifest, result=verification.result)
    return found.encode()


def _write(data: bytes, file: Path, console: Console) -> None:
    try:
        file.write_bytes(data)
    except OSError as error:
        _give_up(console, f"The report could not be written: {message(error)}")


def _is_test_modulus_allowed(console: Console) -> bool:
    allowed = test_modulus.is_allowed(os.environ)
    if allowed:
        console.print(Text(test_modulus.WARNING, style="bold yellow"))
    return allowed


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
