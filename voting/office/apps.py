# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office, as a Django application."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """Officials, what they did, and attempts to log in."""

    name = "voting.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"
