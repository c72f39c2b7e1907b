# SPDX-License-Identifier: AGPL-3.0-or-later
"""One text in several languages (docs/spec/contests.md, "Texts").

It does not know which languages the election has: see `check_languages`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import TEXT_LIMIT, Fields
from tally.contests.errors import InvalidTexts, LanguageMismatch

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}")  # a BCP 47 tag, written in lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """`entries` = ((language, text), …), strictly increasing by language, not empty; raises InvalidTexts."""

    entries: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        if not self.entries:
            raise InvalidTexts("a text without a language")
        for language in self.languages:
            if not _LANGUAGE.fullmatch(language):
                raise InvalidTexts("not a language tag in lower case", computed=ascii(language))
        if any(left >= right for left, right in pairwise(self.languages)):
            raise InvalidTexts("languages are not in strictly increasing order", computed=self.languages)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages, in the order of their tags."""
        return tuple(language for language, _ in self.entries)

    def get(self, *preferred: str) -> str:
        """Return the text in the first of the `preferred` languages that it has.

        Callers pass the reader's language and then the election's own in manifest order; without any match
        the first language by tag is used.
        """
        found = dict(self.entries)
        return next((found[language] for language in preferred if language in found), self.entries[0][1])

    def check_languages(self, languages: tuple[str, ...]) -> None:
        """Raise LanguageMismatch unless the text exists in exactly the election's `languages`."""
        expected = tuple(sorted(languages))
        if self.languages != expected:
            raise LanguageMismatch("a text in other languages", expected=expected, computed=self.languages)

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> "Texts":
        """Return the texts of a mapping language -> text."""
        return cls(entries=tuple(sorted(texts.items())))

    def to_value(self) -> dict[str, Value]:
        """Return the object {language: text}."""
        return dict(self.entries)

    @classmethod
    def from_value(cls, value: Value, name: str, *, limit: int = TEXT_LIMIT, empty: bool = False) -> "Texts":
        """Return the texts of an object {language: text}, each of at most `limit` characters.

        Raises InvalidTexts, or the codec's FieldError. A text may be empty only where `empty` says so.
        """
        fields = Fields(value, name)  # refuses everything but an object
        languages = sorted(cast("dict[str, Value]", value))
        return cls(entries=tuple((key, fields.text(key, limit=limit, empty=empty)) for key in languages))


def texts_at(fields: Fields, value: Value, key: str) -> Texts:
    """Return the texts in the field `key` of `value`, of which `fields` is the reader."""
    fields.object(key)  # marks the field as read; refuses a missing one
    return Texts.from_value(cast("dict[str, Value]", value)[key], fields.path(key))
