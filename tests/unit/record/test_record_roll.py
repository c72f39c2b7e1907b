# SPDX-License-Identifier: AGPL-3.0-or-later
import json

import pytest

from bulletin_board import errors as board_errors
from bulletin_board.codec.canonical import encode
from bulletin_board.codec.fields import octets_text
from tally.crypto import ed25519
from tally.crypto.errors import BadSignature
from tally.record import errors
from tally.record.roll import Roll, weight_in
from tests.vectors.record_election import ELECTION_ID, REGISTRAR, election, payloads


def _with(**changes):
    return Roll.from_bytes(encode(json.loads(payloads()["roll"]) | changes))


def _voters():
    return json.loads(payloads()["roll"])["voters"]


def test_a_good_roll_is_accepted_and_gives_each_weight():
    roll = election().roll
    roll.check(election().manifest)
    roll.check_credentials()
    assert roll.weight == 3
    assert sorted(roll.weights().values()) == [1, 2]


def test_a_roll_without_voters_is_refused():
    with pytest.raises(board_errors.OutOfRange):
        _with(voters=[], count=0, weight=0)


def test_voters_out_of_order_are_refused():
    with pytest.raises(errors.VotersNotSorted):
        _with(voters=_voters()[::-1])


def test_a_voter_who_stands_twice_is_refused():
    with pytest.raises(errors.RepeatedVoter):
        _with(voters=[_voters()[0]] * 2)


def test_a_count_other_than_the_registrars_is_refused():
    with pytest.raises(errors.VoterCountMismatch):
        _with(count=3)


def test_a_total_weight_that_is_not_the_sum_is_refused():
    with pytest.raises(errors.WeightMismatch):
        _with(weight=4)


@pytest.mark.parametrize("weight", [0, -1, "1", True, [1], {}])
def test_a_weight_that_is_no_positive_integer_is_refused(weight):
    voters = _voters()
    voters[0][1] = weight
    with pytest.raises(board_errors.WrongType):
        _with(voters=voters)


@pytest.mark.parametrize("voter", [[], ["x"], "x", 1, ["x", 1, 1], [1, 1], {"a": 1}])
def test_a_voter_of_another_form_is_refused(voter):
    with pytest.raises(board_errors.WrongType):
        _with(voters=[voter, *_voters()])


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "=" * 43, "A" * 42 + "B", "A" * 42 + "é"])
def test_a_credential_that_is_not_32_octets_is_refused(key):
    with pytest.raises(board_errors.EncodingError):
        _with(voters=[[key, 1], *_voters()])


@pytest.mark.parametrize("key", [bytes(32), bytes([1]) + bytes(31), b"\xff" * 32])
def test_an_unsafe_credential_is_refused_and_named(key):
    roll = Roll.of(ELECTION_ID, election().roll.weights() | {key: 1})
    place = [credential for credential, _ in roll.voters].index(key)
    with pytest.raises(errors.InvalidCredential, match=f"voter {place}") as refusal:
        roll.check_credentials()
    assert refusal.value.computed == key.hex()


def test_a_roll_of_another_election_is_refused():
    roll = Roll.of("ff" * 16, election().roll.weights()).sign(REGISTRAR)
    with pytest.raises(errors.ForeignRecord):
        roll.check(election().manifest)


def test_a_roll_heavier_than_the_manifest_allows_is_refused():
    key = ed25519.public_key(bytes(32))
    roll = Roll.of(ELECTION_ID, election().roll.weights() | {key: 8}).sign(REGISTRAR)
    with pytest.raises(errors.RollExceedsCapacity) as refusal:
        roll.check(election().manifest)
    assert refusal.value.computed == 11


def test_a_roll_signed_by_anyone_else_is_refused():
    roll = Roll.of(ELECTION_ID, election().roll.weights()).sign(bytes(32))
    with pytest.raises(BadSignature):
        roll.check(election().manifest)


def test_a_voter_added_after_signing_is_refused():
    key = ed25519.public_key(bytes(32))
    voters = sorted([*election().roll.voters, (key, 1)])
    roll = _with(voters=[[octets_text(found), weight] for found, weight in voters], count=3, weight=4)
    with pytest.raises(BadSignature):
        roll.check(election().manifest)


def test_one_weight_is_found_without_reading_the_roll():
    data = payloads()["roll"]
    found = {key: weight_in(data, key) for key in election().roll.weights()}
    assert found == election().roll.weights()


@pytest.mark.parametrize("key", [bytes(32), b"", REGISTRAR])
def test_who_is_not_on_the_roll_has_no_weight(key):
    assert weight_in(payloads()["roll"], key) is None
