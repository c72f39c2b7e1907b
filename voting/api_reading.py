# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions that a voter's program asks over HTTP (docs/spec/intake.md, "Questions"): JSON, no cookies.

All of it is on the board, and quick to ask here. An entry comes with its receipt: nothing is believed. The
booth asks by POST, so that no credential and no check code stands in an address, where proxies keep it.
Nothing here logs, and no network address is ever looked at.
"""

import json
from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from bulletin_board.errors import EncodingError
from tally.errors import NotOnRoll
from voting.bodies import JSON, json_body
from voting.errors import IntakeUnwitnessed, TooLarge, Unavailable, WrongContentType, WrongMethod, code_of
from voting.models import CastBallot, Challenged, Election, Revocation
from voting.services import lookups, rechecking
from voting.services.board import election_log, entry_of, receipt_of
from voting.services.heads import published_size
from voting.services.opened import LARGE_FIELDS, manifest_of
from voting.services.roll import ever_enrolled
from voting.states import State

_REFUSED: dict[type[Exception], int] = {WrongMethod: 405, TooLarge: 413, WrongContentType: 415}
_UNKNOWN = {"code": "unknown-election", "message": "There is no such open election."}
_NOT_ON_BOARD = {"code": "not-on-board", "message": "No entry of this board has this check code."}


@csrf_exempt
@never_cache
def find_credential(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the credential in the body stands."""
    return _answered(request, slug, lookups.parse_credential, _standing)


@csrf_exempt
@never_cache
def find_ballots(request: HttpRequest, slug: str) -> HttpResponse:
    """The ballots and tests whose trackers begin as the body says, with their receipts."""
    return _answered(request, slug, lookups.parse_prefix, _candidates)


@require_safe
@never_cache
def credential(_request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Where a credential stands: on the roll, revoked or neither; and its ballots in board order."""
    election = _begun(slug)
    if election is None:
        return _json(404, _UNKNOWN)
    return _standing(election, key)


@require_safe
@never_cache
def ballot(_request: HttpRequest, slug: str, digits: str) -> HttpResponse:
    """The ballot or test whose tracker begins with these digits, with its receipt."""
    election = _begun(slug)
    if election is None:
        return _json(404, _UNKNOWN)
    found = lookups.candidates(election, digits)
    if not found:
        return _json(404, _NOT_ON_BOARD)
    try:
        return _json(200, _described(found[0]))
    except Unavailable as error:
        return _unavailable(error)


def _answered(
    request: HttpRequest,
    slug: str,
    parse: Callable[[bytes], str],
    answer: Callable[[Election, str], HttpResponse],
) -> HttpResponse:
    election = _begun(slug)
    if election is None:
        return _json(404, _UNKNOWN)
    try:
        return answer(election, parse(json_body(request, lookups.LIMIT)))
    except Unavailable as error:
        return _unavailable(error)
    except (EncodingError, WrongMethod, TooLarge, WrongContentType) as error:
        status = _REFUSED.get(type(error), 400)  # 400: not JSON, or not of this form
        response = _json(status, {"code": code_of(error), "message": str(error)})
        if isinstance(error, WrongMethod):
            response["Allow"] = "POST"
        return response


def _standing(election: Election, key: str) -> HttpResponse:
    weight, revoked = _enrolled(election, key)
    # Those that wait for their witnesses among them: the next ballot must supersede the last one accepted.
    ballots = CastBallot.objects.filter(election=election, credential=key).order_by("seq")
    return _json(
        200,
        {
            "on_roll": weight > 0,
            "weight": weight,
            "revoked": revoked,
            "ballots": [{"tracker": row.tracker, "seq": row.seq} for row in ballots],
            "limit": manifest_of(election).rules.ballots_per_credential,
            "state": election.state,
        },
    )


def _candidates(election: Election, prefix: str) -> HttpResponse:
    ballots: list[dict[str, object]] = []
    waiting: list[str] = []  # one that waits must not hide those that are proven
    for row in lookups.candidates(election, prefix):
        try:
            ballots.append(_described(row))
        except IntakeUnwitnessed:
            waiting.append(row.tracker)
    return _json(200, {"ballots": ballots, "waiting": waiting})


def _described(row: CastBallot | Challenged) -> dict[str, object]:
    """A ballot or test with its receipt. Raises IntakeUnwitnessed."""
    entry, receipt = entry_of(row), receipt_of(row, ask=False)
    later, revoked = _later(row), _revoked(row.election, row.credential)
    return {
        "type": "ballot" if isinstance(row, CastBallot) else "challenged",
        "tracker": row.tracker,
        "seq": row.seq,
        "entry": entry,
        "receipt": receipt,
        "payload_sha256": json.loads(entry)["payload_sha256"],
        "credential": row.credential,
        "later": later,
        "state": row.election.state,
        "counts": isinstance(row, CastBallot) and not later and not revoked and _holds(row),
        "revoked": revoked,
    }


def _begun(slug: str) -> Election | None:
    election = Election.objects.select_related("log").defer(*LARGE_FIELDS).filter(slug=slug).first()
    if election is None or election.where in {State.DRAFT, State.FROZEN}:
        return None
    return election


def _enrolled(election: Election, key: str) -> tuple[int, str]:
    """The weight of a credential on the roll as it stands, else 0; the roll change that revoked it, or ""."""
    revoked = _revoked(election, key)
    if revoked:
        return 0, revoked
    try:
        return ever_enrolled(election, [key]).weight_of(bytes.fromhex(key)), ""
    except NotOnRoll:
        return 0, ""


def _revoked(election: Election, key: str) -> str:
    """The hash of the roll change on the board that revoked the credential, or ""."""
    revocations = Revocation.objects.filter(election=election, credential=key)
    found = revocations.filter(change__seq__lt=_size(election)).select_related("change").first()
    return "" if found is None else found.change.digest


def _later(row: CastBallot | Challenged) -> list[dict[str, object]]:
    if isinstance(row, Challenged):
        return []
    rows = CastBallot.objects.filter(election=row.election, credential=row.credential, seq__gt=row.seq)
    rows = rows.filter(seq__lt=_size(row.election))
    return [{"tracker": later.tracker, "seq": later.seq} for later in rows.order_by("seq")]


def _size(election: Election) -> int:
    """How many entries are published: what waits for its witnesses is not on the board yet."""
    return published_size(election_log(election))


def _holds(row: CastBallot) -> bool:
    return row.tracker not in {tracker for tracker, _ in rechecking.progress(row.election).refused}


def _json(status: int, value: Mapping[str, object]) -> HttpResponse:
    return HttpResponse(json.dumps(value, ensure_ascii=False), status=status, content_type=JSON)


def _unavailable(error: Unavailable) -> HttpResponse:
    response = _json(503, {"code": code_of(error), "message": str(error)})
    response["Retry-After"] = str(error.retry_after)
    return response
