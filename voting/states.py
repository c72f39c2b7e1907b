# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of an election as a pure state machine (docs/operations.md, "States").

draft → frozen → open → closed → checking → tallied → final. `closed` is the moment between the last ballot
and the closing entry; `checking` is the check period, from the closing entry to the result. It knows no
database and no clock: see elections.py.
"""

from enum import StrEnum

from voting.errors import WrongState


class State(StrEnum):
    """Where an election stands."""

    DRAFT = "draft"
    FROZEN = "frozen"
    OPEN = "open"
    CLOSED = "closed"
    CHECKING = "checking"
    TALLIED = "tallied"
    FINAL = "final"


class Action(StrEnum):
    """What moves an election on, or needs it to be in one state."""

    EDIT = "edit"
    FREEZE = "freeze"
    OPEN = "open"
    CAST = "cast"
    CLOSE = "close"
    POST_CLOSING = "post the closing entry of"
    TALLY = "start the tally of"
    RECORD_RESULT = "record the result of"
    PUBLISH = "publish"


# action -> (the state it needs, the state it leads to)
TRANSITIONS: dict[Action, tuple[State, State]] = {
    Action.EDIT: (State.DRAFT, State.DRAFT),
    Action.FREEZE: (State.DRAFT, State.FROZEN),
    Action.OPEN: (State.FROZEN, State.OPEN),
    Action.CAST: (State.OPEN, State.OPEN),
    Action.CLOSE: (State.OPEN, State.CLOSED),
    Action.POST_CLOSING: (State.CLOSED, State.CHECKING),
    Action.TALLY: (State.CHECKING, State.CHECKING),
    Action.RECORD_RESULT: (State.CHECKING, State.TALLIED),
    Action.PUBLISH: (State.TALLIED, State.FINAL),
}


def after(state: State, action: Action) -> State:
    """Return the state that `action` leads to. Raises WrongState."""
    needed, reached = TRANSITIONS[action]
    if state is not needed:
        raise WrongState(
            f"cannot {action} an election that is {state}; it must be {needed}",
            expected=needed.value,
            computed=state.value,
        )
    return reached


def is_public(state: State) -> bool:
    """Whether the election has a board for all to read."""
    return state is not State.DRAFT
