# SPDX-License-Identifier: AGPL-3.0-or-later
"""The polling place, as a Django application."""

from django.apps import AppConfig


class VotingConfig(AppConfig):
    """The polling place: elections, rolls, credentials, casting."""

    name = "voting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make this project's Celery the current one, so that tasks sent from any process find the broker."""
        from voting import celery  # noqa: PLC0415  # only once the settings are there

        celery.app.set_default()
