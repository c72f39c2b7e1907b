# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the whole site."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import TemplateView

from voting.source import source

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "how-it-works/", TemplateView.as_view(template_name="voting/how_it_works.html"), name="how-it-works"
    ),
    path("source/", source, name="source"),
    path("language/", include("django.conf.urls.i18n")),
    path("board/", include("bulletin_board.urls")),
    path("", include("voting.api_urls")),
]
