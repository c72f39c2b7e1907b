# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shells of the pages that the booth's modules make: voting, checking a ballot, opening a tested one.

A shell holds no text of the ballot and no secret: the modules read the election from the board, and check it.
"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from voting.booth_shell import render_shell
from voting.models import Election
from voting.pages import records
from voting.pages.elections import frame
from voting.services.opened import allow_test_modulus, payloads_of
from voting.states import State


@require_safe
@never_cache
@gzip_page
def vote(request: HttpRequest, slug: str) -> HttpResponse:
    """Vote, while voting is open; else say when. When it is over, only what had no answer is sent again."""
    election = records.election_or_404(slug)
    starts = _has_begun(election)
    is_over = starts and election.where is not State.OPEN
    return _shell(
        request, election, "vote", heading=_("Vote"), template="vote", starts=starts, is_over=is_over
    )


@require_safe
@never_cache
@gzip_page
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Check one's ballot, from the opening of the polls on and for ever after."""
    election = records.election_or_404(slug)
    return _checking(request, election, "check", _("Check my ballot"))


@require_safe
@never_cache
@gzip_page
def tested(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a tested ballot, on another device than the one that made it."""
    election = records.election_or_404(slug)
    return _checking(request, election, "tested", _("Open a tested ballot"))


def _has_begun(election: Election) -> bool:
    return election.where not in {State.DRAFT, State.FROZEN}


def _checking(request: HttpRequest, election: Election, page: str, heading: str) -> HttpResponse:
    starts = _has_begun(election)
    return _shell(request, election, page, heading=heading, template="check", starts=starts)


def _shell(
    request: HttpRequest,
    election: Election,
    page: str,
    *,
    heading: str,
    template: str,
    starts: bool,
    is_over: bool = False,
) -> HttpResponse:
    schedule = records.fixed(election).manifest.schedule
    context = frame(election) | {
        "heading": heading,
        "starts": starts,
        "module": f"{page}.js",
        "is_over": is_over,
        "opens": election.opened_at or schedule.opens,
        "closes": election.closed_at or schedule.closes,
    }
    if starts:
        # Where the modules find the election on the board.
        context |= {"payloads": payloads_of(election), "allow_test_modulus": allow_test_modulus()}
    return render_shell(request, f"voting/{template}.html", context, election=election)
