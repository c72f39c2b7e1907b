# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the whole site."""

from django.urls import URLPattern, URLResolver, include, path

from voting.source import source

urlpatterns: list[URLPattern | URLResolver] = [
    path("source/", source, name="source"),
    path("language/", include("django.conf.urls.i18n")),
    path("board/", include("bulletin_board.urls")),
    path("office/", include("voting.office_urls")),
    path("", include("voting.api_urls")),
    path("", include("voting.booth_urls")),
    path("", include("voting.registration.urls")),
    path("", include("voting.page_urls")),
]
