# SPDX-License-Identifier: AGPL-3.0-or-later
"""A rehearsal on a terminal: progress of long work, and published beside tallied. Decides nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from tally.verifier.report import Status
from voting.importers.pabulib_election import PabulibElection
from voting.rehearsal.pabulib import Advance, Outcome

_SHOWN = 50  # broken ballots that are spelt out; all of them are counted


class Screen:
    """Shows phases as they go, with their times."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def progress(self, name: str, total: int | None) -> Iterator[Advance]:
        """One phase; yields what is called with the number of things done."""
        columns = [SpinnerColumn(), TextColumn("{task.description}")]
        if total is not None:
            columns += [BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
        started, quiet = perf_counter(), not self._console.is_terminal
        with Progress(
            *columns, TimeElapsedColumn(), console=self._console, transient=True, disable=quiet
        ) as bar:
            task = bar.add_task(name, total=total)
            yield lambda done: bar.advance(task, done)
        seconds = perf_counter() - started
        self._console.print(f"[green]✓[/] {name} [dim]{seconds:6.1f} s[/]", highlight=False)

    def say(self, _text: str) -> None:
        """What stations say is not shown here."""

    def show_source(self, source: PabulibElection) -> None:
        """What the file holds, and every ballot of it that is not cast."""
        rows = len(source.answers) + len(source.broken)
        kind = source.contest.kind
        self._console.print(
            f"[bold]{kind}[/], {len(source.contest.options)} options, {rows} ballots in the file, "
            f"{len(source.answers)} of them within its rules",
            highlight=False,
        )
        for remark in source.remarks:
            self._console.print(Text(f"note: {remark}", style="yellow"))
        for ballot in source.broken[:_SHOWN]:
            line = f"not cast: line {ballot.line}, voter {ballot.voter}: {ballot.reason}"
            self._console.print(Text(line, style="yellow"))
        if len(source.broken) > _SHOWN:
            self._console.print(f"… and {len(source.broken) - _SHOWN} more", style="yellow")

    def show_outcome(self, outcome: Outcome) -> None:
        """Published beside tallied, and what the verifier found."""
        table = Table(title="Published and tallied", title_style="bold", header_style="bold")
        for heading in ("option", "name"):
            table.add_column(heading, overflow="fold")
        for heading in ("published", "tallied", ""):
            table.add_column(heading, justify="right")
        for line in outcome.lines:
            same = line.published in {None, line.tallied}
            table.add_row(
                Text(line.option),
                Text(line.label),
                "–" if line.published is None else str(line.published),
                str(line.tallied),
                "[green]=[/]" if same else f"[bold red]≠[/] [dim]{line.broken} in ballots not cast[/]",
            )
        self._console.print(table)
        for name, value in outcome.extras:
            self._console.print(f"{name}: {value}", highlight=False)
        self._console.print(Text(f"Funded: {', '.join(outcome.winners) or 'nothing'}"))
        self._show_verdict(outcome)

    def _show_verdict(self, outcome: Outcome) -> None:
        findings = outcome.report.findings
        passed = sum(finding.status is Status.PASS for finding in findings)
        self._console.print(
            f"Verifier: [bold]{outcome.report.verdict.value}[/], {passed} of {len(findings)} checks passed",
            highlight=False,
        )
        for finding in findings:
            for failure in finding.failures:
                text = f"{finding.check.id}: {failure.error}: {failure.message}"
                self._console.print(Text(text, style="red"))
