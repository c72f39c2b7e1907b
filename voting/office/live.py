# SPDX-License-Identifier: AGPL-3.0-or-later
"""What officials watch while an election runs: turnout, and each station's steps in the count.

Page and poll show the same values: a text for each place (`data-live`), and numbers for the bars. All
words are made here, so that the browser's part only copies them.
"""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tally import services
from tally.models import RequestState, TallyState
from tally.services import Progress, Step
from tally.station.request import ACKNOWLEDGE, SHARE
from voting.models import Election
from voting.pages import records
from voting.presenters.elections import Turnout
from voting.services.tallying import tally_of
from voting.states import State

_HEADLINES: dict[str, Promise] = {
    TallyState.VERIFYING: _("The server verifies its own board, as anyone can."),
    TallyState.ACKNOWLEDGING: _("Stations verify the closed board, and confirm it."),
    TallyState.SHARING: _("Stations open their parts of the sum."),
    TallyState.RECORDED: _("The result is being signed."),
    TallyState.FINAL: _("The result is on the board."),
    TallyState.FAILED: _("The count has stopped."),
}
_STATES: dict[str, tuple[Promise, str]] = {
    RequestState.WAITING: (_("Asked; no answer yet"), "care"),
    RequestState.ANSWERED: (_("Done"), "good"),
    RequestState.REFUSED: (_("Refused"), "bad"),
    RequestState.FALSE: (_("False answer, rejected"), "bad"),
}
_NOT_ASKED: tuple[Promise, str] = (_("Not asked yet"), "plain")
_NOT_NEEDED: tuple[Promise, str] = (_("Was not needed"), "plain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A trustee's station: two steps, each with words and a tone; what it said if it refused."""

    number: int
    name: str
    confirmed: tuple[str, str]
    opened: tuple[str, str]
    detail: str
    can_be_asked_again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Everything that may change while the page is open."""

    state: State
    turnout: Turnout
    headline: str
    problem: str
    stations: tuple[Station, ...]
    acknowledged: tuple[int, int]  # how many, of how many that are needed
    shares: tuple[int, int]

    @property
    def has_tally(self) -> bool:
        """Whether the count has been started."""
        return bool(self.headline)

    @property
    def words(self) -> dict[str, str]:
        """Return the text of every place."""
        found = {
            "voted": _turnout(self.turnout),
            "ballots": _ballots(self.turnout),
            "headline": self.headline,
            "problem": self.problem,
            "acknowledged": _t("%(done)d of %(needed)d") % _of(self.acknowledged),
            "shares": _t("%(done)d of %(needed)d") % _of(self.shares),
        }
        for station in self.stations:
            found |= {
                f"confirmed-{station.number}": station.confirmed[0],
                f"opened-{station.number}": station.opened[0],
                f"detail-{station.number}": station.detail,
            }
        return found

    def to_json(self) -> dict[str, object]:
        """Return what the page polls for."""
        tones = {f"confirmed-{one.number}": one.confirmed[1] for one in self.stations} | {
            f"opened-{one.number}": one.opened[1] for one in self.stations
        }
        # What the page cannot show without being loaded again: another state, a count, a station to be asked.
        shape = [
            self.state.value,
            str(self.has_tally),
            *(str(one.can_be_asked_again) for one in self.stations),
        ]
        return {
            "texts": self.words,
            "tones": tones,
            "meters": {
                "voted": [self.turnout.voted, max(1, self.turnout.voters)],
                "acknowledged": list(self.acknowledged),
                "shares": list(self.shares),
            },
            "shape": " ".join(shape),
        }

    @property
    def shape(self) -> object:
        """What the page was loaded with."""
        return self.to_json()["shape"]


def live(election: Election) -> Live:
    """Return where a frozen election stands now."""
    tally = tally_of(election)
    progress = None if tally is None else services.progress(tally)
    names = [seat.name for seat in election.seats.all()]
    return Live(
        state=election.where,
        turnout=records.turnout(election),
        headline="" if progress is None else str(_HEADLINES[progress.state]),
        problem="" if progress is None else progress.verdict,
        stations=() if progress is None else _stations(names, progress),
        acknowledged=(0, 1)
        if progress is None
        else (progress.acknowledged, progress.acknowledgements_needed),
        shares=(0, 1) if progress is None else (progress.shares, progress.shares_needed),
    )


def _stations(names: list[str], progress: Progress) -> tuple[Station, ...]:
    steps = {(step.trustee, step.phase): step for step in progress.steps}
    is_over = progress.state in {TallyState.RECORDED, TallyState.FINAL}
    return tuple(
        _station(number, name, steps.get((number, ACKNOWLEDGE)), steps.get((number, SHARE)), is_over=is_over)
        for number, name in enumerate(names, start=1)
    )


def _station(number: int, name: str, confirm: Step | None, share: Step | None, *, is_over: bool) -> Station:
    asked = [step for step in (confirm, share) if step is not None]
    return Station(
        number=number,
        name=name,
        confirmed=_step(confirm, is_over=is_over),
        opened=_step(share, is_over=is_over),
        detail=" ".join(step.verdict for step in asked if step.verdict),
        can_be_asked_again=not is_over and any(step.state == RequestState.REFUSED for step in asked),
    )


def _step(step: Step | None, *, is_over: bool) -> tuple[str, str]:
    if step is None or (step.state == RequestState.WAITING and (is_over or not step.sends)):
        shown = _NOT_NEEDED if is_over else _NOT_ASKED
    else:
        shown = _STATES[step.state]
    return str(shown[0]), shown[1]


def _turnout(turnout: Turnout) -> str:
    return _t("%(voted)s of %(voters)s voters have voted (%(share)s %%)") % {
        "voted": number_format(turnout.voted, force_grouping=True),
        "voters": number_format(turnout.voters, force_grouping=True),
        "share": number_format(turnout.share, decimal_pos=1),
    }


def _ballots(turnout: Turnout) -> str:
    words = ngettext(
        "%(ballots)s ballot is on the board.", "%(ballots)s ballots are on the board.", turnout.ballots
    )
    return words % {"ballots": number_format(turnout.ballots, force_grouping=True)}


def _of(pair: tuple[int, int]) -> dict[str, int]:
    return {"done": pair[0], "needed": pair[1]}
