# SPDX-License-Identifier: AGPL-3.0-or-later
import json

import pytest

from bulletin_board import errors as board_errors
from bulletin_board.codec.canonical import encode
from tally.record import errors
from tally.record.roll_change import RollChange
from tests.vectors.record_election import REGISTRAR, election, payloads

ZERO = "A" * 43


def _with(**changes):
    return RollChange.from_bytes(encode(json.loads(payloads()["roll-change"]) | changes))


def _value():
    return json.loads(payloads()["roll-change"])


def test_the_example_replaces_one_credential_by_another():
    change = election().roll_change
    assert change.number == 1
    assert len(change.revoke) == len(change.admit) == 1
    assert change.weight == 1
    change.check_credentials()


def test_its_lists_are_sorted_however_they_are_given():
    keys = [bytes([number]) * 32 for number in (3, 1, 2)]
    change = RollChange.of(
        election=election().election, number=1, revoke=keys, admit=dict.fromkeys(keys, 1), reason="x"
    )
    assert RollChange.from_bytes(change.sign(REGISTRAR).to_bytes()).revoke == tuple(sorted(keys))


def test_revoking_alone_and_admitting_alone_are_accepted():
    assert _with(revoke=[]).admit
    assert _with(admit=[]).revoke


def test_a_change_of_nobody_is_refused():
    with pytest.raises(errors.EmptyRollChange):
        _with(revoke=[], admit=[])


@pytest.mark.parametrize("field", ["revoke", "admit"])
def test_a_credential_that_stands_twice_is_refused(field):
    with pytest.raises(errors.RepeatedVoter):
        _with(**{field: _value()[field] * 2})


@pytest.mark.parametrize(("field", "smaller"), [("revoke", ZERO), ("admit", [ZERO, 1])])
def test_credentials_out_of_order_are_refused(field, smaller):
    with pytest.raises(errors.VotersNotSorted):
        _with(**{field: [*_value()[field], smaller]})


@pytest.mark.parametrize("number", [0, -1, "1", True, 2**53])
def test_a_number_that_is_no_positive_integer_is_refused(number):
    with pytest.raises(board_errors.EncodingError):
        _with(number=number)


@pytest.mark.parametrize("reason", ["", "x" * 501, 1, ["x"]])
def test_a_reason_that_is_no_short_text_is_refused(reason):
    with pytest.raises(board_errors.EncodingError):
        _with(reason=reason)


@pytest.mark.parametrize("reason", ["x", "é" * 500, "🗳" * 500])
def test_a_reason_may_have_500_characters_of_any_script(reason):
    assert _with(reason=reason).reason == reason


@pytest.mark.parametrize("admit", [[[ZERO, 0]], [[ZERO, True]], [[ZERO]], [ZERO], [["AAAA", 1]]])
def test_an_admission_of_another_form_is_refused(admit):
    with pytest.raises(board_errors.EncodingError):
        _with(admit=admit)


@pytest.mark.parametrize("key", [bytes(32), bytes([1]) + bytes(31), b"\xff" * 32])
def test_an_unsafe_credential_is_refused_and_named(key):
    good = election().roll_change.admit[0][0]
    change = RollChange.of(
        election=election().election, number=1, revoke=(), admit={good: 1, key: 1}, reason="x"
    )
    with pytest.raises(errors.InvalidCredential) as refusal:
        change.check_credentials()
    assert refusal.value.computed == key.hex()
