# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the whole site."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
