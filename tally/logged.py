# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election as the server's own log holds it.

Parsed once per process: nothing in it can change. It is verified in full before a tally (services.py).
"""

import os
from functools import lru_cache

from bulletin_board.log.envelope import Envelope
from bulletin_board.models import Blob, Log
from bulletin_board.rows import last_entry
from tally import test_modulus
from tally.errors import ForeignLog, NotClosed
from tally.models import Tally
from tally.opened import OpenedElection
from tally.record import order
from tally.record.opening import Opening

_MANIFEST, _ROLL, _KEY, _OPENING = range(4)  # the first entries of every board
_CLOSED = frozenset((order.CLOSE, order.SHARE, order.RESULT, order.FINAL))
_KEPT = 4


def fingerprint_of_closed(log: Log) -> str:
    """Return the fingerprint of the election in a log that has its closing entry. Raises NotClosed."""
    last = last_entry(log)
    known = None if last is None else Envelope.from_bytes(bytes(last.envelope)).type
    if known not in _CLOSED:
        raise NotClosed("the log has no closing entry", expected=order.CLOSE, computed=known)
    return Opening.from_bytes(_payload(log.pk, _OPENING)).fingerprint


def opened_election(tally: Tally) -> OpenedElection:
    """Return the election of a tally. Raises ForeignLog."""
    return _opened(tally.log_id, tally.fingerprint)


@lru_cache(maxsize=_KEPT)
def _opened(log_id: int, fingerprint: str) -> OpenedElection:
    opened = OpenedElection.from_payloads(
        manifest=_payload(log_id, _MANIFEST),
        roll=_payload(log_id, _ROLL),
        key=_payload(log_id, _KEY),
        opening=_payload(log_id, _OPENING),
        allow_test_modulus=test_modulus.is_allowed(os.environ),
    )
    if opened.fingerprint != fingerprint:
        raise ForeignLog("the log is of another election", expected=fingerprint, computed=opened.fingerprint)
    return opened


def _payload(log_id: int, seq: int) -> bytes:
    return bytes(Blob.objects.values_list("data", flat=True).get(entries__log=log_id, entries__seq=seq))
