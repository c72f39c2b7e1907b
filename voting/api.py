# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots and challenges over HTTP: JSON in, JSON out, no cookies (docs/spec/intake.md, "Requests").

Every answer to a submission has one of two shapes: a receipt, or a refusal that the log's key signed. What is
accepted is decided in voting/services. Nothing here logs, and no address is ever looked at.
"""

import json
from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from bulletin_board.codec import canonical
from bulletin_board.errors import EncodingError
from tally.errors import LimitReached, NotOnRoll, StaleSupersedes
from tally.record.tracker import format_check_code
from voting.bodies import JSON, json_body
from voting.errors import (
    AlreadyCast,
    NotOpen,
    TooLarge,
    TooManyChallenges,
    Unavailable,
    WasChallenged,
    WrongContentType,
    WrongMethod,
    code_of,
)
from voting.models import CastBallot, Challenged, Election
from voting.services import log_key
from voting.services.board import election_log, entry_of, receipt_of
from voting.services.challenges import challenge
from voting.services.gathering import cast_together
from voting.services.intake import REFUSALS, Accepted, Verdict
from voting.services.opened import LARGE_FIELDS, opened_election
from voting.services.refusals import Refusal, digest_of
from voting.services.submissions import CHALLENGE_LIMIT, parse_submission, size_limit
from voting.states import State

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (EncodingError, 400),
    (NotOnRoll, 403),
    (WrongMethod, 405),
    (StaleSupersedes, 409),
    (LimitReached, 409),
    (NotOpen, 409),
    (AlreadyCast, 409),
    (WasChallenged, 409),
    (TooManyChallenges, 409),
    (TooLarge, 413),
    (WrongContentType, 415),
    (Unavailable, 503),
)
_UNPROCESSABLE = 422  # well-formed, and proof, signature or shape do not hold

_Row = type[CastBallot] | type[Challenged]
# What was decided about a body, and SHA-256 of the ballot or challenge in it.
_Intake = Callable[[Election, bytes, datetime], tuple[Verdict, str]]


@csrf_exempt
@never_cache
def ballots(request: HttpRequest, slug: str) -> HttpResponse:
    """Cast a ballot."""
    return _answer(request, slug, _cast, CastBallot)


@csrf_exempt
@never_cache
def challenges(request: HttpRequest, slug: str) -> HttpResponse:
    """Test a ballot, which can then never be cast."""
    return _answer(request, slug, _challenge, Challenged)


def _cast(election: Election, body: bytes, now: datetime) -> tuple[Verdict, str]:
    submission = parse_submission(body, opened_election(election).shape)
    verdict = cast_together(election, submission, now=now)
    return verdict, digest_of(submission.ballot)


def _challenge(election: Election, body: bytes, now: datetime) -> tuple[Verdict, str]:
    return challenge(election, body, now=now), digest_of(body)


def _answer(request: HttpRequest, slug: str, intake: _Intake, rows: _Row) -> HttpResponse:
    now = timezone.now()
    election = Election.objects.select_related("log").defer(*LARGE_FIELDS).filter(slug=slug).first()
    if election is None or election.where is State.DRAFT:
        return _json(
            404, {"code": "unknown-election", "message": "There is no such election.", "refusal": ""}
        )
    body = b""
    try:
        body = json_body(request, _limit(election, rows))
        verdict, digest = intake(election, body, now)
    except REFUSALS as error:
        return _refuse(election, error, digest_of(body), now)
    if not isinstance(verdict, Accepted):
        return _refuse(election, verdict.error, digest, now)
    try:
        return _accept(election, verdict, rows)
    except Unavailable as error:
        return _refuse(election, error, digest, now)


def _limit(election: Election, rows: _Row) -> int:
    return CHALLENGE_LIMIT if rows is Challenged else size_limit(opened_election(election).shape)


def _accept(election: Election, verdict: Accepted, rows: _Row) -> HttpResponse:
    row = rows.objects.select_related("election__log").get(election=election, seq=verdict.seq)
    value: dict[str, canonical.Value] = {
        "tracker": row.tracker,
        "check_code": format_check_code(row.tracker),
        "seq": row.seq,
        "entry": entry_of(row),
        "receipt": receipt_of(row),
    }
    return _json(201 if verdict.fresh else 200, value)


def _refuse(election: Election, error: Exception, digest: str, now: datetime) -> HttpResponse:
    code = code_of(error)
    refusal = Refusal(fingerprint=election.fingerprint, digest=digest, code=code, time=now)
    note = refusal.signed_by(log_key.signer_for(election_log(election).origin))
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), _UNPROCESSABLE)
    message = str(error.args[0]) if error.args else code
    response = _json(status, {"code": code, "message": message, "refusal": note})
    if isinstance(error, WrongMethod):
        response["Allow"] = "POST"
    if isinstance(error, Unavailable):
        response["Retry-After"] = str(error.retry_after)
    return response


def _json(status: int, value: dict[str, canonical.Value]) -> HttpResponse:
    return HttpResponse(json.dumps(value, ensure_ascii=False), status=status, content_type=JSON)
