# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions that a voter's program asks over HTTP (docs/spec/intake.md, "Questions"): JSON, no cookies.

All of it is on the board, and quick to ask here. An entry comes with its receipt: nothing is believed.
Nothing here logs, and no address is ever looked at.
"""

import json
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tally.errors import NotOnRoll
from voting.errors import Unavailable, code_of
from voting.models import CastBallot, Challenged, Election, Revocation
from voting.services import rechecking
from voting.services.board import entry_of, receipt_of
from voting.services.opened import LARGE_FIELDS, opened_election
from voting.services.roll import ever_enrolled
from voting.states import State

JSON = "application/json"
_UNKNOWN = {"code": "unknown-election", "message": "There is no such open election."}
_NOT_ON_BOARD = {"code": "not-on-board", "message": "No entry of this board has this check code."}


@require_safe
@never_cache
def credential(_request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Where a credential stands: on the roll, revoked or neither; and its ballots in board order."""
    election = _begun(slug)
    if election is None:
        return _json(404, _UNKNOWN)
    weight, revoked = _enrolled(election, key)
    ballots = CastBallot.objects.filter(election=election, credential=key).order_by("seq")
    return _json(
        200,
        {
            "on_roll": weight > 0,
            "weight": weight,
            "revoked": revoked,
            "ballots": [{"tracker": row.tracker, "seq": row.seq} for row in ballots],
            "limit": opened_election(election).manifest.rules.ballots_per_credential,
            "state": election.state,
        },
    )


@require_safe
@never_cache
def ballot(_request: HttpRequest, slug: str, digits: str) -> HttpResponse:
    """The ballot or test whose tracker begins with these digits, with its receipt."""
    election = _begun(slug)
    if election is None:
        return _json(404, _UNKNOWN)
    row = _row(election, digits)
    if row is None:
        return _json(404, _NOT_ON_BOARD)
    entry = entry_of(row)
    try:
        receipt = receipt_of(row)
    except Unavailable as error:
        response = _json(503, {"code": code_of(error), "message": str(error)})
        response["Retry-After"] = str(error.retry_after)
        return response
    later, revoked = _later(row), _revoked(election, row.credential)
    return _json(
        200,
        {
            "type": "ballot" if isinstance(row, CastBallot) else "challenged",
            "tracker": row.tracker,
            "seq": row.seq,
            "entry": entry,
            "receipt": receipt,
            "payload_sha256": json.loads(entry)["payload_sha256"],
            "credential": row.credential,
            "later": later,
            "state": election.state,
            "counts": isinstance(row, CastBallot) and not later and not revoked and _holds(row),
            "revoked": revoked,
        },
    )


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
    """The hash of the roll change that revoked the credential, or ""."""
    found = Revocation.objects.filter(election=election, credential=key).select_related("change").first()
    return "" if found is None else found.change.digest


def _row(election: Election, digits: str) -> CastBallot | Challenged | None:
    """A cast ballot before a test: whoever tests another's tracker says nothing about that ballot."""
    named = {"election": election, "tracker__startswith": digits}
    return CastBallot.objects.filter(**named).first() or Challenged.objects.filter(**named).first()


def _later(row: CastBallot | Challenged) -> list[dict[str, object]]:
    if isinstance(row, Challenged):
        return []
    rows = CastBallot.objects.filter(election=row.election, credential=row.credential, seq__gt=row.seq)
    return [{"tracker": later.tracker, "seq": later.seq} for later in rows.order_by("seq")]


def _holds(row: CastBallot) -> bool:
    return row.tracker not in {tracker for tracker, _ in rechecking.progress(row.election).refused}


def _json(status: int, value: Mapping[str, object]) -> HttpResponse:
    return HttpResponse(json.dumps(value, ensure_ascii=False), status=status, content_type=JSON)
