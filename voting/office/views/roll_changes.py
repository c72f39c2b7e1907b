# SPDX-License-Identifier: AGPL-3.0-or-later
"""Roll changes while voting is open: the registrar's signed file, what it would do, and the step itself.

Between the preview and the step the file travels in the page; it is checked in full again.
"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from bulletin_board.codec import base64url
from tally.record.roll_change import LIMIT
from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.office import actions
from voting.office.access import by, for_own_election
from voting.office.errors import UploadTooLarge
from voting.office.uploads import uploaded
from voting.office.views.frame import done, page, refused
from voting.office.words import refusal_of_roll_change
from voting.services import roll_changes as changes
from voting.states import Action as Step
from voting.states import State, after

_METHODS = ["GET", "HEAD", "POST"]
_TEMPLATE = "roll_changes"


@for_own_election
@require_http_methods(_METHODS)
def roll_changes(request: HttpRequest, election: Election) -> HttpResponse:
    """Those that stand on the board, and the next one: first what it would do, then the step."""
    context: dict[str, object] = {}
    try:
        _check_begun(election)
        context |= _context(election)
        if request.method == "POST" and request.POST.get("do") == "take":
            actions.change_roll(election, by(request), _carried(request))
            return done(
                request,
                election,
                _("The roll is changed, and the change is on the board."),
                "office:roll-changes",
            )
        if request.method == "POST":
            data = uploaded(request, "change", limit=LIMIT)[0]
            context |= {"preview": changes.preview(election, data), "carried": base64url.encode(data)}
    except REFUSALS as error:
        return refused(
            request, election, _TEMPLATE, error, {**context, "refusal": refusal_of_roll_change(error)}
        )
    return page(request, election, _TEMPLATE, context)


def _check_begun(election: Election) -> None:
    """There is a roll to be changed, or it was; else say in which state there will be. Raises WrongState."""
    if election.where in {State.DRAFT, State.FROZEN}:
        after(election.where, Step.CLOSE)


def _context(election: Election) -> dict[str, object]:
    voters, weight = changes.size_of(election)
    return {
        "rows": election.roll_changes.all(),
        "voters": voters,
        "weight": weight,
        "room": changes.room_of(election),
        "is_open": election.where is State.OPEN,
    }


def _carried(request: HttpRequest) -> bytes:
    """The file that the preview was about. Raises UploadTooLarge, or the codec's NotBase64."""
    text = request.POST.get("carried", "")
    length = len(text) * 3 // 4
    if length > LIMIT:
        raise UploadTooLarge("the file is too large", expected=LIMIT, computed=length)
    return base64url.decode(text, length)
