# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tally.monitor PAGE`: exit 0 as it should be, 1 not, 2 could not be told."""

import json as json_format
import re
import secrets
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from tally.monitor.watch import CHECKS, FAIL, PASS, WRONG, Report, watch
from tally.verifier.plain import plain

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_STYLES = {PASS: "green", FAIL: "bold red"}
_MINUTE = 60  # s
_DIGEST = re.compile(r"[0-9a-f]{64}")


@app.command()
def main(
    page: Annotated[
        str, typer.Argument(help="The address at which voters vote: https://…/elections/…/vote/")
    ],
    board: Annotated[
        str, typer.Option(help="A mirror or copy of the board; that of the server if left out.")
    ] = "",
    fingerprint: Annotated[str, typer.Option(help="The election's fingerprint, from elsewhere.")] = "",
    folder: Annotated[
        Path | None, typer.Option(help="voting/static/voting/booth in a copy of the source that you trust.")
    ] = None,
    without_board: Annotated[  # noqa: FBT002  # an option of the command line
        bool,
        typer.Option(
            "--without-board", help="The page is of the registration: no board names its booth yet (S.6)."
        ),
    ] = False,
    json: Annotated[Path | None, typer.Option(help="Write the findings to this file.")] = None,
    every: Annotated[
        float,
        typer.Option(
            min=0, help="Look again about every so many minutes, until something is not as it should be."
        ),
    ] = 0,
) -> None:
    """Compare the booth that voters are served with the board's, and with the source's."""
    if fingerprint and not _DIGEST.fullmatch(fingerprint):
        raise typer.BadParameter("A fingerprint is 64 hexadecimal digits.")
    if without_board and (folder is None or board or fingerprint):
        raise typer.BadParameter("--without-board needs --folder, and neither --board nor --fingerprint.")
    source = None if without_board else board
    while True:
        report = watch(page, board=source, fingerprint=fingerprint, folder=folder)
        _show(report, Console())
        if json is not None:
            json.write_text(json_format.dumps(_value(report), indent=1) + "\n", encoding="utf-8")
        if not every or report.exit_code == WRONG:
            raise typer.Exit(report.exit_code)
        time.sleep(pause(every))


def pause(minutes: float) -> float:
    """Return how many seconds to wait: half to one and a half times as long, so that nobody knows when."""
    return minutes * _MINUTE * (0.5 + secrets.SystemRandom().random())


def _show(report: Report, console: Console) -> None:
    for finding in report.findings:
        line = Text(f"{finding.check}  ").append(
            f"{finding.result:8}", style=_STYLES.get(finding.result, "yellow")
        )
        console.print(line.append(CHECKS[finding.check]))
        if finding.detail:
            console.print(Text(f"     {plain(finding.detail)}"), soft_wrap=True)
    console.print(Text(f"booth {report.digest or 'not found'}", style="bold"), soft_wrap=True)


def _value(report: Report) -> dict[str, object]:
    rows = [
        {"check": row.check, "result": row.result, "detail": plain(row.detail)} for row in report.findings
    ]
    return {"format": "veritally/booth-report/1", "booth": report.digest, "findings": rows}
