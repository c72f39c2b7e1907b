# SPDX-License-Identifier: AGPL-3.0-or-later
"""Registration, as a Django application."""

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    """Who registered which key, until the registrar has signed the roll."""

    name = "voting.registration"
    label = "registration"
    default_auto_field = "django.db.models.BigAutoField"
