# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trustees: their cards, their seats, and how many must work together."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from bulletin_board.codec import base64url
from tally.record.base import KEY_BYTES
from tally.station import card
from voting.drafts import least_acknowledgements
from voting.management.refusals import REFUSALS
from voting.models import Election, TrusteeSeat
from voting.office import actions, sketch
from voting.office.access import by, for_own_election
from voting.office.forms.election import TrusteeNumbersForm
from voting.office.uploads import uploaded
from voting.office.views.frame import UNPROCESSABLE, done, page, refused
from voting.states import Action as Step
from voting.states import after


@for_own_election
@require_http_methods(["GET", "HEAD", "POST"])
def trustees(request: HttpRequest, election: Election) -> HttpResponse:
    """The seats; cards are uploaded, and numbers set, by one form each."""
    part = sketch.part_of(dict(election.draft), "trustees")
    does_numbers = request.POST.get("do") == "numbers"
    form = TrusteeNumbersForm(
        election.seats.count(), request.POST if does_numbers else None, initial=part or _suggested(election)
    )
    try:
        after(election.where, Step.EDIT)
        if does_numbers and form.is_valid():
            data = form.cleaned_data
            actions.set_trustee_numbers(
                election,
                by(request),
                threshold=data["threshold"],
                acknowledgements=data["acknowledgements"],
            )
            return done(request, election, _("The numbers are saved."), "office:trustees")
        if request.method == "POST" and not does_numbers:
            for one in uploaded(request, "cards", limit=card.LIMIT):
                actions.add_trustee(election, by(request), one)
            return done(request, election, _("The trustee has a seat."), "office:trustees")
    except REFUSALS as error:
        return refused(request, election, "trustees", error, _context(election, form))
    return page(
        request, election, "trustees", _context(election, form), status=UNPROCESSABLE if form.errors else 200
    )


@for_own_election
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, election: Election, index: int) -> HttpResponse:
    """Take a seat away, after asking."""
    seat = election.seats.filter(index=index).first()
    if seat is None:
        raise Http404
    context = {"seat": seat, "fingerprint": _fingerprint(seat)}
    try:
        after(election.where, Step.EDIT)
        if request.method != "POST":
            return page(request, election, "trustee_remove", context)
        actions.remove_trustee(election, by(request), index)
    except REFUSALS as error:
        return refused(request, election, "trustee_remove", error, context)
    return done(request, election, _("The trustee’s seat is taken away."), "office:trustees")


def _context(election: Election, form: TrusteeNumbersForm) -> dict[str, object]:
    seats = [(seat, _fingerprint(seat)) for seat in election.seats.all()]
    return {"form": form, "seats": seats}


def _suggested(election: Election) -> dict[str, object]:
    seats = election.seats.count()
    threshold = seats // 2 + 1
    return (
        {"threshold": threshold, "acknowledgements": least_acknowledgements(seats, threshold)}
        if seats
        else {}
    )


def _fingerprint(seat: TrusteeSeat) -> str:
    keys = (base64url.decode(text, KEY_BYTES) for text in (seat.signing_key, seat.encryption_key))
    signing_key, encryption_key = keys
    return card.Card(name=seat.name, signing_key=signing_key, encryption_key=encryption_key).fingerprint
