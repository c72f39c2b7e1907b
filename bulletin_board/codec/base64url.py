# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bytes as unpadded base64url text (RFC 4648, section 5), one spelling each.

Used for big numbers, keys and signatures in records. The padded standard alphabet of signed notes is
another form: see base64std.py.
"""

import base64

from bulletin_board.errors import NotBase64, WrongLength


def encode(data: bytes) -> str:
    """Return `data` in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str, length: int) -> bytes:
    """Return the `length` bytes that `text` spells.

    Raises WrongLength, or NotBase64 for another alphabet, white space, padding or nonzero slack bits.
    """
    characters = (length * 4 + 2) // 3  # ⌈4·length / 3⌉
    if len(text) != characters:
        raise WrongLength("base64url text of another length", expected=characters, computed=len(text))
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-characters % 4))
    except ValueError:
        raise NotBase64("not base64url") from None
    if encode(data) != text:  # the decoder skips foreign characters and ignores slack bits; this does not
        raise NotBase64("not the one base64url spelling of its bytes")
    return data
