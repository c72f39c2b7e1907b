# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py make_registrar_key`: draw the key that signs rolls where this server mails the codes."""

from django.core.management.base import BaseCommand

from voting.mailed import registrar_key
from voting.management.refusals import refusals


class Command(BaseCommand):
    """Draw the key that signs rolls where this server mails the codes."""

    help = __doc__ or ""
    requires_migrations_checks = False

    def handle(self, *_args: object, **_options: object) -> str:
        """Never overwrites one."""
        with refusals():
            return f"{registrar_key.create()}: keep a copy, and keep it secret."
