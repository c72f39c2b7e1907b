# SPDX-License-Identifier: AGPL-3.0-or-later
from bulletin_board.errors import OutOfRange, RootMismatch, WrongLength


def test_an_error_shows_what_was_expected_and_what_was_computed():
    assert str(WrongLength("too long", expected=3, computed=4)) == "too long (expected 3, computed 4)"


def test_an_error_without_a_comparison_is_its_message():
    assert str(WrongLength("too long")) == "too long"


def test_long_evidence_is_shortened_in_the_message_and_kept_whole_in_the_error():
    error = RootMismatch("another root", expected=b"\1" * 32, computed="x" * 200)
    assert str(error) == f"another root (expected {'01' * 32}, computed {'x' * 100}…)"
    assert error.computed == "x" * 200


def test_a_place_is_added_in_front_and_the_kind_and_the_evidence_stay():
    error = WrongLength("too long", expected=3, computed=4).at("entry 7")
    assert type(error) is WrongLength
    assert str(error) == "entry 7: too long (expected 3, computed 4)"


def test_an_integer_too_long_to_print_does_not_raise_while_printing():
    assert str(OutOfRange("too large", expected=1, computed=10**5000)) == (
        "too large (expected 1, computed an integer of 16610 bits)"
    )
