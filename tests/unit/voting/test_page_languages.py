# SPDX-License-Identifier: AGPL-3.0-or-later
"""Voters' pages speak five languages; the office speaks English, whatever its visitors prefer."""

import re

import pytest
from django.test import Client
from django.utils import formats, translation

VOTERS, OFFICE = "/how-it-works/", "/office/log-in/"
HEADINGS = {
    "en": "How it works",
    "es": "Cómo funciona",
    "fr": "Comment ça marche",
    "de": "So funktioniert es",
    "ar": "كيف يعمل النظام",
}
LANGUAGES = sorted(HEADINGS)

pytestmark = pytest.mark.django_db


def _page(client: Client, address: str, language: str) -> str:
    return client.get(address, headers={"accept-language": language}).content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_for_voters_is_in_their_language(client: Client, language: str) -> None:
    assert f"<h1>{HEADINGS[language]}</h1>" in _page(client, VOTERS, language)


@pytest.mark.parametrize("wanted", ["xx", "", "*", "../ar", "zh-Hans"])
def test_an_unknown_language_is_english(client: Client, wanted: str) -> None:
    assert f"<h1>{HEADINGS['en']}</h1>" in _page(client, VOTERS, wanted)


def test_a_country_is_no_obstacle(client: Client) -> None:
    assert f"<h1>{HEADINGS['es']}</h1>" in _page(client, VOTERS, "es-MX")


def test_every_language_is_offered_by_its_own_name(client: Client) -> None:
    page = _page(client, VOTERS, "de")
    names = re.findall(r'<button type="submit"[^>]*lang="(\w+)"[^>]*>([^<]*)<', page)
    assert [code for code, _name in names] == ["en", "es", "fr", "de", "ar"]
    assert [name for _code, name in names[:4]] == ["English", "Español", "Français", "Deutsch"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_office_is_in_english(client: Client, language: str) -> None:
    response = client.get(OFFICE, headers={"accept-language": language})
    page = response.content.decode()
    assert re.search(r'<html lang="en"\s+dir="ltr">', page)
    assert "Log in to the office" in page
    assert 'name="language"' not in page
    assert response["Content-Language"] == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_page_of_the_office_does_not_change_the_language_of_the_next(
    client: Client, language: str
) -> None:
    client.get(OFFICE, headers={"accept-language": language})
    assert f"<h1>{HEADINGS[language]}</h1>" in _page(client, VOTERS, language)


@pytest.mark.parametrize(
    ("language", "number"),
    [("en", "1,234.5"), ("es", "1.234,5"), ("fr", "1\xa0234,5"), ("de", "1.234,5"), ("ar", "1,234.5")],
)
def test_numbers_are_those_of_the_language(language: str, number: str) -> None:
    with translation.override(language):
        assert formats.number_format(1234.5, decimal_pos=1, force_grouping=True) == number
