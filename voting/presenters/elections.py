# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the list and the head of a page say of an election: its state in words, its dates, its turnout."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voting.presenters.said import Said
from voting.states import State

_WORDS: dict[State, tuple[Promise, str, Promise]] = {
    # state -> (label, class of the pill, the one thing to do from the list)
    State.FROZEN: (_("Opens soon"), "", _("See the questions")),
    State.OPEN: (_("Voting is open"), "pill-good", _("See the questions")),
    State.CLOSED: (_("Voting has ended"), "pill-care", _("Follow the count")),
    State.CHECKING: (_("Being checked and counted"), "pill-care", _("Follow the count")),
    State.TALLIED: (_("Result is in"), "pill-good", _("See the result")),
    State.FINAL: (_("Result is final"), "", _("See the result")),
}

_INTEREST = (State.OPEN, State.CLOSED, State.CHECKING, State.FROZEN, State.TALLIED, State.FINAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """`voted` of `voters` credentials have a ballot on the board; `ballots` counts all that stand there.

    `revoked` of the ballots are of credentials that the registrar has revoked: these do not count.
    """

    voters: int
    voted: int
    ballots: int
    revoked: int = 0
    minimum: int = 0  # the manifest's minimum of counted ballots

    @property
    def is_small(self) -> bool:
        """Whether so few have voted that pages give no number: a small group is nobody's headline."""
        return self.voted < self.minimum and self.minimum > 1  # nobody is a number

    @property
    def share(self) -> float:
        """Percent, with two decimals."""
        return percent(self.voted, self.voters)

    @property
    def replaced(self) -> int:
        """How many ballots a later one of the same voter stands in for."""
        return self.ballots - self.revoked - self.voted


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One election in the list."""

    slug: str
    title: Said
    state: State
    label: Promise
    pill: str
    action: Promise
    opens: datetime
    closes: datetime
    rehearsal: bool
    turnout: Turnout

    @property
    def has_begun(self) -> bool:
        """Whether there can be ballots."""
        return self.state is not State.FROZEN

    @property
    def has_ended(self) -> bool:
        """Whether no more can come."""
        return self.state not in {State.FROZEN, State.OPEN}


def card(
    *,
    slug: str,
    title: Said,
    state: State,
    opens: datetime,
    closes: datetime,
    rehearsal: bool,
    turnout: Turnout,
) -> Card:
    """Return what the list shows of an election that is no draft."""
    label, pill, action = _WORDS[state]
    return Card(
        slug=slug,
        title=title,
        state=state,
        label=label,
        pill=pill,
        action=action,
        opens=opens,
        closes=closes,
        rehearsal=rehearsal,
        turnout=turnout,
    )


def in_order_of_interest(shown: Card) -> int:
    """Return the key that sorts what goes on before what will, and that before what is over."""
    return _INTEREST.index(shown.state)


def percent(part: int, whole: int) -> float:
    """Return part / whole in percent with two decimals; 0 of nothing is 0."""
    return round(100 * part / whole, 2) if whole else 0.0
