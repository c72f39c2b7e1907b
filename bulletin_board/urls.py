# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the board; the site includes them under `board/`."""

from django.urls import path

from bulletin_board import views

app_name = "board"
urlpatterns = [path("<slug:election>/<path:path>", views.resource, name="resource")]
