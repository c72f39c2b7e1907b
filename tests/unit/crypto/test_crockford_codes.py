# SPDX-License-Identifier: AGPL-3.0-or-later
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.crypto import crockford, errors
from tally.crypto.crockford import ALPHABET, CHECK_ALPHABET, Kind

VALUE = bytes.fromhex("0123456789abcdeffedcba98765432")
kinds = st.sampled_from(Kind)


def format_code(value, kind=Kind.CHECK):
    return crockford.format_code(value, kind)


def parse_code(text, kind=Kind.CHECK):
    return crockford.parse_code(text, kind)


CODE = format_code(VALUE)
values = st.binary(min_size=15, max_size=15)


@given(values, kinds, st.integers(0, 24), st.sampled_from(CHECK_ALPHABET))
def test_any_single_wrong_character_is_noticed(value, kind, position, other):
    symbols = format_code(value, kind).replace("-", "")
    altered = symbols[:position] + other + symbols[position + 1 :]
    if altered == symbols:
        assert parse_code(altered, kind) == value
    elif position < 24 and other == "U":
        with pytest.raises(errors.ForbiddenCodeCharacter):
            parse_code(altered, kind)
    else:
        with pytest.raises((errors.WrongCheckCharacter, errors.ForbiddenCodeCharacter)):
            parse_code(altered, kind)


@given(values, st.integers(0, 22))
def test_any_exchange_of_two_different_neighbours_is_noticed(value, position):
    symbols = format_code(value).replace("-", "")
    first, second = symbols[position : position + 2]
    altered = symbols[:position] + second + first + symbols[position + 2 :]
    if first == second:
        assert parse_code(altered) == value
    else:
        with pytest.raises(errors.WrongCheckCharacter):
            parse_code(altered)


@pytest.mark.parametrize("character", "Uu*~$=!?/+_.é\uff10\u0660\u0131\u017f\u212a\u0391\x00")
def test_a_character_outside_the_alphabet_is_refused_with_its_position(character):
    with pytest.raises(errors.ForbiddenCodeCharacter) as refusal:
        parse_code(CODE[:5] + character + CODE[6:])
    assert refusal.value.computed == 5


@pytest.mark.parametrize("character", "!é\uff10\u212a\u017f\x00")
def test_a_check_character_outside_its_alphabet_is_refused(character):
    with pytest.raises(errors.ForbiddenCodeCharacter):
        parse_code(CODE[:-1] + character)


@pytest.mark.parametrize("text", ["", "-", "0", CODE[:-1], CODE[:-2], CODE + "0", CODE + CODE, "0" * 24])
def test_too_few_or_too_many_characters_are_refused(text):
    with pytest.raises(errors.WrongCodeLength):
        parse_code(text)


def test_a_flood_of_separators_is_refused_before_it_is_read():
    with pytest.raises(errors.WrongCodeLength):
        parse_code(CODE + " " * 1_000)


@pytest.mark.parametrize("separator", ["_", ".", "/", "\u200b", "\u2014", "\u3000", "\u00ad"])
def test_other_separators_are_not_forgiven(separator):
    with pytest.raises((errors.WrongCodeLength, errors.ForbiddenCodeCharacter)):
        parse_code(CODE.replace("-", separator))


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_a_named_refusal(text):
    try:
        value = parse_code(text)
    except (errors.WrongCodeLength, errors.ForbiddenCodeCharacter, errors.WrongCheckCharacter):
        return
    assert len(value) == 15


@given(values, st.integers(0, 23))
def test_a_refusal_never_repeats_what_was_typed(value, position):
    symbols = format_code(value).replace("-", "")
    typed = symbols[:position] + "!" + symbols[position + 1 :]
    for text in (typed, symbols[:-1], symbols[:-1] + CHECK_ALPHABET[CHECK_ALPHABET.index(symbols[-1]) - 1]):
        with pytest.raises(errors.CryptoError) as refusal:
            parse_code(text)
        shown = f"{refusal.value} {refusal.value.expected} {refusal.value.computed}"
        shown += "".join(traceback.format_exception_only(refusal.value))
        assert symbols[:8] not in shown
        assert refusal.value.__context__ is None


@pytest.mark.parametrize("length", [0, 14, 16])
def test_another_number_of_octets_has_no_code(length):
    with pytest.raises(errors.BadCodeValue):
        format_code(bytes(length))


@given(values, kinds)
def test_a_code_reads_back_as_its_value(value, kind):
    assert parse_code(format_code(value, kind), kind) == value


@given(values, kinds, kinds)
def test_a_code_of_one_kind_is_never_one_of_the_other(value, kind, other):
    if kind is other:
        return
    with pytest.raises(errors.WrongCheckCharacter) as refusal:
        parse_code(format_code(value, kind), other)
    assert refusal.value.computed is kind


def test_a_slip_that_makes_no_code_of_either_kind_names_none():
    with pytest.raises(errors.WrongCheckCharacter) as refusal:
        parse_code("0000-0000-0000-0000-0000-0000-1")
    assert refusal.value.computed is None


@given(values)
def test_case_spaces_hyphens_and_lookalikes_are_forgiven(value):
    code = format_code(value)
    body, check = code[:-1], code[-1]
    assert parse_code(code.lower()) == value
    assert parse_code(code.replace("-", "")) == value
    assert parse_code(f"\t {code.replace('-', ' ')}\r\n") == value
    assert parse_code(code.replace("-", "\u2011")) == value
    assert parse_code(body.replace("0", "O").replace("1", "I") + check) == value
    assert parse_code(body.replace("0", "o").replace("1", "l") + check) == value
    assert parse_code(body.replace("1", "L").replace("-", "\u2013") + check) == value
    assert parse_code(body + check.replace("0", "o").replace("1", "i")) == value


def test_a_code_has_six_groups_of_four_and_a_check_character():
    assert format_code(bytes(15)) == "0000-0000-0000-0000-0000-0000-0"
    assert format_code(bytes(15), Kind.VOTING) == "0000-0000-0000-0000-0000-0000-J"
    assert format_code(b"\xff" * 15) == "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-" + CHECK_ALPHABET[(2**120 - 1) % 37]
    assert len(ALPHABET) == 32
    assert not set("ILOU") & set(ALPHABET)
