# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the pages that the booth's modules make."""

from django.urls import path

from voting.pages import booth

urlpatterns = [
    path("elections/<slug:slug>/vote/", booth.vote, name="vote"),
    path("elections/<slug:slug>/check/", booth.check, name="check"),
    path("elections/<slug:slug>/tested/", booth.tested, name="tested"),
]
