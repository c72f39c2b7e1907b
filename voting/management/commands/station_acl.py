# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py station_acl SLUG --passwords FOLDER`: one user of Redis for each trustee's station.

Prints lines for Redis's access list, which hold hashes only (docs/operations.md). The passwords are written
to the folder, a file for each trustee; those that are there already are kept.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from voting.errors import UnknownElection
from voting.management.refusals import refusals
from voting.models import Election
from voting.services.station_users import make_users


class Command(BaseCommand):
    """Print the lines, write the passwords."""

    help = "Print the lines of Redis's access list that let each trustee's station use its own queue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which election, and where the passwords go."""
        parser.add_argument("election", help="The last part of the election's address; it must be frozen.")
        parser.add_argument("--passwords", type=Path, required=True, help="A folder that only you can read.")

    def handle(self, *, election: str, passwords: Path, **_: Any) -> None:
        """Draw what is missing; print."""
        with refusals():
            found = Election.objects.filter(slug=election).first()
            if found is None:
                raise UnknownElection(f"there is no election {election}")
            for _account, line in make_users(found, passwords):
                self.stdout.write(line)
