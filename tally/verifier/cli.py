# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tally.verifier RECORD`: exit 0 verified, 1 refuted, 2 could not be checked."""

from pathlib import Path
from typing import Annotated

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

from bulletin_board.codec import canonical
from bulletin_board.errors import BoardError
from bulletin_board.sources import open_source
from tally.verifier.report import EXIT_CODES, Verdict
from tally.verifier.terminal import show
from tally.verifier.verify import Options, verify

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    record: Annotated[
        str, typer.Argument(help="A folder, a .zip archive, or an http(s) address of a board.")
    ],
    fingerprint: Annotated[
        str | None, typer.Option(help="The election's fingerprint, from a source other than the record.")
    ] = None,
    trust_on_first_use: Annotated[  # noqa: FBT002  # a command-line switch
        bool, typer.Option(help="Accept the fingerprint that the record itself states.")
    ] = False,
    json: Annotated[Path | None, typer.Option(help="Write the report to this file.")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="Processes that check ballots.")] = 1,
    full: Annotated[  # noqa: FBT002  # a command-line switch
        bool, typer.Option(help="Check every ballot in its compact form, without the cache of commitments.")
    ] = False,
    allow_test_modulus: Annotated[bool, typer.Option(hidden=True)] = False,  # noqa: FBT002  # for tests
) -> None:
    """Verify a published election, trusting nothing but the fingerprint."""
    console = Console()
    options = Options(
        fingerprint=fingerprint,
        trust_on_first_use=trust_on_first_use,
        jobs=jobs,
        compact=full,
        allow_test_modulus=allow_test_modulus,
    )
    try:
        with open_source(record) as source, _progress(console) as bar:
            task = bar.add_task("Verifying", total=None)
            verification = verify(
                source, options, progress=lambda done, total: bar.update(task, completed=done, total=total)
            )
    except (BoardError, OSError) as error:
        console.print(f"[bold yellow]This record could not be checked:[/] {error}", highlight=False)
        raise typer.Exit(EXIT_CODES[Verdict.UNCHECKED]) from None
    except Exception as error:  # noqa: BLE001  # the last barrier: a hostile record must not look like a crash
        console.print(
            f"[bold yellow]The verifier itself failed[/] ({type(error).__name__}). Please report this."
        )
        raise typer.Exit(EXIT_CODES[Verdict.UNCHECKED]) from None
    show(verification.report, console)
    if json is not None:
        json.write_bytes(canonical.encode(verification.report.to_value()) + b"\n")
    raise typer.Exit(EXIT_CODES[verification.report.verdict])


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
