# SPDX-License-Identifier: AGPL-3.0-or-later
"""The polling place, as a Django application."""

from django.apps import AppConfig
from django.conf import settings


class VotingConfig(AppConfig):
    """The polling place: elections, rolls, credentials, casting."""

    name = "voting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the data folder, and this project's Celery the current one: every process finds the broker."""
        from voting import celery  # noqa: PLC0415  # only once the settings are there

        settings.VERITALLY_DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        celery.app.set_default()
