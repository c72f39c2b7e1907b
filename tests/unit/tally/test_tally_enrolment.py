# SPDX-License-Identifier: AGPL-3.0-or-later
"""The roll as it stands: who may vote after which roll changes."""

import pytest

from tally.admission import read_roll_change
from tally.crypto.errors import BadSignature
from tally.enrolment import Enrolment
from tally.errors import NotOnRoll, Revoked
from tally.record.errors import AlreadyEnrolled, ForeignRecord, RollExceedsCapacity, WrongChangeNumber
from tally.record.roll_change import RollChange
from tests.simulator import LOG_SEED, REGISTRAR_SEED, with_changes

A, B, C, D = (bytes([octet]) * 32 for octet in b"abcd")


def change(number=1, *, revoke=(), admit=()):
    return RollChange.of(election="", number=number, revoke=revoke, admit=dict(admit), reason="lost")


@pytest.fixture
def roll():
    """A was revoked for C; B is left."""
    roll = Enrolment({A: 1, B: 2}, room=5)
    roll.apply(change(revoke=[A], admit={C: 3}))
    return roll


def test_the_roll_of_an_opened_election_has_the_room_that_its_manifest_leaves(world):
    roll = world.opened.enrolment()
    assert roll.room == world.manifest.parameters.roll_capacity - world.roll.weight
    assert roll.changes == 0


def test_who_is_left_and_who_was_admitted_may_vote(roll):
    assert (roll.weight_of(B), roll.weight_of(C)) == (2, 3)
    assert (roll.room, roll.changes) == (2, 1)


def test_who_was_revoked_may_not_and_who_never_was_on_it_may_not(roll):
    with pytest.raises(Revoked):
        roll.weight_of(A)
    with pytest.raises(NotOnRoll) as refusal:
        roll.weight_of(D)
    assert not isinstance(refusal.value, Revoked)


def test_a_roll_can_be_taken_up_where_it_stands():
    roll = Enrolment({A: 1, B: 2}, room=2, admitted={C: 3}, revoked=[A], changes=1)
    assert roll.weight_of(C) == 3
    with pytest.raises(Revoked):
        roll.weight_of(A)
    roll.check_number(change(2, revoke=[B]))


@pytest.mark.parametrize("number", [1, 3])
def test_a_change_out_of_turn_is_refused(roll, number):
    with pytest.raises(WrongChangeNumber) as refusal:
        roll.check_number(change(number, revoke=[B]))
    assert (refusal.value.expected, refusal.value.computed) == (2, number)


@pytest.mark.parametrize(("credential", "error"), [(A, Revoked), (D, NotOnRoll)])
def test_only_who_is_on_the_roll_is_revoked(roll, credential, error):
    with pytest.raises(error):
        roll.check_credentials(change(2, revoke=[B, credential]))
    roll.check_credentials(change(2, revoke=[B, C]))


@pytest.mark.parametrize("credential", [A, B, C])
def test_nobody_is_admitted_who_ever_was_on_the_roll(roll, credential):
    with pytest.raises(AlreadyEnrolled):
        roll.check_credentials(change(2, admit={credential: 1, D: 1}))
    roll.check_credentials(change(2, admit={D: 1}))


def test_the_weight_ever_enrolled_has_a_bound(roll):
    roll.check_weight(change(2, revoke=[C], admit={D: 2}))
    with pytest.raises(RollExceedsCapacity):
        roll.check_weight(change(2, revoke=[C], admit={D: 3}))


def test_a_roll_without_room_admits_nobody():
    with pytest.raises(RollExceedsCapacity):
        Enrolment({A: 1}).check_weight(change(admit={B: 1}))


def test_a_roll_change_is_read_with_its_registrars_signature_alone(world):
    good = world.roll_change(revoke=[0])
    assert read_roll_change(world.opened, good.to_bytes()) == good
    with pytest.raises(BadSignature):
        read_roll_change(world.opened, good.sign(LOG_SEED).to_bytes())
    foreign = with_changes(good, election="0" * 64).sign(REGISTRAR_SEED)
    with pytest.raises(ForeignRecord):
        read_roll_change(world.opened, foreign.to_bytes())
