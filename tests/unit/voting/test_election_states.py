# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from voting.errors import WrongState
from voting.states import TRANSITIONS, Action, State, after, is_public

LIFE = (
    (Action.FREEZE, State.FROZEN),
    (Action.OPEN, State.OPEN),
    (Action.CAST, State.OPEN),
    (Action.CLOSE, State.CLOSED),
    (Action.POST_CLOSING, State.CHECKING),
    (Action.TALLY, State.CHECKING),
    (Action.RECORD_RESULT, State.TALLIED),
    (Action.PUBLISH, State.FINAL),
)
FORBIDDEN = [(state, action) for state in State for action in Action if TRANSITIONS[action][0] is not state]


def test_an_election_lives_from_draft_to_final():
    state = State.DRAFT
    for action, reached in LIFE:
        state = after(state, action)
        assert state is reached


@pytest.mark.parametrize(("state", "action"), FORBIDDEN)
def test_any_other_step_is_refused_by_name(state, action):
    with pytest.raises(WrongState) as refused:
        after(state, action)
    assert refused.value.expected == TRANSITIONS[action][0].value
    assert refused.value.computed == state.value


def test_nothing_follows_the_final_state():
    assert all(needed is not State.FINAL for needed, _ in TRANSITIONS.values())


def test_only_a_draft_has_no_public_board():
    assert [state for state in State if not is_public(state)] == [State.DRAFT]
