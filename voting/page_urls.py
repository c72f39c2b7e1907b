# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the public pages."""

from django.urls import path

from voting.pages import about, archive, board, elections, feeds, heads, verifying

urlpatterns = [
    path("", elections.home, name="home"),
    path("how-it-works/", about.how_it_works, name="how-it-works"),
    path("how-to-verify/", about.how_to_verify, name="how-to-verify"),
    path("booth/", about.booth_files, name="booth-files"),
    path("verify/", verifying.verify, name="verify-in-browser"),
    path("verify/veritally-verifier.html", verifying.saved, name="saved-verifier"),
    path("licence/", about.licence, name="licence"),
    path("robots.txt", about.robots, name="robots"),
    path("elections/<slug:slug>/", elections.election_page, name="election"),
    path("elections/<slug:slug>/heads/", heads.head_list, name="election-heads"),
    path("elections/<slug:slug>/heads/<int:size>", heads.head, name="election-head"),
    path("elections/<slug:slug>/feed.atom", feeds.atom, name="election-feed-atom"),
    path("elections/<slug:slug>/feed.json", feeds.json_feed, name="election-feed-json"),
    path("elections/<slug:slug>/board/", board.board, name="election-board"),
    path("elections/<slug:slug>/board/find/", board.find, name="election-find"),
    path("elections/<slug:slug>/board/archive.zip", archive.archive, name="election-archive"),
    path("elections/<slug:slug>/board/policy.txt", board.policy, name="election-policy"),
    path("elections/<slug:slug>/board/<int:seq>/", board.entry, name="election-entry"),
    path("elections/<slug:slug>/board/<int:seq>/receipt", board.receipt, name="election-receipt"),
]
