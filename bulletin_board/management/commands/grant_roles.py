# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py grant_roles ROLE`: what the server's own role may do in PostgreSQL, after every migration."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction

from bulletin_board.errors import RoleRefused
from bulletin_board.grants import grant


class Command(BaseCommand):
    """Grant and revoke, all or nothing."""

    help = "Let the server's role read and append to the board, and no more. Run it as the tables' owner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the argument."""
        parser.add_argument("role", help="the role that the server's processes use")

    def handle(self, *, role: str, **_: Any) -> None:
        """Grant, and say so."""
        try:
            with transaction.atomic():
                grant(role)
        except (RoleRefused, DatabaseError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{role} may read and append to the board.")
