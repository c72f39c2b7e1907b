# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys, counting and the proof of the count, as a Django application."""

from django.apps import AppConfig


class TallyConfig(AppConfig):
    """Keys, counting and the proof of the count."""

    name = "tally"
    default_auto_field = "django.db.models.BigAutoField"
