# SPDX-License-Identifier: AGPL-3.0-or-later
"""Titles, questions and names are text and nothing else, in whatever direction they run."""

import re

import pytest

from tests.integration.pages_data import place
from tests.integration.pages_elections import HOSTILE
from tests.integration.pages_fixtures import page, server, words  # noqa: F401  # a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server")]

PAGES = (
    "/",
    "/elections/harbour/",
    "/elections/harbour/board/",
    "/elections/harbour/board/0/",
    "/elections/harbour/board/4/",
    "/how-it-works/",
    "/how-to-verify/",
    "/licence/",
)
ELECTION = PAGES[:4]


@pytest.mark.parametrize("address", ELECTION)
@pytest.mark.parametrize("state", ["open", "tallied"])
def test_markup_in_names_stays_text(client, address, state):
    place("harbour", state, "hostile")
    markup = page(client, address)
    assert "<script" not in markup
    assert "<img" not in markup
    assert "onerror=alert(2)&gt;" in markup
    assert "{{ 7|add:7 }}" in markup


def test_a_name_in_a_title_or_an_attribute_cannot_end_it(client):
    place("harbour", "tallied", "hostile")
    markup = page(client, "/elections/harbour/")
    (title,) = re.findall(r"<title>(.*?)</title>", markup, re.DOTALL)
    assert words(title) == f"{HOSTILE} – Veritally"


def test_names_are_isolated_from_the_direction_of_what_surrounds_them(client):
    place("harbour", "tallied", "hostile")
    markup = page(client, "/elections/harbour/")
    assert markup.count('<bdi lang="en">سارة العلي</bdi>') == 3  # chart, table, question
    assert "<bdi>سارة</bdi>" in markup
    outside = re.sub(r"<bdi[^>]*>.*?</bdi>", "", markup)
    assert "سارة" not in outside


def test_every_page_carries_the_strict_headers(client):
    place("harbour", "final")
    for address in PAGES:
        response = client.get(address)
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"


def test_no_page_needs_what_the_policy_forbids(client):
    place("harbour", "final")
    for address in PAGES:
        markup = page(client, address)
        assert not re.search(r"\sstyle=|<style|<script|\son[a-z]+=|javascript:", markup)
        links = re.findall(r'(?:src|href)="([^"]*)"', markup)
        assert not [link for link in links if "//" in link and not link.startswith("data:image/svg+xml,")]


def test_every_page_has_one_heading_and_no_placeholder_left(client):
    place("harbour", "final")
    for address in PAGES:
        markup = page(client, address)
        assert len(re.findall(r"<h1\b", markup)) == 1
        assert not re.search(r"\{\{|\{%|\{#|None", words(markup).replace("PASS, FAIL or NOT-RUN", ""))


def test_pages_take_no_post(client):
    place("harbour", "final")
    for address in PAGES:
        assert client.post(address).status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        "/elections/nowhere/",
        "/elections/nowhere/board/",
        "/elections/nowhere/board/0/",
        "/elections/",
        "/elections/%00/",
    ],
)
def test_what_is_unknown_is_a_calm_404(client, address):
    response = client.get(address)
    assert response.status_code == 404
    assert "This page is not here" in response.content.decode()


def test_crawlers_are_kept_off_the_entries(client):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /elections/*/board/" in text


@pytest.mark.parametrize(
    "promise",
    [
        "receipt-freeness",
        "coercion resistance",
        "everlasting privacy",
        "which credentials have voted",
        "a weight that only one voter has",
        "STV and IRV",
    ],
)
def test_what_is_not_promised_is_said(client, promise):
    assert promise in words(page(client, "/how-it-works/"))


def test_the_licence_page_leads_to_the_source(client):
    markup = page(client, "/licence/")
    assert "Affero General Public License" in markup
    assert 'href="/source/"' in markup
