# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps that cannot be undone: freeze, open, close, start the count, publish. Each asks first."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.office import actions
from voting.office.access import by, for_own_election
from voting.office.preview import preview_of
from voting.office.readiness import readiness
from voting.office.sketch import contests_of
from voting.office.trail import By
from voting.office.views.frame import UNPROCESSABLE, done, page, reader_of, refused
from voting.office.words import refusal
from voting.services.elections import check_period_ends
from voting.states import Action as Step
from voting.states import State, after

_METHODS = ["GET", "HEAD", "POST"]


@for_own_election
@require_http_methods(_METHODS)
def freeze(request: HttpRequest, election: Election) -> HttpResponse:
    """Check the answers; then fix everything that was shown, and nothing else."""
    try:
        after(election.where, Step.FREEZE)
        if request.method != "POST":
            return page(request, election, "freeze", _answers(request, election))
        if request.POST.get("understood") != "yes":
            words = _t("Confirm that you know what becomes unchangeable.")
            context = _answers(request, election) | {"unconfirmed": words}
            return page(request, election, "freeze", context, status=UNPROCESSABLE)
        actions.freeze(election, by(request), confirmed=request.POST.get("fingerprint", ""))
    except REFUSALS as error:
        return refused(request, election, "freeze", error, _answers(request, election))
    return done(
        request,
        election,
        _("Everything is fixed, and on the board. Make the fingerprint known."),
        "office:election",
    )


def _answers(request: HttpRequest, election: Election) -> dict[str, object]:
    ready = readiness(election, now=by(request).now)
    context: dict[str, object] = {"ready": ready}
    if ready.is_ready and election.where is State.DRAFT:
        reader = reader_of(election)
        context |= {
            "manifest": ready.manifest,
            "questions": [preview_of(contest, reader) for contest in contests_of(dict(election.draft))],
            "roll": actions.roll_summary(election),
            "seats": list(election.seats.all()),
            "fingerprint": actions.fingerprint_ahead(election),
        }
    return context


@dataclass(frozen=True, slots=True, kw_only=True)
class _Confirmed:
    """A step with its page: the question, what follows, the words of the button and of the success."""

    step: Step
    deed: Callable[[Election, By], object]
    heading: Promise
    follows: tuple[Promise, ...]
    button: Promise
    success: Promise
    from_states: tuple[State, ...]


_OPEN = _Confirmed(
    step=Step.OPEN,
    deed=actions.open_election,
    heading=_("Open the polls?"),
    follows=(
        _("From now on everybody on the roll can cast a ballot."),
        _("The opening stands on the public board, and cannot be taken back."),
        _("At the time of opening this happens by itself."),
    ),
    button=_("Open the polls"),
    success=_("The polls are open."),
    from_states=(State.FROZEN,),
)
_CLOSE = _Confirmed(
    step=Step.CLOSE,
    deed=actions.close_election,
    heading=_("Close the polls?"),
    follows=(
        _("No ballot is taken any more, whatever is on its way."),
        _("A closing entry on the public board fixes which ballots count. It cannot be taken back."),
        _("At the time of closing this happens by itself."),
    ),
    button=_("Close the polls"),
    success=_("The polls are closed."),
    from_states=(State.OPEN, State.CLOSED),
)
_TALLY = _Confirmed(
    step=Step.TALLY,
    deed=actions.start_tally,
    heading=_("Start the count?"),
    follows=(
        _("Every trustee’s station is asked to verify the closed board, and to open its part of the sum."),
        _("Single ballots are never opened, by anybody."),
        _("As soon as enough stations have answered, the result stands on the public board."),
    ),
    button=_("Start the count"),
    success=_("The count has started."),
    from_states=(State.CHECKING,),
)
_PUBLISH = _Confirmed(
    step=Step.PUBLISH,
    deed=actions.publish,
    heading=_("Publish the record?"),
    follows=(
        _("The whole board is written as files, and as one archive that anybody can verify for ever."),
        _("The election is final then."),
    ),
    button=_("Publish the record"),
    success=_("The record is published. The election is final."),
    from_states=(State.TALLIED,),
)


@for_own_election
@require_http_methods(_METHODS)
def open_polls(request: HttpRequest, election: Election) -> HttpResponse:
    """Open the polls, after asking."""
    return _confirm(request, election, _OPEN)


@for_own_election
@require_http_methods(_METHODS)
def close_polls(request: HttpRequest, election: Election) -> HttpResponse:
    """Close the polls, after asking."""
    return _confirm(request, election, _CLOSE)


@for_own_election
@require_http_methods(_METHODS)
def tally(request: HttpRequest, election: Election) -> HttpResponse:
    """Start the count, after asking."""
    return _confirm(request, election, _TALLY)


@for_own_election
@require_http_methods(_METHODS)
def publish(request: HttpRequest, election: Election) -> HttpResponse:
    """Publish the record, after asking."""
    return _confirm(request, election, _PUBLISH)


@for_own_election
@require_POST
def ask_again(request: HttpRequest, election: Election, trustee: int) -> HttpResponse:
    """Ask a station again that has refused."""
    try:
        actions.ask_again(election, by(request), trustee)
    except REFUSALS as error:
        messages.error(request, refusal(error).words)
        return redirect("office:election", election.slug)
    return done(request, election, _("The station is asked again."), "office:election")


def _confirm(request: HttpRequest, election: Election, confirmed: _Confirmed) -> HttpResponse:
    context = {
        "confirm": confirmed,
        "check_ends": check_period_ends(election) if election.closed_at else None,
    }
    try:
        if request.method != "POST":
            if election.where not in confirmed.from_states:
                after(election.where, confirmed.step)  # says why not
            return page(request, election, "confirm", context)
        confirmed.deed(election, by(request))
    except REFUSALS as error:
        return refused(request, election, "confirm", error, context)
    return done(request, election, confirmed.success, "office:election")
