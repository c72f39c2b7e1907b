# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts in several languages."""

import pytest

from bulletin_board.errors import WrongLength, WrongType
from tally.contests.errors import InvalidTexts, LanguageMismatch
from tally.contests.texts import Texts

TEXTS = Texts.of({"fr": "Un arbre", "en": "A tree", "pt-br": "Uma árvore"})


def test_texts_are_kept_in_the_order_of_their_languages():
    assert TEXTS.languages == ("en", "fr", "pt-br")
    assert TEXTS.to_value() == {"en": "A tree", "fr": "Un arbre", "pt-br": "Uma árvore"}


@pytest.mark.parametrize(
    ("preferred", "text"),
    [
        (("fr",), "Un arbre"),
        (("de", "fr"), "Un arbre"),
        (("pt-br", "en"), "Uma árvore"),
        (("de",), "A tree"),
        ((), "A tree"),
    ],
)
def test_the_first_preferred_language_that_exists_is_used(preferred, text):
    assert TEXTS.get(*preferred) == text


def test_the_election_has_exactly_these_languages():
    TEXTS.check_languages(("fr", "pt-br", "en"))


@pytest.mark.parametrize("languages", [("en", "fr"), ("en", "fr", "pt-br", "de"), (), ("en", "fr", "pt")])
def test_a_missing_or_additional_language_is_refused(languages):
    with pytest.raises(LanguageMismatch):
        TEXTS.check_languages(languages)


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (("fr", "a"), ("en", "b")),
        (("en", "a"), ("en", "b")),
        (("EN", "a"),),
        (("e", "a"),),
        (("en_gb", "a"),),
        (("en-", "a"),),
        (("en-gb-a-b-c", "a"),),
        (("__proto__", "a"),),
        (("en\n", "a"),),
    ],
)
def test_languages_out_of_order_or_misspelt_are_refused(entries):
    with pytest.raises(InvalidTexts):
        Texts(entries=entries)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ([], WrongType),
        ("A tree", WrongType),
        ({}, InvalidTexts),
        ({"english": "A tree"}, InvalidTexts),
        ({"en": 1}, WrongType),
        ({"en": {"en": "A tree"}}, WrongType),
        ({"en": ""}, WrongLength),
        ({"en": "A tree too tall"}, WrongLength),
    ],
)
def test_a_value_that_is_no_texts_is_refused(value, error):
    with pytest.raises(error):
        Texts.from_value(value, "title", limit=10)


def test_an_empty_text_may_be_allowed():
    assert Texts.from_value({"en": ""}, "description", empty=True) == Texts.of({"en": ""})


def test_texts_survive_their_json_form():
    assert Texts.from_value(TEXTS.to_value(), "title") == TEXTS
