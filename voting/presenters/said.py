# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text of an election in the language that a reader gets, with the name of that language.

The election's languages and the site's are not the same set, so a page has to say which one a text is in.
"""

from dataclasses import dataclass

from tally.contests.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`text` in `language` (a tag, for the attribute `lang`)."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads: the `preferred` language of the page, then the election's own in the manifest's order."""

    preferred: str
    languages: tuple[str, ...]

    def say(self, texts: Texts) -> Said:
        """Return the text in the first of the reader's languages that it has."""
        found = dict(texts.entries)
        wanted = (self.preferred.lower(), self.preferred.lower().partition("-")[0], *self.languages)
        language = next((name for name in wanted if name in found), texts.languages[0])
        return Said(text=found[language], language=language)
