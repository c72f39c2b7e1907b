# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shells of the pages that the booth's modules make: voting, checking a ballot, opening a tested one.

A shell holds no text of the ballot and no secret: the modules read the election from the board, and check it.
"""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from voting.models import Election
from voting.pages import records
from voting.pages.elections import frame
from voting.services.opened import allow_test_modulus, opened_election
from voting.states import State


@require_safe
@never_cache
def vote(request: HttpRequest, slug: str) -> HttpResponse:
    """Vote, while voting is open; else say when."""
    election = records.election_or_404(slug)
    return _shell(request, election, "vote", starts=election.where is State.OPEN)


@require_safe
@never_cache
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Check one's ballot, from the opening of the polls on and for ever after."""
    election = records.election_or_404(slug)
    return _shell(request, election, "check", starts=_has_begun(election))


@require_safe
@never_cache
def tested(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a tested ballot, on another device than the one that made it."""
    election = records.election_or_404(slug)
    return _shell(request, election, "tested", starts=_has_begun(election))


def _has_begun(election: Election) -> bool:
    return election.where not in {State.DRAFT, State.FROZEN}


def _shell(request: HttpRequest, election: Election, page: str, *, starts: bool) -> HttpResponse:
    schedule = records.fixed(election).manifest.schedule
    context = frame(election) | {
        "starts": starts,
        "module": f"{page}.js",
        "has_begun": _has_begun(election),
        "opens": election.opened_at or schedule.opens,
        "closes": election.closed_at or schedule.closes,
    }
    if starts:
        context |= {"payloads": _payloads(election), "allow_test_modulus": allow_test_modulus()}
    return render(request, f"voting/{page}.html", context)


def _payloads(election: Election) -> dict[str, str]:
    """Where the modules find the election on the board: by the SHA-256 of its parts."""
    opened = opened_election(election)
    parts = {"manifest": opened.manifest, "key": opened.key_record, "opening": opened.opening}
    return {name: hashlib.sha256(part.to_bytes()).hexdigest() for name, part in parts.items()}
