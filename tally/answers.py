# SPDX-License-Identifier: AGPL-3.0-or-later
"""Judging what a station sent: whose it is by its signature, and whether it holds (docs/adr/0005).

Pure. Something that its trustee did not sign is nobody's, and changes nothing; something signed that does not
hold is the trustee's own fault, and is kept under their name.
"""

from dataclasses import dataclass

from gmpy2 import mpz

from bulletin_board.codec.canonical import parse
from bulletin_board.errors import BoardError
from tally.crypto.errors import CryptoError
from tally.errors import ForeignAcknowledgement, TallyError
from tally.opened import OpenedElection
from tally.record.acknowledgement import Acknowledgement
from tally.record.base import check_same_election
from tally.record.errors import ForeignRecord, RecordError
from tally.record.head import Head
from tally.record.share import Share, ShareShape
from tally.station.refusal import Refusal
from tally.station.request import ACKNOWLEDGE
from tally.verifier.shares import check_share

PAYLOAD_LIMIT = 4 * 1024 * 1024  # bytes
_PARTS = (BoardError, RecordError, CryptoError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked of whom."""

    number: str
    trustee: int
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a true answer must be about."""

    head: Head
    counted: str
    aggregates: tuple[mpz, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """The answer holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The station refused, for the reason given."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsound:
    """The station signed something that does not hold."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nobodys:
    """The station did not sign this, or not in answer to this request."""

    reason: str


Judgement = Good | Declined | Unsound | Nobodys


def judge(opened: OpenedElection, asked: Asked, payload: bytes, expected: Expected) -> Judgement:
    """Return what a payload amounts to; raises nothing for any bytes."""
    try:
        record = _read(opened, asked, payload)
        if record.trustee != asked.trustee:
            raise ForeignRecord("another trustee's", expected=asked.trustee, computed=record.trustee)
        record.check_signature(opened.manifest.trustees.members[asked.trustee - 1].signing_key)
    except _PARTS as error:
        return Nobodys(reason=_reason(error))
    try:
        return _weigh(opened, asked, record, expected)
    except (*_PARTS, TallyError) as error:
        return Unsound(reason=_reason(error))


Answer = Acknowledgement | Share | Refusal


def _read(opened: OpenedElection, asked: Asked, payload: bytes) -> Answer:
    value = parse(payload, limit=PAYLOAD_LIMIT)
    if isinstance(value, dict) and value.get("format") == Refusal.FORMAT:
        return Refusal.from_bytes(payload)
    if asked.phase == ACKNOWLEDGE:
        return Acknowledgement.from_bytes(payload)
    return Share.from_bytes(payload, ShareShape.of(opened.manifest))


def _weigh(opened: OpenedElection, asked: Asked, record: Answer, expected: Expected) -> Judgement:
    if isinstance(record, Refusal):
        answered = (record.election, record.request, record.phase)
        if answered != (opened.fingerprint, asked.number, asked.phase):
            return Nobodys(reason="a refusal of another request")
        return Declined(reason=f"{record.refusal}: {record.detail}")
    if isinstance(record, Share):
        check_share(
            opened, record, head=expected.head, counted=expected.counted, aggregates=expected.aggregates
        )
        return Good()
    check_same_election(opened.fingerprint, record.election)
    if (record.head, record.counted) != (expected.head, expected.counted):
        raise ForeignAcknowledgement(
            "another board or another set was acknowledged",
            expected=f"{expected.head}, counted set {expected.counted}",
            computed=f"{record.head}, counted set {record.counted}",
        )
    return Good()


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
