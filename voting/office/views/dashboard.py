# SPDX-License-Identifier: AGPL-3.0-or-later
"""The official's own elections with what is due, a new one, and the page of one: tasks, or how it runs."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_safe

from bulletin_board.errors import BoardError
from voting.errors import VotingError
from voting.models import Election
from voting.office import actions
from voting.office.access import by, for_officials, for_own_election
from voting.office.due import Due, due
from voting.office.forms.election import StartForm
from voting.office.live import live
from voting.office.readiness import Readiness, readiness
from voting.office.trail import WORDS
from voting.office.views.frame import UNPROCESSABLE, head_of, page
from voting.office.words import in_words
from voting.services import self_checks
from voting.states import State

_DEEDS = 8
_ALL_DEEDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An election on the dashboard: what its pages' head shows, and what is due."""

    head: dict[str, object]
    due: Due


@for_officials
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """My elections: those where something is to be done first."""
    now = timezone.now()
    mine = Election.objects.filter(officers__user=request.user).defer("manifest", "roll")  # type: ignore[misc]
    lines = [Line(head=head_of(request, election), due=_due(election, now)) for election in mine]
    lines.sort(key=lambda line: not line.due.is_ours)  # stable: the newest first
    return render(request, "office/dashboard.html", {"lines": lines})


@for_officials
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """A new election: title, address, languages."""
    form = StartForm(request.POST if request.method == "POST" else None, initial={"first": "en"})
    if request.method == "POST" and form.is_valid():
        languages, data = form.languages(), form.cleaned_data
        try:
            election = actions.begin(
                by(request),
                slug=data["slug"],
                title={tag: data["title"] if tag == languages[0] else "" for tag in languages},
                languages=languages,
                rehearsal=data["rehearsal"],
            )
        except (VotingError, BoardError) as error:
            form.add_error("slug", in_words(error))
        else:
            return redirect("office:election", election.slug)
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "office/start.html", {"form": form}, status=status)


@for_own_election
@require_safe
def election_page(request: HttpRequest, election: Election) -> HttpResponse:
    """One election: what is missing before the freeze, or how it runs."""
    now = timezone.now()
    context: dict[str, object] = {
        "due": _due(election, now),
        "deeds": deeds(election, _DEEDS),
        "words": WORDS,
    }
    if election.where is State.DRAFT:
        return page(request, election, "tasks", {"ready": readiness(election, now=now), **context})
    running = {"live": live(election), "board_check": self_checks.check_of(election)}
    return page(request, election, "running", {**running, **context})


@for_own_election
@require_safe
def trail(request: HttpRequest, election: Election) -> HttpResponse:
    """Who did what when."""
    return page(request, election, "trail", {"deeds": deeds(election, _ALL_DEEDS)})


def deeds(election: Election, most: int) -> list[dict[str, object]]:
    """Return the latest deeds, in words."""
    return [
        {
            "deed": deed,
            "words": WORDS.get(deed.action, deed.action),
            "who": deed.official or _t("on the server"),
        }
        for deed in election.deeds.all()[:most]
    ]


def _due(election: Election, now: datetime) -> Due:
    ready: Readiness | None = readiness(election, now=now) if election.where is State.DRAFT else None
    return due(election, ready, now=now)
