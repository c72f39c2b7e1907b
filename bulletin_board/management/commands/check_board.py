# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py check_board`: hash all that is stored again, and compare it with all that was signed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from bulletin_board.errors import BoardError
from bulletin_board.models import Log
from bulletin_board.rows import latest_head
from bulletin_board.self_check import check_all


class Command(BaseCommand):
    """Check everything that is stored of one board, or of all."""

    help = "Hash all that is stored again, and compare it with every head that was ever signed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "election", nargs="?", help="the last part of the board's address; all if left out"
        )

    def handle(self, *, election: str | None, **_: Any) -> None:
        """Check, and say what was found; the exit status is 1 if anything is damaged."""
        logs = Log.objects.order_by("pk")
        if election is not None:
            logs = logs.filter(slug=election)
            if not logs:
                raise CommandError(f"There is no board named {election}.")
        damaged = [log.slug for log in logs if not self._is_sound(log)]
        if damaged:
            raise CommandError(
                f"Damaged: {', '.join(damaged)}. Keep everything as it is, and see docs/operations.md, "
                '"A damaged board".'
            )

    def _is_sound(self, log: Log) -> bool:
        head = latest_head(log)
        total = 0 if head is None else head.size
        try:
            with Progress(console=Console(stderr=True), transient=True) as progress:
                task = progress.add_task(log.slug, total=total)
                for done in check_all(log):
                    progress.update(task, completed=done)
        except BoardError as error:
            self.stderr.write(f"{log.origin}: {error}")
            return False
        self.stdout.write(f"{log.origin}: {total} entries and every signed head are sound.")
        return True
