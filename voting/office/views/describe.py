# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tasks that describe an election: title and languages, dates, registrar and rules."""

from collections.abc import Callable

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from voting.errors import SlugTaken
from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.office import actions, sketch
from voting.office.access import by, for_own_election
from voting.office.forms.election import DatesForm, DetailsForm, VotersForm
from voting.office.trail import Action
from voting.office.views.frame import done, form_page, refused
from voting.office.words import in_words
from voting.states import Action as Step
from voting.states import after

_METHODS = ["GET", "HEAD", "POST"]


@for_own_election
@require_http_methods(_METHODS)
def details(request: HttpRequest, election: Election) -> HttpResponse:
    """Title, description, address, languages."""
    form = DetailsForm(dict(election.draft), request.POST if request.method == "POST" else None)

    def save() -> None:
        found = form.details()
        actions.revise(election, by(request), Action.DETAILS, lambda old: sketch.with_details(old, **found))

    return _edit(request, election, "details", form, save, _("Title and languages are saved."))


@for_own_election
@require_http_methods(_METHODS)
def dates(request: HttpRequest, election: Election) -> HttpResponse:
    """When voting opens and closes."""
    zone = actions.desk_of(election).time_zone
    initial = DatesForm.initial_of(dict(election.draft), election.opens_at, election.closes_at, zone)
    form = DatesForm(request.POST if request.method == "POST" else None, initial=initial)

    def save() -> None:
        actions.set_dates(election, by(request), form.schedule(), form.cleaned_data["time_zone"])

    return _edit(request, election, "dates", form, save, _("The dates are saved."))


@for_own_election
@require_http_methods(_METHODS)
def voters(request: HttpRequest, election: Election) -> HttpResponse:
    """Who signs the roll, and what holds for every voter."""
    initial = VotersForm.initial_of(dict(election.draft))
    form = VotersForm(request.POST if request.method == "POST" else None, initial=initial)

    def save() -> None:
        data = form.cleaned_data
        actions.set_voters(
            election,
            by(request),
            registrar=form.registrar(data),
            capacity=data["roll_capacity"],
            rules=form.rules(),
        )

    return _edit(request, election, "voters", form, save, _("Registrar and rules are saved."))


def _edit(
    request: HttpRequest,
    election: Election,
    template: str,
    form: Form,
    save: Callable[[], None],
    words: Promise,
) -> HttpResponse:
    try:
        after(election.where, Step.EDIT)
        if request.method != "POST" or not form.is_valid():
            return form_page(request, election, template, form)
        save()
    except SlugTaken as error:
        form.add_error("slug", in_words(error))
        return form_page(request, election, template, form)
    except REFUSALS as error:
        return refused(request, election, template, error, {"form": form})
    return done(request, election, words, "office:election")
