# SPDX-License-Identifier: AGPL-3.0-or-later
"""What all pages of the office share: the head of an election, answers to forms, and refusals in words."""

from collections.abc import Mapping

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language

from tally.contests.texts import Texts
from voting.models import Election
from voting.office.access import is_owner
from voting.office.actions import desk_of
from voting.office.sketch import languages_of, texts_of
from voting.office.words import STATES, refusal
from voting.presenters.said import Reader, Said
from voting.states import State

CONFLICT, UNPROCESSABLE = 409, 422
_PILLS = {State.OPEN: "pill-good", State.CLOSED: "pill-care", State.CHECKING: "pill-care"}


def reader_of(election: Election) -> Reader:
    """Return who reads: the page's language, then the election's own."""
    return Reader(preferred=str(get_language() or "en"), languages=languages_of(dict(election.draft)))


def title_of(election: Election) -> Said:
    """Return the title; the address while there is none."""
    reader = reader_of(election)
    texts = {tag: text for tag, text in texts_of(election.draft["title"], reader.languages).items() if text}
    if not texts:
        return Said(text=election.slug, language="")
    return reader.say(Texts.of(texts))


def head_of(request: HttpRequest, election: Election) -> dict[str, object]:
    """Return what every page of an election shows."""
    return {
        "election": election,
        "title": title_of(election),
        "state": election.where.value,
        "state_words": STATES[election.where],
        "state_pill": _PILLS.get(election.where, ""),
        "rehearsal": election.draft["rehearsal"],
        "zone": desk_of(election).time_zone,
        "is_draft": election.where is State.DRAFT,
        "is_owner": is_owner(request, election),
    }


def page(
    request: HttpRequest,
    election: Election,
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """Return a page of an election."""
    return render(
        request, f"office/{template}.html", {**head_of(request, election), **context}, status=status
    )


def form_page(
    request: HttpRequest,
    election: Election,
    template: str,
    form: Form,
    context: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Return a page with a form; with errors it is no success."""
    status = UNPROCESSABLE if form.errors else 200
    return page(request, election, template, {"form": form, **(context or {})}, status=status)


def done(request: HttpRequest, election: Election, words: str | Promise, name: str) -> HttpResponse:
    """Say what was done, on the page that comes next."""
    messages.success(request, str(words))
    return redirect(name, election.slug)


def refused(
    request: HttpRequest, election: Election, template: str, error: Exception, context: Mapping[str, object]
) -> HttpResponse:
    """Return the page again, with the refusal in words."""
    election.refresh_from_db()
    return page(request, election, template, {"refusal": refusal(error), **context}, status=CONFLICT)
