# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages about the system itself, and the file that tells crawlers where to stop."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from voting.pages import records
from voting.served_code import BOOTH
from voting.states import State

# The pages are for everybody; the tens of thousands of entries of a board are not worth anyone's crawling.
ROBOTS = "User-agent: *\nDisallow: /board/\nDisallow: /elections/*/board/\n"


@require_safe
def how_it_works(request: HttpRequest) -> HttpResponse:
    """What is promised, and what is not."""
    return render(request, "voting/how_it_works.html")


@require_safe
def how_to_verify(request: HttpRequest) -> HttpResponse:
    """Three steps to check an election without believing this server."""
    context = {"board_url": f"{settings.VERITALLY_BASE_URL}/board/…"}
    return render(request, "voting/how_to_verify.html", context)


@require_safe
def booth_files(request: HttpRequest) -> HttpResponse:
    """The files that voters are served, and whether open elections' boards name the same."""
    context = {
        "digest": BOOTH.digest(),
        "listing": BOOTH.listing(),
        "elections": records.public_elections().filter(state=State.OPEN),
        "base_url": settings.VERITALLY_BASE_URL,
    }
    return render(request, "voting/booth_files.html", context)


@require_safe
def licence(request: HttpRequest) -> HttpResponse:
    """The licence, and where the source of the running server is (AGPL, section 13)."""
    return render(request, "voting/licence.html")


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """For crawlers."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")
