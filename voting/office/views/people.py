# SPDX-License-Identifier: AGPL-3.0-or-later
"""The officials of an election. Every official sees them; owners add and remove them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.office import actions
from voting.office.access import by, check_owner, for_own_election
from voting.office.errors import OfficialTwice, UnknownOfficial
from voting.office.forms.accounts import OfficialForm
from voting.office.views.frame import done, form_page, page, refused
from voting.office.words import in_words

_METHODS = ["GET", "HEAD", "POST"]


@for_own_election
@require_http_methods(_METHODS)
def officials(request: HttpRequest, election: Election) -> HttpResponse:
    """Who runs this election; owners name another."""
    form = OfficialForm(request.POST if request.method == "POST" else None)
    context = {"officers": election.officers.select_related("user"), "form": form}
    try:
        if request.method == "POST":
            check_owner(request, election)
            if form.is_valid():
                data = form.cleaned_data
                actions.add_official(election, by(request), data["name"], owner=data["owner"])
                return done(request, election, _("The official is added."), "office:officials")
    except (UnknownOfficial, OfficialTwice) as error:
        form.add_error("name", in_words(error))
    except REFUSALS as error:
        return refused(request, election, "officials", error, context)
    return form_page(request, election, "officials", form, context)


@for_own_election
@require_http_methods(_METHODS)
def remove(request: HttpRequest, election: Election, officer: int) -> HttpResponse:
    """End an office, after asking."""
    row = election.officers.select_related("user").filter(pk=officer).first()
    if row is None:
        raise Http404
    context = {"officer": row}
    try:
        check_owner(request, election)
        if request.method != "POST":
            return page(request, election, "official_remove", context)
        actions.remove_official(election, by(request), officer)
    except REFUSALS as error:
        return refused(request, election, "official_remove", error, context)
    if row.user_id == request.user.pk:
        return done(
            request, election, _("You are no official of that election any more."), "office:dashboard"
        )
    return done(request, election, _("The official is removed."), "office:officials")
