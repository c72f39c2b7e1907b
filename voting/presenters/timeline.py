# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of an election as a list of steps, each done, going on, or still to come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voting.states import State


class Place(StrEnum):
    """Where a step is, seen from the present."""

    DONE = "done"
    NOW = "now"
    TO_COME = "to-come"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; `moment` is when it began or is due to begin, where that is known."""

    state: State
    title: Promise
    text: Promise
    place: Place
    moment: datetime | None


_STEPS: tuple[tuple[State, Promise, Promise], ...] = (
    (State.DRAFT, _("Preparation"), _("Questions, voters and trustees are put together.")),
    (State.FROZEN, _("Everything is fixed"), _("Rules, roll and key are on the board and cannot change.")),
    (State.OPEN, _("Voting"), _("Sealed ballots arrive on the board.")),
    (State.CLOSED, _("Voting ends"), _("No more ballots are taken.")),
    (State.CHECKING, _("Check and count"), _("Voters check; then the trustees open the sum.")),
    (State.TALLIED, _("Result"), _("The result is on the board, with its proofs.")),
    (State.FINAL, _("Final"), _("The record is complete. Anyone can verify all of it.")),
)

_ORDER = tuple(state for state, _title, _text in _STEPS)


def timeline(
    state: State, *, opens: datetime, closes: datetime, opened: datetime | None, closed: datetime | None
) -> tuple[Step, ...]:
    """Return the steps of an election that is now in `state`; what happened goes before what was planned."""
    moments = {State.OPEN: opened or opens, State.CLOSED: closed or closes}
    return tuple(
        Step(state=step, title=title, text=text, place=_place(step, state), moment=moments.get(step))
        for step, title, text in _STEPS
    )


def _place(step: State, now: State) -> Place:
    if now is State.FINAL or _ORDER.index(step) < _ORDER.index(now):
        return Place.DONE
    return Place.NOW if step is now else Place.TO_COME
