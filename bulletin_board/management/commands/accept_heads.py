# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py accept_heads`: go on signing after the folder of remembered heads was lost."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bulletin_board import accepting
from bulletin_board.errors import BoardError
from bulletin_board.models import Log, SignedHead


class Command(BaseCommand):
    """Remember the database's newest heads as the newest that were ever given out, once somebody says so."""

    help = (
        "Remember the database's newest head of each board as the newest that was ever given out. For a lost "
        'folder of remembered heads: docs/operations.md, "After a restore".'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "election", nargs="?", help="the last part of the board's address; all if left out"
        )
        parser.add_argument(
            "--mirror",
            action="append",
            default=[],
            help="a copy of that board (web address, folder, archive) that must not have more; repeatable",
        )
        parser.add_argument(
            "--confirmed",
            action="store_true",
            help="you have made sure that nothing newer was ever given out; without it, nothing is changed",
        )

    def handle(self, *, election: str | None, mirror: list[str], confirmed: bool, **_: Any) -> None:
        """Ask witnesses and mirrors, and accept if confirmed."""
        logs = Log.objects.order_by("pk")
        if election is not None:
            logs = logs.filter(slug=election)
            if not logs:
                raise CommandError(f"There is no board named {election}.")
        elif mirror:
            raise CommandError("Name the board that --mirror has a copy of.")
        refused = [log.slug for log in logs if not self._take(log, mirror, confirmed=confirmed)]
        if refused:
            raise CommandError(
                f"Not accepted: {', '.join(refused)}. Nothing may be signed there: see docs/operations.md, "
                '"After a restore".'
            )

    def _take(self, log: Log, mirrors: list[str], *, confirmed: bool) -> bool:
        try:
            head = accepting.forgotten_head(log)
            if head is None:
                self.stdout.write(f"{log.origin}: nothing is forgotten.")
                return True
            self._ask(log, head, mirrors)
            if confirmed:
                accepting.accept(log, head)
        except (BoardError, OSError) as error:
            self.stderr.write(f"{log.origin}: {error}")
            return False
        self.stdout.write(
            f"{log.origin}: {head.size} entries are accepted as the newest that were given out."
            if confirmed
            else f"{log.origin}: nothing was changed. If you are sure, call this again with --confirmed."
        )
        return True

    def _ask(self, log: Log, head: SignedHead, mirrors: list[str]) -> None:
        self.stdout.write(f"{log.origin}: the newest head in this database has {head.size} entries.")
        for word in accepting.ask_witnesses(log, head):
            self.stdout.write(f"  witness {word.witness.name}: {word.text}")
        for address in mirrors:
            size = accepting.check_mirror(log, head, address)
            self.stdout.write(f"  {address}: has {size} entries, and no more")
