# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mailed codes, as a Django application."""

from django.apps import AppConfig


class MailedConfig(AppConfig):
    """Who is to get a code, and whose message was sent."""

    name = "voting.mailed"
    label = "mailed"
    default_auto_field = "django.db.models.BigAutoField"
