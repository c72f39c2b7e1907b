# SPDX-License-Identifier: AGPL-3.0-or-later
"""A payload as text that a person can read: indented, with what is long cut short and its length given.

For reading only: what is hashed and verified are the bytes themselves, one link away.
"""

import json

from bulletin_board.codec import canonical
from bulletin_board.codec.canonical import Value
from bulletin_board.errors import EncodingError

LARGEST = 256 * 1024  # bytes; more is not parsed for a page
_LONG_TEXT = 96  # characters
_HEAD = 64
_LONG_LIST = 24
_SHOWN = 8
_LONGEST = 40_000  # characters of the whole


def readable(payload: bytes) -> str | None:
    """Return the payload for reading; None if it is too large, or not the board's JSON."""
    if len(payload) > LARGEST:
        return None
    try:
        value = canonical.parse(payload, limit=LARGEST)
    except EncodingError:
        return None
    text = json.dumps(_shortened(value), indent=2, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n…"


def _shortened(value: Value) -> object:
    if isinstance(value, str) and len(value) > _LONG_TEXT:
        return f"{value[:_HEAD]}… ({len(value)} characters)"
    if isinstance(value, list):
        shown = [_shortened(item) for item in value[:_SHOWN] if len(value) > _LONG_LIST]
        return [*shown, f"… ({len(value)} items)"] if shown else [_shortened(item) for item in value]
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    return value
