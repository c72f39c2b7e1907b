# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write the verifier in the browser as one HTML file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from voting.saved_verifier import NAME, saved_verifier


class Command(BaseCommand):
    """python manage.py save_verifier [FILE]."""

    help = "Write the verifier as one HTML file, which needs no server and no network."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file to write."""
        parser.add_argument("file", nargs="?", default=NAME, type=Path)

    def handle(self, *_args: object, **options: object) -> None:
        """Write it."""
        file = Path(str(options["file"]))
        file.write_bytes(saved_verifier())
        self.stdout.write(f"{file}")
