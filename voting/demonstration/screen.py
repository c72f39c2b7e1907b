# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demonstration on a terminal: phases with their times, then the result. Decides nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter

from rich import box
from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from tally import services
from tally.contests.protocol import Contest
from tally.record.result import CountedContest, Result
from voting.demonstration.places import Places
from voting.demonstration.running import Polls
from voting.models import Election

_BAR = 24  # characters
_LANGUAGE = "en"
Advance = Callable[[int], None]


class Screen:
    """Remembers how long each phase took."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._phases: list[tuple[str, float]] = []

    def begin(self, places: Places, modulus_bits: int, *, preferred_port: int) -> None:
        """Say what is about to happen."""
        self._console.rule("[bold]Veritally: a whole election on this machine")
        self._console.print(
            f"A made-up town votes under a throw-away {modulus_bits}-bit key. Data: {places.data}",
            highlight=False,
            soft_wrap=True,
        )
        if places.port != preferred_port:
            self._console.print(f"[yellow]Port {preferred_port} is taken; using {places.port}.[/]")

    @contextmanager
    def phase(self, name: str, total: int | None = None) -> Iterator[Advance]:
        """One phase; yields what is called with the number of things done (0: still alive)."""
        columns = [SpinnerColumn(), TextColumn("{task.description}")]
        if total is not None:
            columns += [BarColumn(), MofNCompleteColumn()]
        started, quiet = perf_counter(), not self._console.is_terminal
        with Progress(
            *columns, TimeElapsedColumn(), console=self._console, transient=True, disable=quiet
        ) as bar:
            task = bar.add_task(name, total=total)
            yield lambda done: bar.advance(task, done)
        seconds = perf_counter() - started
        self._phases.append((name, seconds))
        self._console.print(f"[green]✓[/] {name:<52}[dim]{seconds:7.1f} s[/]", highlight=False)

    def tally_shower(self, advance: Advance) -> Callable[[services.Progress], None]:
        """Return what shows the stations' answers as they come: one step each for a word and a share."""
        seen = 0

        def show(progress: services.Progress) -> None:
            nonlocal seen
            found = progress.acknowledged + progress.shares
            advance(found - seen)
            seen = found

        return show

    def show_result(self, election: Election, result: Result, polls: Polls, *, as_cast: bool) -> None:
        """The tables of the result, and whether they are what the voters chose."""
        contests = {contest.id: contest for contest in election.plan.contests}
        tables = [_contest_table(contests[counted.id], counted) for counted in result.contests]
        self._console.print()
        self._console.print(Columns(tables, padding=(0, 3)))
        self._console.print(
            f"{polls.ballots} ballots cast, {polls.tests} tested instead, {result.counted.ballots} count "
            f"(the last of each voter). Receipts verified: {polls.ballots + polls.tests}.",
            highlight=False,
        )
        self._console.print(
            "[green]✓[/] The result is what the voters chose."
            if as_cast
            else "[bold red]✗ The result is not what the voters chose.[/]"
        )

    def show_summary(
        self, election: Election, places: Places, polls: Polls, report: Mapping[str, object]
    ) -> None:
        """Timings, addresses, and how to verify it oneself."""
        times = Table(box=box.SIMPLE, title="Time", title_style="bold", show_header=False)
        times.add_column()
        times.add_column(justify="right")
        for name, seconds in self._phases:
            times.add_row(name, f"{seconds:.1f} s")
        times.add_section()
        times.add_row("[bold]All together", f"[bold]{sum(seconds for _, seconds in self._phases):.1f} s")
        times.add_row("One ballot: encrypt and prove (median)", f"{polls.make * 1000:.0f} ms")
        times.add_row("One ballot: send, check, receipt (median)", f"{polls.cast * 1000:.0f} ms")
        self._console.print(times)
        self._console.print(
            Panel(_addresses(election, places, report), title="See for yourself", expand=False)
        )
        self._show_commands(election, places)

    def show_letters(self, places: Places, codes: Sequence[str]) -> None:
        """What is in the letters to the visitors of the open election."""
        self._console.print()
        self._console.print("Vote yourself: this election is open, and these are voters' letters.")
        for code in codes:
            self._console.print(Text(f"  {places.election}/vote/#{code}", style="bold"), soft_wrap=True)

    def _show_commands(self, election: Election, places: Places) -> None:
        """Unwrapped, so that they can be copied."""
        self._console.print("Verify it yourself, from the running server or from the published folder:")
        for record in (places.board, str(places.published)):
            command = f"  .venv/bin/python -m tally.verifier {record} --fingerprint {election.fingerprint}"
            self._console.print(Text(command, style="bold"), soft_wrap=True)


def _contest_table(contest: Contest, counted: CountedContest) -> Table:
    labels = {option.id: option.label.get(_LANGUAGE) for option in contest.options}
    table = Table(box=box.SIMPLE_HEAD, title=contest.question.get(_LANGUAGE), title_style="bold")
    table.add_column("option")
    table.add_column("votes", justify="right")
    table.add_column("")
    most = max((votes for _, votes in counted.result.totals), default=0) or 1
    for option, votes in sorted(counted.result.totals, key=lambda row: -row[1]):
        won = option in counted.result.winners
        mark = " ★" if won else " (tie)" if option in counted.result.tied else ""
        style = "bold green" if won else ""
        bar = Text("█" * round(_BAR * votes / most), style="green" if won else "blue")
        table.add_row(Text(labels[option] + mark, style=style), Text(str(votes), style=style), bar)
    for name, votes in counted.result.extras:
        table.add_row(Text(name, style="dim"), Text(str(votes), style="dim"), "")
    return table


def _addresses(election: Election, places: Places, report: Mapping[str, object]) -> Table:
    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    rows.add_row("Election", f"{places.election}/")
    rows.add_row("Board", f"{places.board}/checkpoint")
    rows.add_row("Fingerprint", election.fingerprint)
    rows.add_row("Verifier", f"[bold green]{report.get('verdict')}[/], by a process of its own")
    rows.add_row("Logs", str(places.logs))
    return rows
