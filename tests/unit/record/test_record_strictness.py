# SPDX-License-Identifier: AGPL-3.0-or-later
"""No two spellings of a record, and nothing but the named refusals, whatever the bytes are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_readers import NAMES, REFUSALS, key_of, read

from bulletin_board import errors as board_errors
from bulletin_board.codec.canonical import encode
from tests.vectors.record_election import payloads

_ODD_VALUES = (0, 1, -1, 2**53 - 1, True, False, "", "0", "A", "00" * 32, [], [0], {}, {"format": "x"})
_SMALL = tuple(name for name in NAMES if name != "key")


def _must_be_refused_or_say_something_else(name, data):
    try:
        record = read(name, data)
    except REFUSALS:
        return
    assert record.to_bytes() == data
    if key_of(name):
        with pytest.raises(REFUSALS):
            record.check_signature(key_of(name), checked=True)


@given(name=st.sampled_from(NAMES), data=st.data())
def test_a_flipped_bit_is_refused_or_gives_another_record_that_nobody_signed(name, data):
    good = bytearray(payloads()[name])
    place = data.draw(st.integers(0, len(good) * 8 - 1))
    good[place // 8] ^= 1 << place % 8
    _must_be_refused_or_say_something_else(name, bytes(good))


@given(name=st.sampled_from(NAMES), data=st.data())
def test_bytes_that_end_early_or_late_are_refused(name, data):
    good = payloads()[name]
    cut = data.draw(st.integers(0, len(good) - 1))
    for bad in (good[:cut], good + good[cut:], good + b"\n", b" " + good):
        with pytest.raises(board_errors.EncodingError):
            read(name, bad)


@given(name=st.sampled_from(_SMALL), data=st.data())
def test_a_value_put_in_another_place_or_of_another_type_is_refused_or_gives_another_record(name, data):
    value = json.loads(payloads()[name])
    holder, key = data.draw(st.sampled_from(list(_places(value))))
    new = data.draw(st.sampled_from(_ODD_VALUES))
    if type(new) is type(holder[key]) and new == holder[key]:
        return
    holder[key] = new
    _must_be_refused_or_say_something_else(name, encode(value))


@pytest.mark.parametrize("name", NAMES)
def test_every_missing_field_is_refused(name):
    for index in range(_count_objects(payloads()[name])):
        for key in _object(payloads()[name], index)[1]:
            value, holder = _object(payloads()[name], index)
            del holder[key]
            if holder or index:
                with pytest.raises(REFUSALS):
                    read(name, encode(value))


@pytest.mark.parametrize("name", NAMES)
def test_every_unknown_field_is_refused(name):
    for index in range(_count_objects(payloads()[name])):
        value, holder = _object(payloads()[name], index)
        holder["zz"] = "extra"
        with pytest.raises(REFUSALS):
            read(name, encode(value))


@pytest.mark.parametrize("name", NAMES)
def test_another_version_or_kind_is_refused(name):
    good = json.loads(payloads()[name])
    for text in (good["format"][:-1] + "2", good["format"].upper(), "", "veritally/unknown/1"):
        with pytest.raises(board_errors.WrongForm, match="format"):
            read(name, encode(good | {"format": text}))


@pytest.mark.parametrize("name", NAMES)
def test_a_record_that_is_no_object_is_refused(name):
    for value in ([], "text", 1, True):
        with pytest.raises(board_errors.WrongType):
            read(name, encode(value))


@pytest.mark.parametrize("name", NAMES)
def test_a_record_of_another_kind_is_refused(name):
    for other in NAMES:
        if other.partition("-")[0] != name.partition("-")[0]:
            with pytest.raises(REFUSALS):
                read(name, payloads()[other])


@pytest.mark.parametrize("name", NAMES)
def test_an_oversized_record_is_refused_before_it_is_parsed(name):
    with pytest.raises(board_errors.InputTooLarge):
        read(name, b"[" * (64 * 1024 * 1024 + 1))


def _places(value):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items):
        yield value, key
        yield from _places(item)


def _objects(value):
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(item)


def _count_objects(data):
    return len(list(_objects(json.loads(data))))


def _object(data, index):
    value = json.loads(data)
    return value, list(_objects(value))[index]
