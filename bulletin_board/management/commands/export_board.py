# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py export_board`: write a board to a folder for any web server, or to one ZIP archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bulletin_board import publisher
from bulletin_board.errors import BoardError
from bulletin_board.models import Log


class Command(BaseCommand):
    """Write all that a log serves under its latest signed head."""

    help = "Write the public board of an election to a folder, to a ZIP archive, or to both."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("election", help="the last part of the board's address")
        parser.add_argument("--folder", type=Path, help="write files that any web server can serve")
        parser.add_argument("--archive", type=Path, help="write one ZIP archive")

    def handle(self, *, election: str, folder: Path | None, archive: Path | None, **_: Any) -> None:
        """Write what was asked for."""
        if folder is None and archive is None:
            raise CommandError("Say where to: --folder FOLDER, --archive FILE, or both.")
        try:
            log = Log.objects.get(slug=election)
            if folder is not None:
                publisher.export(log, folder)
            if archive is not None:
                publisher.archive(log, archive)
        except Log.DoesNotExist:
            raise CommandError(f"There is no board named {election}.") from None
        except (BoardError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote the board of {log.origin}.")
