# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text names the language it is in: the reader's if there is one, else the election's first."""

import pytest

from tally.contests.texts import Texts
from voting.presenters.said import Reader

TEXTS = Texts.of({"de": "Ja", "en": "Yes", "pt-br": "Sim"})


@pytest.mark.parametrize(
    ("preferred", "language"),
    [("en", "en"), ("de", "de"), ("de-at", "de"), ("pt-BR", "pt-br"), ("fr", "de"), ("", "de")],
)
def test_the_reader_gets_the_best_language_there_is(preferred: str, language: str) -> None:
    assert Reader(preferred=preferred, languages=("de", "en", "pt-br")).say(TEXTS).language == language


def test_a_text_in_no_expected_language_is_shown_all_the_same() -> None:
    said = Reader(preferred="fr", languages=("it",)).say(Texts.of({"ar": "نعم"}))
    assert (said.text, said.language) == ("نعم", "ar")
