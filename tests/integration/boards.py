# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small board for tests."""

from datetime import UTC, datetime

from bulletin_board import storage
from bulletin_board.log.note import Signer

ORIGIN = "vote.example.org/board/spring"
NOW = datetime(2026, 11, 22, 12, 3, 7, tzinfo=UTC)
SIGNER = Signer(ORIGIN, b"\1" * 32)
KEY = SIGNER.verifier_key


def append(log, *payloads, now=NOW):
    """Append each payload, in one go; return the envelopes."""
    with storage.sequencing(log) as sequencer:
        return [sequencer.append("ballot", payload, now=now) for payload in payloads]


def numbered(count, start=0):
    """Return `count` different payloads."""
    return [f"payload {index}".encode() for index in range(start, start + count)]
