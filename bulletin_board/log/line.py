# SPDX-License-Identifier: AGPL-3.0-or-later
"""An entry as one line of JSON, its payload beside its envelope.

Specification: docs/spec/board.md, "JSON Lines". Where the lines come from is known to lines.py, for a
database, and to mirror/copy.py, for a folder.
"""

import base64

from bulletin_board.log.envelope import LIMIT, Envelope

_BEFORE, _BETWEEN, _AFTER = b'{"envelope":', b',"payload":"', b'"}\n'
AROUND = len(_BEFORE) + len(_BETWEEN) + len(_AFTER)  # bytes of a line besides envelope and payload
BEGINNING = AROUND + LIMIT  # bytes: an envelope ends within them


def format_line(envelope: bytes, payload: bytes) -> bytes:
    """Return the line of an entry: the envelope's bytes as they were hashed, the payload in base64."""
    return _BEFORE + envelope + _BETWEEN + base64.b64encode(payload) + _AFTER


def read_envelope(line: bytes) -> Envelope:
    """Return the envelope in a line, whose BEGINNING is enough; raises an EncodingError or TimeTooFine."""
    envelope, _, _ = line.removeprefix(_BEFORE).partition(_BETWEEN)
    return Envelope.from_bytes(envelope)
