# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page has its language, direction and strict headers; errors say what happened and what to do."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

PAGE = "/how-it-works/"
ROWS = [
    {"label": "Amina <b>", "value": 412, "share": 58.25, "winner": True},
    {"label": "Jürgen", "value": 201, "share": 41.75, "winner": False},
]


@pytest.mark.parametrize(
    ("language", "direction", "style"),
    [
        ("en", "ltr", "bootstrap.min.css"),
        ("es", "ltr", "bootstrap.min.css"),
        ("fr", "ltr", "bootstrap.min.css"),
        ("de", "ltr", "bootstrap.min.css"),
        ("ar", "rtl", "bootstrap.rtl.min.css"),
    ],
)
def test_a_page_says_its_language_and_direction(
    client: Client, language: str, direction: str, style: str
) -> None:
    page = client.get(PAGE, headers={"accept-language": language}).content.decode()
    assert re.search(rf'<html lang="{language}"\s+dir="{direction}">', page)
    assert style in page


def test_a_page_carries_the_strict_headers(client: Client) -> None:
    response = client.get(PAGE)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=()" in response["Permissions-Policy"]


def test_the_source_and_how_it_works_are_linked_from_every_page(client: Client) -> None:
    page = client.get("/nowhere/").content.decode()
    assert 'href="/source/"' in page
    assert f'href="{PAGE}"' in page


def test_a_missing_page_says_what_to_do(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "copy the whole link" in response.content.decode()


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_an_error_page_needs_no_context(name: str) -> None:
    page = render_to_string(name)
    assert len(re.findall("<h1", page)) == 1
    assert "csrfmiddlewaretoken" not in page


def test_a_form_without_its_token_is_refused_calmly() -> None:
    response = Client(enforce_csrf_checks=True).post("/language/setlang/", {"language": "de"})
    assert response.status_code == 403
    assert "Nothing has been changed" in response.content.decode()


def test_a_language_can_be_chosen(client: Client) -> None:
    client.post("/language/setlang/", {"language": "ar", "next": PAGE})
    assert 'dir="rtl"' in client.get(PAGE).content.decode()


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_a_chart_has_the_same_numbers_in_every_language(client: Client, language: str) -> None:
    from django.utils import translation

    with translation.override(language):
        chart = render_to_string("voting/_bars.html", {"rows": ROWS, "caption": "708 ballots"})
    assert re.findall(r'class="bars-bar" width="([^"]*)"', chart) == ["58.25%", "41.75%"]


def test_a_chart_comes_with_its_table_and_escapes_labels() -> None:
    chart = render_to_string("voting/_bars.html", {"rows": ROWS, "caption": "708 ballots"})
    assert chart.count("<tr>") == 3
    assert "Amina &lt;b&gt;" in chart
    assert "<b>" not in chart
    assert chart.count('class="bars-winner"') == 1
