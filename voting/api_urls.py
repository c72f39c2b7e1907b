# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses to which voters' programs send, below an election's own."""

from django.urls import path

from voting import api

urlpatterns = [
    path("elections/<slug:slug>/ballots", api.ballots, name="ballots"),
    path("elections/<slug:slug>/challenges", api.challenges, name="challenges"),
]
