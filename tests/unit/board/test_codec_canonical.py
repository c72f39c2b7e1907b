# SPDX-License-Identifier: AGPL-3.0-or-later
import json
from collections import OrderedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.codec import canonical
from bulletin_board.codec.canonical import MAX_INTEGER, encode, parse
from bulletin_board.errors import (
    EncodingError,
    ForbiddenKey,
    ForbiddenNumber,
    ForbiddenText,
    ForbiddenValue,
    InputTooLarge,
    TooDeep,
)
from tests.unit.board.board_vectors import error, load

VECTORS = load("canonical_json.json")
LIMIT = 65_536

letters = st.characters(min_codepoint=0x20, max_codepoint=0x17F, exclude_categories=["Cc", "Cs"])
texts = st.text(letters, max_size=8)
values = st.recursive(
    st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.from_regex(r"[a-z][a-z0-9_-]{0,5}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=12,
)


def named(case):
    return case["name"]


@pytest.mark.parametrize("case", VECTORS["accepted"], ids=named)
def test_canonical_bytes_parse_and_encode_to_themselves(case):
    data = bytes.fromhex(case["hex"])
    assert encode(parse(data, limit=LIMIT)) == data


@pytest.mark.parametrize("case", VECTORS["refused"], ids=named)
def test_other_bytes_are_refused_by_name(case):
    with pytest.raises(error(case["error"])) as caught:
        parse(bytes.fromhex(case["hex"]), limit=LIMIT)
    assert type(caught.value) is error(case["error"])


@given(values)
def test_every_value_survives_the_round_trip(value):
    assert parse(encode(value), limit=1 << 20) == value


@given(values)
def test_the_bytes_are_what_any_json_reader_understands(value):
    assert json.loads(encode(value)) == value


@given(st.binary(max_size=64))
def test_no_bytes_get_past_the_parser_unless_canonical(data):
    try:
        value = parse(data, limit=LIMIT)
    except EncodingError:
        return
    assert encode(value) == data


@given(values, st.data())
def test_a_changed_byte_is_refused_or_is_another_value(value, data):
    good = encode(value)
    position = data.draw(st.integers(0, len(good) - 1))
    changed = bytearray(good)
    changed[position] ^= data.draw(st.integers(1, 255))
    try:
        found = parse(bytes(changed), limit=1 << 20)
    except EncodingError:
        return
    assert encode(found) == changed != good


def test_the_size_is_compared_before_anything_is_parsed():
    with pytest.raises(InputTooLarge) as caught:
        parse(b"\xff" * 11, limit=10)
    assert caught.value.computed == 11


@pytest.mark.parametrize("value", [None, 1.0, b"", (), {1}, float("nan")], ids=repr)
def test_a_value_of_another_type_is_not_encoded(value):
    with pytest.raises(ForbiddenValue):
        encode([value])


def test_subclasses_are_not_encoded_for_they_could_print_themselves_differently():
    class Text(str):
        __slots__ = ()

    for value in (Text("a"), OrderedDict(a=1)):
        with pytest.raises(ForbiddenValue):
            encode(value)


@pytest.mark.parametrize("key", ["", "A", "1", "__proto__", "a b", "é", "a\n", 1, None, ("a",)], ids=repr)
def test_a_key_of_another_form_is_not_encoded(key):
    with pytest.raises(ForbiddenKey):
        encode({key: 1})


@pytest.mark.parametrize("value", [MAX_INTEGER + 1, -MAX_INTEGER - 1, 10**5000], ids=int.bit_length)
def test_an_integer_beyond_the_exact_range_is_not_encoded(value):
    with pytest.raises(ForbiddenNumber):
        encode(value)


@pytest.mark.parametrize("text", ["\ud800", "\u202e", "\x00", "e\u0301", "\ufeff"], ids=ascii)
def test_a_forbidden_string_is_not_encoded(text):
    with pytest.raises(ForbiddenText):
        encode({"a": text})


def test_a_list_that_holds_itself_is_too_deep():
    endless: list[canonical.Value] = []
    endless.append(endless)
    with pytest.raises(TooDeep):
        encode(endless)
