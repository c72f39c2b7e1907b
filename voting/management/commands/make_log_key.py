# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py make_log_key`: draw the key that signs this server's boards, once."""

from django.core.management.base import BaseCommand

from voting.management.refusals import refusals
from voting.services import log_key


class Command(BaseCommand):
    """Draw the key that signs this server's boards."""

    help = __doc__ or ""
    requires_migrations_checks = False

    def handle(self, *_args: object, **_options: object) -> str:
        """Never overwrites one."""
        with refusals():
            return f"{log_key.create()}: keep a copy, and keep it secret."
