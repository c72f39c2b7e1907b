# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public append-only log, as a Django application."""

from django.apps import AppConfig


class BulletinBoardConfig(AppConfig):
    """The public append-only log."""

    name = "bulletin_board"
    default_auto_field = "django.db.models.BigAutoField"
