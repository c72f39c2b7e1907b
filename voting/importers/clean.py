# SPDX-License-Identifier: AGPL-3.0-or-later
"""Foreign text made fit for a ballot: names, and identifiers made of foreign ids.

The rule for names, in this order: line breaks, tabs and separators become spaces; other control characters,
bidirectional marks, deprecated format characters, surrogates, byte order marks and characters that Unicode 14
does not know are left out; the result is put in Unicode normal form C; runs of white space become one space;
what is too long is cut and ends in "…".
"""

import re
import unicodedata
from collections.abc import Iterable

from bulletin_board.codec.characters import FORBIDDEN

NAME_LIMIT = 500
_IDENTIFIER_LIMIT = 64

_BREAKS = re.compile("[\\u0009-\\u000d\\u001c-\\u001f\\u0085\\u2028\\u2029]")
_OUTSIDE = re.compile(r"[^a-z0-9]+")


def clean_name(text: str) -> str:
    """Return `text` by the rule of this module; may be empty."""
    visible = FORBIDDEN.sub("", _BREAKS.sub(" ", text))
    name = " ".join(unicodedata.normalize("NFC", visible).split())
    return name if len(name) <= NAME_LIMIT else name[: NAME_LIMIT - 1].rstrip() + "…"


def identifiers(foreign: Iterable[str], *, default: str) -> dict[str, str]:
    """Return an identifier [a-z0-9][a-z0-9-]{0,63} for each of the distinct `foreign` ids, all different.

    An id is put in lower case, and whatever is not a-z or 0-9 becomes a hyphen; `default` stands for one of
    which nothing is left. The second that would be the same gets "-2" appended, the third "-3".
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for text in foreign:
        stem = _OUTSIDE.sub("-", text.lower())[:_IDENTIFIER_LIMIT].strip("-") or default
        candidate, number = stem, 1
        while candidate in taken:
            number += 1
            suffix = f"-{number}"
            candidate = stem[: _IDENTIFIER_LIMIT - len(suffix)] + suffix
        taken.add(candidate)
        found[text] = candidate
    return found
