# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text from a record or a server as it may be shown: on a terminal, or in the JSON report.

Whatever could steer a terminal or change how a line is read is written as an escape. It does not know where
the text is shown.
"""

import unicodedata
from datetime import datetime

from bulletin_board.codec import times
from bulletin_board.codec.characters import FORBIDDEN

_BASIC = 0xFFFF  # the last code point with an escape of four digits
_LONGEST = 200  # characters of one piece of evidence
_LONGEST_MESSAGE = 400


def plain(text: str) -> str:
    """Return `text` in normal form C; what no record may hold, such as control characters, as escapes."""
    return unicodedata.normalize("NFC", FORBIDDEN.sub(lambda found: _escape(ord(found[0])), text))


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code <= _BASIC else f"\\u{{{code:x}}}"


def evidence(value: object) -> str:
    """Return a value as text of bounded length; "" for None."""
    return _cut(plain("" if value is None else _text(value)), _LONGEST)


def message(error: str | Exception) -> str:
    """Return what an error says as text of bounded length: a path in it may hold a key of any length."""
    return _cut(plain(str(error)), _LONGEST_MESSAGE)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + "…"


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return times.encode(value.replace(microsecond=0))
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(_text(item) for item in value)
    try:
        return str(value)
    except ValueError:  # an integer of thousands of digits
        return f"{value:x}" if isinstance(value, int) else "too long to print"
