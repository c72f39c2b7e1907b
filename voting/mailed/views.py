# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's page of mailed codes: the list, the sending, whose message went out."""

import re

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tally.registrar.errors import VoterListRefused
from voting.celery import SWEEP
from voting.mailed import deeds, listing, sending
from voting.mailed.choice import check_by_server
from voting.mailed.errors import UnknownRecipient
from voting.mailed.models import Mailing, State
from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.office.access import by, for_own_election
from voting.office.uploads import uploaded
from voting.office.views.frame import done, page, refused

_PER_PAGE = 50
_TEMPLATE = "mailed_codes"
_NAME = "office:mailed-codes"
_LONGEST = 300  # characters of a search
_PROBLEMS = 100
_NUMBER = re.compile(r"[0-9]{1,15}")
_STATES = ((State.WAITING, _("Waiting")), (State.SENT, _("Sent")), (State.FAILED, _("Not taken")))
_WORDS = dict(_STATES)


@for_own_election
@require_http_methods(["GET", "HEAD", "POST"])
def mailed_codes(request: HttpRequest, election: Election) -> HttpResponse:
    """Everything about the codes that this server mails."""
    try:
        check_by_server(election)
        if request.method == "POST":
            return done(request, election, _act(request, election), _NAME)
        return page(request, election, _TEMPLATE, _context(request, election))
    except VoterListRefused as error:
        problems = {"problems": error.problems[:_PROBLEMS], "problems_left": len(error.problems) - _PROBLEMS}
        return refused(request, election, _TEMPLATE, error, _context(request, election) | problems)
    except REFUSALS as error:
        return refused(request, election, _TEMPLATE, error, _context(request, election))


def _act(request: HttpRequest, election: Election) -> Promise:
    """Do what was asked for, and say so."""
    do, who = request.POST.get("do", ""), by(request)
    if do == "list":
        deeds.take_list(election, who, uploaded(request, "list", limit=listing.LIMIT)[0])
        return _("The list is taken.")
    if do == "send":
        deeds.start(election, who)
        return _("The messages are being sent.")
    verb, _space, number = do.partition(" ")
    if not _NUMBER.fullmatch(number):
        raise UnknownRecipient("no such voter on the list")
    if verb == "again":
        deeds.send_again(election, who, int(number))
        return _("A new code will be sent; the earlier one is not good any more.")
    deeds.leave_out(election, who, int(number))
    return _("The voter was left out.")


def _context(request: HttpRequest, election: Election) -> dict[str, object]:
    query, shown = request.GET.get("q", "").strip()[:_LONGEST], request.GET.get("state", "")
    found = election.recipients.values("state").order_by("state").annotate(number=Count("pk"))
    counts = dict.fromkeys(State.values, 0) | {one["state"]: one["number"] for one in found}
    rows = election.recipients.all()
    if query:
        rows = rows.filter(Q(address__icontains=query) | Q(name__icontains=query))
    if shown in State.values:
        rows = rows.filter(state=shown)
    paged = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    return {
        "counts": counts,
        "listed": sum(counts.values()),
        "minutes": round(counts[State.WAITING] * SWEEP / sending.AT_ONCE / 60) + 1,
        "started": Mailing.objects.filter(election=election).exists(),
        "has_roll": election.roll is not None,
        "page": paged,
        "rows": [(row, _WORDS[State(row.state)]) for row in paged],
        "query": query,
        "shown": shown,
        "states": _STATES,
        "most": listing.MAX_VOTERS,
    }
