# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's side of a tally: ask the stations, judge their answers, record the result.

docs/adr/0005-the-row-is-the-truth.md. Everything here can be called again at any moment, by any number of
processes: rows decide, and change by conditional updates. How the result is recorded is in recording.py; who
may start a tally is decided by others.
"""

import logging
import os
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from bulletin_board import cosigning
from bulletin_board.models import Log
from tally import messages, test_modulus
from tally.answers import PAYLOAD_LIMIT, Asked, Declined, Expected, Good, Judgement, Nobodys, Unsound, judge
from tally.basis import Basis
from tally.log_source import LogSource
from tally.logged import fingerprint_of_closed, opened_election
from tally.models import RequestState, StationRequest, Tally, TallyState
from tally.opened import OpenedElection
from tally.record.head import Head
from tally.recording import REFUSALS, answered, basis_of, fail, record_if_enough, sign
from tally.station.board import accept
from tally.station.request import ACKNOWLEDGE, SHARE
from tally.verifier.verify import Closed, Options, Verification, verify

PATIENCE = timedelta(minutes=3)  # without a sign of life, a verification is taken to have died
_SIGN_OF_LIFE = 20.0  # s
_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=1)
_OVER = (TallyState.FINAL, TallyState.FAILED)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was asked of one trustee, and what came of it; `sent` is None before the first message."""

    trustee: int
    name: str
    phase: str
    state: str
    sends: int
    sent: datetime | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A tally as officials and observers see it."""

    state: str
    verdict: str
    acknowledged: int
    acknowledgements_needed: int
    shares: int
    shares_needed: int
    steps: tuple[Step, ...]


def start(log: Log) -> Tally:
    """Return the tally of a closed log, begun now unless it has been; a failed one begins again.

    Quick: the work is done by `sweep`. Raises NotClosed.
    """
    fingerprint = fingerprint_of_closed(log)
    tally, _ = Tally.objects.get_or_create(log=log, defaults={"fingerprint": fingerprint})
    Tally.objects.filter(pk=tally.pk, state=TallyState.FAILED).update(
        state=TallyState.VERIFYING, verdict="", claimed_until=None
    )
    tally.refresh_from_db()
    return tally


def sweep(*, now: datetime) -> None:
    """Do what is due in every tally that is not over."""
    for tally in Tally.objects.exclude(state__in=_OVER).order_by("pk"):
        try:
            advance(tally, now=now)
        except Exception:  # noqa: BLE001  # one election's trouble must not stop another's
            _log.exception("tally %s could not go on", tally.fingerprint)


def advance(tally: Tally, *, now: datetime) -> None:
    """Take every step that can be taken now, and send what is due."""
    if tally.state == TallyState.VERIFYING and cosigning.collect(tally.log) and _claim(tally, now):
        _verify(tally, now)
    if tally.state in {TallyState.ACKNOWLEDGING, TallyState.SHARING}:
        _ask_for_shares(tally)
        record_if_enough(tally, now=now)
        _send_due(tally, now)
    if tally.state == TallyState.RECORDED:
        sign(tally)


def receive(values: Mapping[str, object], *, now: datetime) -> None:
    """Take an answer. Only what a trustee signed changes anything, and only as far as it was asked."""
    request = _request_of(values)
    payload = values.get("payload")
    if request is None or not isinstance(payload, str) or len(payload) > PAYLOAD_LIMIT:
        _log.warning("a message that answers no request was dropped")
        return
    tally = request.tally
    if tally.state == TallyState.VERIFYING:
        return  # this server does not know yet what a true answer is; the station will be asked again
    data = payload.encode("utf-8", errors="replace")
    asked = Asked(number=str(request.number), trustee=request.trustee, phase=request.phase)
    opened = opened_election(tally)
    _record(request, data, judge(opened, asked, data, _expected(tally, opened)))
    advance(tally, now=now)


def ask_again(tally: Tally, trustee: int) -> None:
    """Ask a trustee again who refused, under a new number; the trustee has settled the reason."""
    for request in tally.requests.filter(trustee=trustee, state=RequestState.REFUSED):
        StationRequest.objects.filter(pk=request.pk, state=RequestState.REFUSED).update(
            number=uuid.uuid4(), state=RequestState.WAITING, sends=0, last_sent=None, verdict=""
        )


def progress(tally: Tally) -> Progress:
    """Return where a tally stands."""
    manifest = opened_election(tally).manifest
    trustees = manifest.trustees
    steps = tuple(
        Step(
            trustee=request.trustee,
            name=trustees.members[request.trustee - 1].name,
            phase=request.phase,
            state=request.state,
            sends=request.sends,
            sent=request.last_sent,
            verdict=request.verdict,
        )
        for request in tally.requests.all()
    )
    return Progress(
        state=tally.state,
        verdict=tally.verdict,
        acknowledged=_count(steps, ACKNOWLEDGE),
        acknowledgements_needed=manifest.acknowledgements_needed,
        shares=_count(steps, SHARE),
        shares_needed=trustees.threshold,
        steps=steps,
    )


# Beginning


def _claim(tally: Tally, now: datetime) -> bool:
    """Of all processes that find a tally to be verified, one does it."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    mine = Tally.objects.filter(free, pk=tally.pk, state=TallyState.VERIFYING)
    return mine.update(claimed_until=now + PATIENCE) == 1


def _verify(tally: Tally, now: datetime) -> None:
    """Verify our own board as anyone would, and keep what is to be decrypted."""
    try:
        closed = accept(_verification(tally, _renewal(tally, now)))
    except REFUSALS as error:
        fail(tally, error)
        return
    manifest = closed.opened.manifest
    members = range(1, len(manifest.trustees.members) + 1)
    state, phase = TallyState.ACKNOWLEDGING, ACKNOWLEDGE
    if not manifest.acknowledgements_needed:  # witnesses vouch for the board
        state, phase = TallyState.SHARING, SHARE
    with transaction.atomic():
        found = Tally.objects.filter(pk=tally.pk, state=TallyState.VERIFYING)
        if found.update(state=state, claimed_until=None, **_columns(closed)):
            StationRequest.objects.bulk_create(
                [
                    StationRequest(tally=tally, trustee=index, phase=phase, number=uuid.uuid4())
                    for index in members
                ],
                ignore_conflicts=True,  # those of an attempt that failed later
            )
    tally.refresh_from_db()


def _renewal(tally: Tally, now: datetime) -> Callable[[int, int], None]:
    """A report of progress that holds on to the claim of `now`, at most every _SIGN_OF_LIFE."""
    begun = last = time.monotonic()

    def renew(_done: int, _total: int) -> None:
        nonlocal last
        moment = time.monotonic()
        if moment - last >= _SIGN_OF_LIFE:
            last = moment
            until = now + timedelta(seconds=moment - begun) + PATIENCE
            Tally.objects.filter(pk=tally.pk, state=TallyState.VERIFYING).update(claimed_until=until)

    return renew


def _verification(tally: Tally, progress: Callable[[int, int], None]) -> Verification:
    options = Options(
        fingerprint=tally.fingerprint,
        until_close=True,
        allow_test_modulus=test_modulus.is_allowed(os.environ),
    )
    return verify(LogSource(tally.log), options, progress=progress)


def _columns(closed: Closed) -> dict[str, object]:
    basis = Basis(tallies=closed.tallies, aggregates=closed.aggregates)
    return {
        "head_size": closed.head.size,
        "head_root": closed.head.root,
        "counted_ballots": closed.counted.ballots,
        "counted_weight": closed.counted.weight,
        "counted_hash": closed.counted.hash,
        "basis": basis.to_bytes(closed.opened.manifest),
    }


# Asking


def _send_due(tally: Tally, now: datetime) -> None:
    for request in tally.requests.filter(state=RequestState.WAITING):
        if request.last_sent is not None and now < request.last_sent + _wait(request.sends):
            continue
        mine = StationRequest.objects.filter(
            pk=request.pk, state=RequestState.WAITING, last_sent=request.last_sent
        )
        if mine.update(last_sent=now, sends=F("sends") + 1):
            messages.send(request)


def _wait(sends: int) -> timedelta:
    """2 s, 4 s, 8 s … 1 minute: a message may be lost, and a station may be verifying for long."""
    doublings: int = min(max(sends - 1, 0), 10)
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)


def _ask_for_shares(tally: Tally) -> None:
    """Once q trustees have acknowledged: ask each who has, with its own and the first others to make q.

    Where the witnesses vouch, everybody was asked at once.
    """
    needed = opened_election(tally).manifest.acknowledgements_needed
    given = {request.trustee: request for request in answered(tally, ACKNOWLEDGE)}
    if not needed or len(given) < needed:
        return
    asked = set(tally.requests.filter(phase=SHARE).values_list("trustee", flat=True))
    fresh = [
        StationRequest(
            tally=tally,
            trustee=trustee,
            phase=SHARE,
            number=uuid.uuid4(),
            acknowledgements=[bytes(given[one].payload).decode() for one in _quorum(given, trustee, needed)],
        )
        for trustee in sorted(set(given) - asked)
    ]
    StationRequest.objects.bulk_create(fresh, ignore_conflicts=True)  # another process was faster
    Tally.objects.filter(pk=tally.pk, state=TallyState.ACKNOWLEDGING).update(state=TallyState.SHARING)
    tally.refresh_from_db()


def _quorum(given: Mapping[int, StationRequest], own: int, needed: int) -> list[int]:
    others = [trustee for trustee in sorted(given) if trustee != own]
    return sorted([own, *others[: needed - 1]])


# Judging


def _request_of(values: Mapping[str, object]) -> StationRequest | None:
    """The request that a message says it answers; the number is looked up, not believed."""
    try:
        number = uuid.UUID(str(values.get("request")))
    except ValueError:
        return None
    request = StationRequest.objects.select_related("tally").filter(number=number).first()
    if request is None or request.trustee != values.get("trustee") or request.phase != values.get("phase"):
        return None
    return request


def _expected(tally: Tally, opened: OpenedElection) -> Expected:
    return Expected(
        head=Head(size=tally.head_size, root=bytes(tally.head_root)),
        counted=tally.counted_hash,
        aggregates=basis_of(tally, opened).aggregates,
    )


def _record(request: StationRequest, payload: bytes, judgement: Judgement) -> None:
    """The first good answer stays; a refusal or a false answer never replaces it."""
    open_states = [RequestState.WAITING, RequestState.REFUSED]
    rows = StationRequest.objects.filter(pk=request.pk, state__in=open_states)
    match judgement:
        case Good():
            if not rows.update(state=RequestState.ANSWERED, payload=payload, verdict=""):
                _warn_of_another(request, payload)
        case Declined(reason=reason):
            rows.filter(state=RequestState.WAITING).update(
                state=RequestState.REFUSED, payload=payload, verdict=reason
            )
        case Unsound(reason=reason):
            rows.update(state=RequestState.FALSE, payload=payload, verdict=reason)
            _log.error("%s of trustee %s is false: %s", request.phase, request.trustee, reason)
        case Nobodys(reason=reason):
            _log.warning("a message in the name of trustee %s was dropped: %s", request.trustee, reason)


def _warn_of_another(request: StationRequest, payload: bytes) -> None:
    request.refresh_from_db()
    if bytes(request.payload) != payload:
        _log.error("trustee %s answered %s twice, differently", request.trustee, request.phase)


def _count(steps: tuple[Step, ...], phase: str) -> int:
    return sum(step.phase == phase and step.state == RequestState.ANSWERED for step in steps)
