# SPDX-License-Identifier: AGPL-3.0-or-later
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.codec.fields import (
    HEX_INTEGER_DIGITS,
    Fields,
    hex_integer,
    hex_integer_text,
    number_text,
    octets_text,
)
from bulletin_board.errors import (
    EncodingError,
    MissingField,
    NotBase64,
    NotHexInteger,
    OutOfRange,
    UnknownField,
    WrongForm,
    WrongLength,
    WrongType,
)

READERS = {
    "text": lambda fields: fields.text("x"),
    "integer": lambda fields: fields.integer("x", 0, 9),
    "boolean": lambda fields: fields.boolean("x"),
    "hex": lambda fields: fields.hex("x", 4),
    "digest": lambda fields: fields.digest("x"),
    "identifier": lambda fields: fields.identifier("x"),
    "octets": lambda fields: fields.octets("x", 4),
    "number": lambda fields: fields.number("x", 4),
    "time": lambda fields: fields.time("x"),
    "constant": lambda fields: fields.constant("x", "veritally/manifest/1"),
    "object": lambda fields: fields.object("x"),
    "items": lambda fields: fields.items("x"),
    "objects": lambda fields: fields.objects("x"),
    "strings": lambda fields: fields.strings("x"),
}
GOOD = {
    "text": ("é", "é"),
    "integer": (9, 9),
    "boolean": (True, True),
    "hex": ("00ff", "00ff"),
    "digest": ("0a" * 32, "0a" * 32),
    "identifier": ("a-1", "a-1"),
    "octets": ("AAAAAQ", b"\0\0\0\1"),
    "number": ("AAAAAQ", 1),
    "time": ("2026-11-22T21:45:00Z", datetime(2026, 11, 22, 21, 45, tzinfo=UTC)),
    "constant": ("veritally/manifest/1", None),
    "items": ([1, "a"], [1, "a"]),
    "strings": (["a", "b"], ("a", "b")),
}
BAD = [
    ("text", "", WrongLength),
    ("text", "a" * 4097, WrongLength),
    ("integer", -1, OutOfRange),
    ("integer", 10, OutOfRange),
    ("hex", "00f", WrongLength),
    ("hex", "00FF", WrongForm),
    ("hex", "0x00", WrongForm),
    ("hex", "00f ", WrongForm),
    ("hex", "00f\u0661", WrongForm),
    ("digest", "0a" * 31, WrongLength),
    ("digest", "0A" * 32, WrongForm),
    ("identifier", "", WrongForm),
    ("identifier", "-a", WrongForm),
    ("identifier", "A", WrongForm),
    ("identifier", "a_b", WrongForm),
    ("identifier", "a\n", WrongForm),
    ("identifier", "a" * 65, WrongForm),
    ("octets", "AAAAA", WrongLength),
    ("octets", "AAAAAR", NotBase64),
    ("number", "AAAAAA==", WrongLength),
    ("number", "AAAA+A", NotBase64),
    ("time", "2026-11-22", WrongForm),
    ("constant", "veritally/manifest/2", WrongForm),
    ("objects", [{}, 1], WrongType),
    ("strings", ["a", 1], WrongType),
    ("strings", ["a", ""], WrongLength),
]
SCALARS = ["a", 1, True, [], {}]


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_field_is_read(kind):
    value, expected = GOOD[kind]
    fields = Fields({"x": value}, "record")
    assert READERS[kind](fields) == expected
    fields.done()


@pytest.mark.parametrize("kind", READERS)
def test_a_missing_field_is_named(kind):
    with pytest.raises(MissingField, match=re.escape("record.x: missing field")):
        READERS[kind](Fields({"y": 1}, "record"))


@pytest.mark.parametrize("kind", READERS)
def test_a_value_of_another_type_is_refused(kind):
    kinds = {"integer": int, "boolean": bool, "object": dict, "items": list, "objects": list, "strings": list}
    for value in SCALARS:
        if type(value) is not kinds.get(kind, str):
            with pytest.raises(WrongType, match=r"^record\.x: another type"):
                READERS[kind](Fields({"x": value}, "record"))


@pytest.mark.parametrize(("kind", "value", "expected"), BAD)
def test_a_bad_value_is_refused_and_its_path_named(kind, value, expected):
    with pytest.raises(expected, match=r"^record\.x") as caught:
        READERS[kind](Fields({"x": value}, "record"))
    assert type(caught.value) is expected


def test_an_unknown_field_is_refused_and_named():
    fields = Fields({"x": 1, "y": 2, "z": 3}, "record")
    fields.integer("x", 0)
    with pytest.raises(UnknownField, match=r"record\.y: unknown field"):
        fields.done()


@pytest.mark.parametrize("value", [[], "", 1, True])
def test_something_other_than_an_object_has_no_fields(value):
    with pytest.raises(WrongType, match="record: another type"):
        Fields(value, "record")


def test_paths_lead_through_objects_and_arrays():
    ballot = Fields({"contests": [{"challenge": "a"}, {"challenge": ""}]}, "ballot")
    first, second = ballot.objects("contests")
    assert first.text("challenge") == "a"
    with pytest.raises(WrongLength, match=re.escape("ballot.contests[1].challenge: empty")):
        second.text("challenge")
    with pytest.raises(WrongLength, match=re.escape("ballot.rules.name.")):
        Fields({"rules": {"name": {"en": ""}}}, "ballot").object("rules").object("name").text("en")


@pytest.mark.parametrize("items", [[], [1], [1, 2, 3, 4]])
def test_too_few_and_too_many_items_are_refused(items):
    with pytest.raises(OutOfRange):
        Fields({"x": items}, "record").items("x", low=2, high=3)


def test_an_empty_string_is_read_where_it_is_allowed():
    assert Fields({"x": ""}, "record").text("x", empty=True) == ""
    assert Fields({"x": [""]}, "record").strings("x", empty=True) == ("",)


@pytest.mark.parametrize(("value", "expected"), [(True, 1), (1, True), ("1", 1), (0, False)])
def test_a_constant_of_another_type_is_refused(value, expected):
    with pytest.raises(WrongType):
        Fields({"x": value}, "record").constant("x", expected)


@given(st.integers(0, 2**64 - 1))
def test_a_number_survives_the_round_trip(number):
    assert Fields({"x": number_text(number, 8)}, "record").number("x", 8) == number


@pytest.mark.parametrize("number", [-1, 256, 2**4000])
def test_a_number_that_does_not_fit_its_width_is_not_written(number):
    with pytest.raises(OutOfRange):
        number_text(number, 1)


@given(st.binary(max_size=20))
def test_octets_survive_the_round_trip(data):
    assert Fields({"x": octets_text(data)}, "record").octets("x", len(data)) == data


@given(st.integers() | st.integers(-(2**3072), 2**3072))
def test_an_integer_of_any_size_survives_the_round_trip(number):
    assert hex_integer(hex_integer_text(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "-0",
        "00",
        "01",
        "-01",
        "+1",
        "0x1",
        "A",
        "1_0",
        " 1",
        "1 ",
        "1\n",
        "g",
        "\u0661",
        "--1",
        1,
        None,
    ],
    ids=repr,
)
def test_another_spelling_of_a_hexadecimal_integer_is_refused(text):
    with pytest.raises(NotHexInteger):
        hex_integer(text)


def test_a_hexadecimal_integer_of_too_many_digits_is_refused():
    assert hex_integer("f" * HEX_INTEGER_DIGITS) > 0
    with pytest.raises(NotHexInteger):
        hex_integer("f" * (HEX_INTEGER_DIGITS + 1))


@pytest.mark.parametrize("kind", READERS)
@given(value=st.recursive(st.booleans() | st.integers() | st.text(), st.lists, max_leaves=3))
def test_no_value_makes_a_reader_raise_anything_but_a_named_error(kind, value):
    try:
        READERS[kind](Fields({"x": value}, "record"))
    except EncodingError as error:
        assert str(error).startswith("record.x")  # noqa: PT017  # either outcome is right
