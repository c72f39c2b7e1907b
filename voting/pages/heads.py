# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signed heads of an election's board: a list for people, and each one as it was signed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from voting.pages import records
from voting.pages.elections import frame
from voting.presenters.paging import window
from voting.services import heads
from voting.services.board import election_log


@require_safe
def head_list(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of heads, the newest by default."""
    election = records.election_or_404(slug)
    log = election_log(election)
    number = heads.count(log)
    page = window(number, request.GET.get("page", ""))
    if page is None:
        raise Http404
    context = {
        **frame(election),
        "number": number,
        "page": page,
        "heads": heads.heads(log, page.first, page.last),
    }
    return render(request, "voting/heads.html", context)


@require_safe
def head(_request: HttpRequest, slug: str, size: int) -> HttpResponse:
    """One head with its signatures, as it was signed: evidence if the board ever says otherwise."""
    found = heads.head_at(election_log(records.election_or_404(slug)), size)
    if found is None:
        raise Http404
    response = HttpResponse(found.note, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-cache"  # witnesses may still sign it
    return response
