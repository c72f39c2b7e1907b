# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report on a terminal. Shows what `report` holds, and decides nothing."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tally.verifier.checks import CATEGORIES
from tally.verifier.meanings import MEANINGS
from tally.verifier.plain import plain
from tally.verifier.reasons import reason
from tally.verifier.report import Failure, Finding, Report, Status, Verdict

_STYLES = {Status.PASS: "green", Status.FAIL: "bold red", Status.NOT_RUN: "yellow"}
_INDENT = (0, 0, 0, 17)
_VERDICTS = {
    Verdict.VERIFIED: ("bold green", "VERIFIED. Every check passed."),
    Verdict.REFUTED: ("bold red", "REFUTED. At least one check failed: do not rely on this record."),
    Verdict.UNCHECKED: (
        "bold yellow",
        "NOT VERIFIED. Some checks could not be made; the reasons stand beside them.",
    ),
}


def show(report: Report, console: Console) -> None:
    """Facts, every check by category, failures with their evidence, and the verdict."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column()
    facts.add_column(overflow="fold")  # a fingerprint is compared: never cut it
    for name, value in report.facts:
        facts.add_row(Text(name, style="dim"), Text(plain(value)))
    console.print(facts)
    category = ""
    for finding in report.findings:
        if finding.check.id[0] != category:
            category = finding.check.id[0]
            console.print(Text(f"\n{category}  {CATEGORIES[category]}", style="bold"))
        _show_finding(finding, console)
    for name, text in report.exhibits:
        console.print(Text(f"\n{plain(name)}", style="bold"))
        console.print(Text("\n".join(map(plain, text.split("\n")))), soft_wrap=True)
    style, sentence = _VERDICTS[report.verdict]
    console.print(Text(f"\n{sentence}", style=style))


def _show_finding(finding: Finding, console: Console) -> None:
    row = Table.grid(padding=(0, 2))
    row.add_column(width=4)
    row.add_column(width=7)
    row.add_column()
    statement = Text(finding.check.statement)
    if finding.note:
        statement.append(f"\n{finding.note}", style="dim")
    row.add_row(finding.check.id, Text(finding.status.value, style=_STYLES[finding.status]), statement)
    console.print(Padding(row, (0, 0, 0, 2)))
    if finding.status is Status.FAIL:
        console.print(Padding(Text(MEANINGS[finding.check.id], style="bold"), _INDENT))
    for failure in finding.failures:
        console.print(Padding(_evidence(failure), _INDENT))
    hidden = finding.failed - len(finding.failures)
    if hidden > 0:
        console.print(Padding(Text(f"… and {hidden} more", style="red"), _INDENT))


def _evidence(failure: Failure) -> Text:
    text = Text(failure.error, style="red")
    text.append(f" {failure.where}" if failure.where else "", style="default")
    text.append(f": {failure.message}", style="default")
    said = reason(failure.error)
    text.append(f"\n{said}" if said else "", style="default")
    for name, value in (("expected", failure.expected), ("found", failure.computed)):
        if value:
            text.append(f"\n{name} {value}", style="dim")
    return text
