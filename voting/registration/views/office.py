# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's page of registrations: when, who is expected, who is approved, the registrar's file."""

import re

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.office.access import by, for_own_election
from voting.office.actions import desk_of
from voting.office.trail import Action, recorded
from voting.office.uploads import uploaded
from voting.office.views.frame import done, form_page, page, refused
from voting.registration import deciding
from voting.registration.errors import UnknownRegistration
from voting.registration.forms import WindowForm
from voting.registration.models import Registration, State
from voting.registration.windows import check_by_voters, is_open, set_window, window_of

_PER_PAGE = 50
_TEMPLATE = "registrations"
_LONGEST = 300  # characters of a search
_NUMBER = re.compile(r"[0-9]{1,15}")
_SHOWN = (
    (State.CONFIRMED, _("To decide")),
    (State.APPROVED, _("Approved")),
    (State.REJECTED, _("Rejected")),
)
_DECISIONS = {"approve": State.APPROVED, "reject": State.REJECTED, "take-back": State.CONFIRMED}
_NAME = "office:registrations"
_ROLL_GONE = _(
    "The decision is saved. The signed roll was for other voters, and is gone: have the registrar sign again."
)


@for_own_election
@require_http_methods(["GET", "HEAD", "POST"])
def registrations(request: HttpRequest, election: Election) -> HttpResponse:
    """Everything about the registrations of an election."""
    zone = desk_of(election).time_zone
    posted = request.POST if request.method == "POST" and request.POST.get("do") == "window" else None
    form = WindowForm(posted, zone=zone, initial=WindowForm.initial_of(window_of(election), zone))
    try:
        check_by_voters(election)
        if request.method != "POST":
            return page(request, election, _TEMPLATE, _context(request, election, form))
        if posted is not None and not form.is_valid():
            return form_page(request, election, _TEMPLATE, form, _context(request, election, form))
        return done(request, election, _act(request, election, form), _NAME)
    except REFUSALS as error:
        return refused(request, election, _TEMPLATE, error, _context(request, election, form))


@for_own_election
@require_safe
def file_for_registrar(request: HttpRequest, election: Election) -> HttpResponse:
    """The approved registrations, for the registrar's offline command."""
    try:
        data = deciding.file_for_registrar(election)
    except REFUSALS as error:
        form = WindowForm(zone=desk_of(election).time_zone)
        return refused(request, election, _TEMPLATE, error, _context(request, election, form))
    return _download(data, "application/json", f"{election.slug}-registrations.json")


@for_own_election
@require_safe
def as_csv(_request: HttpRequest, election: Election) -> HttpResponse:
    """All confirmed registrations."""
    data = deciding.as_csv(election).encode()
    return _download(data, "text/csv; charset=utf-8", f"{election.slug}-registrations.csv")


def _act(request: HttpRequest, election: Election, form: WindowForm) -> Promise | str:
    """Do what was asked for, and say so."""
    do, who = request.POST.get("do", ""), by(request)
    if do == "window":
        with recorded(election, who, Action.REGISTRATION_WINDOW):
            set_window(election, **form.cleaned_data)
        return _("The times are saved.")
    if do == "expect":
        with recorded(election, who, Action.REGISTRATION_EXPECT) as deed:
            data = uploaded(request, "expected", limit=deciding.LIST_LIMIT)[0]
            deed.detail = str(deciding.expect(election, data))
        return _("The list is taken.")
    if do == "approve-expected":
        with recorded(election, who, Action.REGISTRATION_DECIDE) as deed:
            had_roll = election.roll is not None
            deed.detail = f"{do}: {deciding.approve_expected(election)}"
        return (
            _ROLL_GONE if had_roll and election.roll is None else _("Everybody who was expected is approved.")
        )
    return _decide(request, election)


def _decide(request: HttpRequest, election: Election) -> Promise:
    verb, _space, number = request.POST.get("do", "").partition(" ")
    with recorded(election, by(request), Action.REGISTRATION_DECIDE) as deed:
        if verb not in _DECISIONS or not _NUMBER.fullmatch(number):
            raise UnknownRegistration("no such decision")
        had_roll = election.roll is not None
        row = deciding.decide(election, int(number), _DECISIONS[verb])
        deed.detail = f"{verb}: {row.reference}"
    return _ROLL_GONE if had_roll and election.roll is None else _("The decision is saved.")


def _context(request: HttpRequest, election: Election, form: WindowForm) -> dict[str, object]:
    query, shown = request.GET.get("q", "").strip()[:_LONGEST], request.GET.get("state", "")
    rows = Paginator(_found(election, query, shown), _PER_PAGE).get_page(request.GET.get("page"))
    found = election.registrations.values("state").order_by("state").annotate(number=Count("pk"))
    return {
        "form": form,
        "counts": dict.fromkeys(State.values, 0) | {one["state"]: one["number"] for one in found},
        "rows": rows,
        "listed": deciding.expected_among(election, (row.address for row in rows)),
        "query": query,
        "shown": shown,
        "states": _SHOWN,
        "expected": election.expected_voters.count(),
        "expected_left": deciding.expected_waiting(election).count(),
        "can_register": is_open(election, now=by(request).now),
    }


def _found(election: Election, query: str, shown: str) -> QuerySet[Registration]:
    rows = deciding.settled(election)
    if query:
        key = query.replace(" ", "").lower()
        named = Q(address__icontains=query) | Q(name__icontains=query)
        rows = rows.filter(named | Q(credential__startswith=key))
    return rows.filter(state=shown) if shown in State.values else rows


def _download(data: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
