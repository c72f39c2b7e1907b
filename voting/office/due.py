# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is to be done next in an election, in one sentence, and whether officials have to do it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from tally.models import RequestState, Tally, TallyState
from voting.models import Election
from voting.office.readiness import Readiness
from voting.services.elections import check_period_ends
from voting.services.tallying import tally_of
from voting.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is due; `moment` is when; `page` is where officials do it ("" for nothing)."""

    words: str
    is_ours: bool = False
    moment: datetime | None = None
    page: str = ""


def due(election: Election, ready: Readiness | None, *, now: datetime) -> Due:
    """Return what is due; `ready` for a draft."""
    if election.where is State.DRAFT:
        return _before_freezing(ready)
    if election.where in {State.FROZEN, State.OPEN}:
        return _before_closing(election, now)
    if election.where is State.CHECKING:
        return _before_counting(election, now)
    return _OTHERS[election.where]()


def _before_freezing(ready: Readiness | None) -> Due:
    left = 0 if ready is None else ready.left
    if left == 0:
        return Due(words=_t("Everything is there: check and freeze"), is_ours=True, page="office:freeze")
    words = ngettext("%(left)d task is left", "%(left)d tasks are left", left) % {"left": left}
    return Due(words=words, is_ours=True)


def _before_closing(election: Election, now: datetime) -> Due:
    opens = election.where is State.FROZEN
    moment = election.opens_at if opens else election.closes_at
    return Due(
        words=_t("Voting opens") if opens else _t("Voting closes"),
        moment=moment,
        is_ours=moment <= now,
        page=("office:open" if opens else "office:close") if moment <= now or election.plan.rehearsal else "",
    )


def _before_counting(election: Election, now: datetime) -> Due:
    tally = tally_of(election)
    if tally is None:
        ends = check_period_ends(election)
        if ends is not None and now < ends:
            return Due(words=_t("Voters can check and complain; the count may start"), moment=ends)
        return Due(words=_t("The count can start"), is_ours=True, page="office:tally")
    return _while_counting(tally)


def _while_counting(tally: Tally) -> Due:
    if tally.state == TallyState.FAILED:
        return Due(words=_t("The count has stopped and needs you"), is_ours=True, page="office:tally")
    if tally.requests.filter(state__in=(RequestState.REFUSED, RequestState.FALSE)).exists():
        return Due(words=_t("A trustee’s station has a problem"), is_ours=True)
    return Due(words=_t("The trustees’ stations are counting"))


_OTHERS: dict[State, Callable[[], Due]] = {
    State.CLOSED: lambda: Due(
        words=_t("The closing entry is to be posted"), is_ours=True, page="office:close"
    ),
    State.TALLIED: lambda: Due(
        words=_t("The result is in: publish the record"), is_ours=True, page="office:publish"
    ),
    State.FINAL: lambda: Due(words=_t("Everything is done")),
}
