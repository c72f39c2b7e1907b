# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses to which voters' programs send, and where they ask, below an election's own."""

from django.urls import path, re_path

from voting import api, api_reading
from voting.reading import page as reading_page
from voting.reading.api import api as reading
from voting.reading.api import not_found

_ELECTION = r"^elections/(?P<slug>[-a-zA-Z0-9_]+)"

urlpatterns = [
    path("api/", reading_page.read_api, name="read-api"),
    path("api/", reading.urls),
    re_path(r"^api/", not_found),
    path("elections/<slug:slug>/ballots", api.ballots, name="ballots"),
    path("elections/<slug:slug>/challenges", api.challenges, name="challenges"),
    path("elections/<slug:slug>/credentials/find", api_reading.find_credential, name="find-credential"),
    path("elections/<slug:slug>/ballots/find", api_reading.find_ballots, name="find-ballots"),
    re_path(_ELECTION + r"/credentials/(?P<key>[0-9a-f]{64})$", api_reading.credential, name="credential"),
    re_path(
        _ELECTION + r"/ballots/(?P<digits>[0-9a-f]{30}|[0-9a-f]{64})$", api_reading.ballot, name="ballot"
    ),
]
