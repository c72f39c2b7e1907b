# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text from a record or a server as it may be shown: on a terminal, or in the JSON report.

Whatever could steer a terminal or change how a line is read is written as an escape. It does not know where
the text is shown.
"""

import unicodedata

from bulletin_board.codec.characters import FORBIDDEN

_BASIC = 0xFFFF  # the last code point with an escape of four digits
_LONGEST = 200  # characters of one piece of evidence


def plain(text: str) -> str:
    """Return `text` in normal form C; what no record may hold, such as control characters, as escapes."""
    return unicodedata.normalize("NFC", FORBIDDEN.sub(lambda found: _escape(ord(found[0])), text))


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code <= _BASIC else f"\\u{{{code:x}}}"


def evidence(value: object) -> str:
    """Return a value as text of bounded length; "" for None."""
    text = plain("" if value is None else _text(value))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _text(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # an integer of thousands of digits, alone or within
        return f"{value:x}" if isinstance(value, int) else "numbers too long to print"
