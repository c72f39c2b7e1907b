# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recording a result: all its entries in one block with the row that says so, then a signed head.

docs/adr/0005-the-row-is-the-truth.md. Of all processes that try, one appends; cut off before the head is
signed, the next call signs it. The server decrypts nothing and holds no secret but the log's key.
"""

import logging
from datetime import datetime
from pathlib import Path

from django.conf import settings

from bulletin_board import cosigned, publisher, storage
from bulletin_board.errors import BoardError
from tally.basis import Basis
from tally.combining import combine
from tally.contests.errors import ContestError
from tally.crypto.errors import CryptoError
from tally.errors import AlreadyTallied, TallyError
from tally.logged import opened_election
from tally.models import RequestState, StationRequest, Tally, TallyState
from tally.opened import OpenedElection
from tally.record import order
from tally.record.counted import Counted
from tally.record.errors import RecordError
from tally.record.final import Final
from tally.record.result import Result
from tally.record.share import Share, ShareShape
from tally.station.errors import StationError
from tally.station.request import SHARE

REFUSALS = (TallyError, StationError, CryptoError, RecordError, ContestError, BoardError)
_log = logging.getLogger(__name__)


def answered(tally: Tally, phase: str) -> list[StationRequest]:
    """Return the requests of a phase that were answered well, in order of trustees."""
    return list(tally.requests.filter(phase=phase, state=RequestState.ANSWERED).order_by("trustee"))


def record_if_enough(tally: Tally, *, now: datetime) -> None:
    """Once k shares hold: combine them, and append all. A result that does not hold fails the tally."""
    opened = opened_election(tally)
    rows = answered(tally, SHARE)
    if len(rows) < opened.manifest.trustees.threshold:
        return
    payloads = [bytes(row.payload) for row in rows]
    shape = ShareShape.of(opened.manifest)
    counted = Counted(ballots=tally.counted_ballots, weight=tally.counted_weight, hash=tally.counted_hash)
    try:
        shares = [Share.from_bytes(payload, shape) for payload in payloads]
        result = combine(opened, counted, basis_of(tally, opened), shares)
        _append(tally, payloads, result, now)
    except REFUSALS as error:
        fail(tally, error)
    tally.refresh_from_db()


def _append(tally: Tally, shares: list[bytes], result: Result, now: datetime) -> None:
    """Shares, result and final entry in one transaction with the row that says so. Raises AlreadyTallied."""
    with storage.sequencing(tally.log) as sequencer:
        if not Tally.objects.filter(pk=tally.pk, state=TallyState.SHARING).update(state=TallyState.RECORDED):
            return  # another process was faster
        if sequencer.size != tally.head_size:
            raise AlreadyTallied(
                "entries follow the closing entry", expected=tally.head_size, computed=sequencer.size
            )
        for share in shares:
            sequencer.append(order.SHARE, share, now=now)
        sequencer.append(order.RESULT, result.to_bytes(), now=now)
        final = Final(election=tally.fingerprint, result=result.payload_sha256)
        sequencer.append(order.FINAL, final.to_bytes(), now=now)


def sign(tally: Tally) -> None:
    """Put what was recorded under a signed head: now it is on the board."""
    signer = publisher.load_signer(Path(settings.VERITALLY_LOG_KEY_FILE), tally.log.origin)
    publisher.sign_head(tally.log, signer)
    if not cosigned.is_published(tally.log):
        return  # the next sweep asks the witnesses again
    Tally.objects.filter(pk=tally.pk, state=TallyState.RECORDED).update(state=TallyState.FINAL)
    tally.refresh_from_db()


def basis_of(tally: Tally, opened: OpenedElection) -> Basis:
    """Return what is to be decrypted."""
    return Basis.from_bytes(bytes(tally.basis), opened.manifest)


def fail(tally: Tally, error: Exception) -> None:
    """Stop a tally, saying why; `services.start` begins it again."""
    verdict = f"{type(error).__name__}: {error}"
    _log.error("tally %s failed: %s", tally.fingerprint, verdict)
    Tally.objects.filter(pk=tally.pk).exclude(state__in=(TallyState.RECORDED, TallyState.FINAL)).update(
        state=TallyState.FAILED, verdict=verdict
    )
    tally.refresh_from_db()
