# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verifier in the browser: its page, and the same as one file to be kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from voting.pages import records
from voting.pages.elections import card_of
from voting.saved_verifier import NAME, saved_verifier
from voting.served_code import VERIFIER
from voting.services.opened import allow_test_modulus
from voting.states import State

_WITHOUT_RECORD = {State.DRAFT, State.FROZEN}


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Choose a record and verify it; ?election=… chooses one of this server's."""
    elections = [each for each in records.public_elections() if each.where not in _WITHOUT_RECORD]
    asked = request.GET.get("election", "")
    context = {
        "cards": [card_of(election) for election in elections],
        "chosen": next((election.slug for election in elections if election.slug == asked), ""),
        "allow_test_modulus": allow_test_modulus(),
        "digest": VERIFIER.digest(),
    }
    return render(request, "voting/verify.html", context)


@require_safe
def saved(_request: HttpRequest) -> HttpResponse:
    """The verifier as one file, to be saved."""
    response = HttpResponse(saved_verifier(), content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return response
