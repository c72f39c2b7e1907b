# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files between the parties: the election file goes out, key, acknowledgements and roll come in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from tally.key_draft import ACKNOWLEDGEMENT_LIMIT
from tally.record.key import LIMIT as KEY_LIMIT
from tally.record.roll import LIMIT as ROLL_LIMIT
from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.office import actions
from voting.office.access import by, for_own_election
from voting.office.readiness import readiness
from voting.office.uploads import uploaded
from voting.office.views.frame import done, page, refused
from voting.services import drafting
from voting.states import Action as Step
from voting.states import after

_METHODS = ["GET", "HEAD", "POST"]


@for_own_election
@require_safe
def manifest(request: HttpRequest, election: Election) -> HttpResponse:
    """What the election file is for, and who gets it."""
    return page(request, election, "manifest", _context(request, election))


@for_own_election
@require_safe
def manifest_file(request: HttpRequest, election: Election) -> HttpResponse:
    """The election file itself: the manifest, as it will be posted."""
    try:
        data = bytes(election.manifest or b"") or drafting.manifest_of(election).to_bytes()
    except REFUSALS as error:
        return refused(request, election, "manifest", error, _context(request, election))
    response = HttpResponse(data, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{election.slug}-manifest.json"'
    return response


@for_own_election
@require_http_methods(_METHODS)
def key(request: HttpRequest, election: Election) -> HttpResponse:
    """The dealer's key, and each trustee's acknowledgement of it."""
    try:
        after(election.where, Step.EDIT)
        if request.method == "POST" and request.POST.get("do") == "acknowledgements":
            for data in uploaded(request, "acknowledgements", limit=ACKNOWLEDGEMENT_LIMIT):
                actions.add_acknowledgement(election, by(request), data)
            return done(request, election, _("The acknowledgement is taken."), "office:key")
        if request.method == "POST":
            actions.add_key(election, by(request), uploaded(request, "key", limit=KEY_LIMIT)[0])
            return done(
                request,
                election,
                _("The key is taken. Now every trustee has to acknowledge it."),
                "office:key",
            )
    except REFUSALS as error:
        return refused(request, election, "key", error, _context(request, election))
    return page(request, election, "key", _context(request, election))


@for_own_election
@require_http_methods(_METHODS)
def roll(request: HttpRequest, election: Election) -> HttpResponse:
    """The registrar's signed roll, and the roll in numbers."""
    try:
        after(election.where, Step.EDIT)
        if request.method == "POST":
            actions.add_roll(election, by(request), uploaded(request, "roll", limit=ROLL_LIMIT)[0])
            return done(request, election, _("The roll is taken."), "office:roll")
    except REFUSALS as error:
        return refused(request, election, "roll", error, _context(request, election))
    return page(request, election, "roll", _context(request, election))


def _context(request: HttpRequest, election: Election) -> dict[str, object]:
    """What all three pages need; computed again after a refusal."""
    election.refresh_from_db()
    ready = readiness(election, now=by(request).now)
    return {
        "seats": list(election.seats.all()),
        "ready": ready,
        "manifest_sha256": None if ready.manifest is None else ready.manifest.payload_sha256,
        "has_key": election.key is not None,
        "roll": _roll(election),
        "base_url": settings.VERITALLY_BASE_URL,
    }


def _roll(election: Election) -> object:
    try:
        return actions.roll_summary(election)
    except REFUSALS:
        return None  # the draft lost something since: the task list says what
