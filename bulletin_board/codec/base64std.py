# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bytes as padded standard base64 text (RFC 4648, section 4), one spelling each.

The form of C2SP signed notes, checkpoints and proofs. Records use base64url.py.
"""

import base64

from bulletin_board.errors import NotBase64


def encode(data: bytes) -> str:
    """Return `data` in standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes that `text` spells; raises NotBase64 unless it is their one spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise NotBase64("not base64") from None
    if encode(data) != text:
        raise NotBase64("not the one base64 spelling of its bytes")
    return data
