# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.codec import base64std, base64url
from bulletin_board.errors import NotBase64, WrongLength


@given(st.binary(max_size=40))
def test_base64url_survives_the_round_trip(data):
    assert base64url.decode(base64url.encode(data), len(data)) == data


@given(st.binary(max_size=40))
def test_base64_survives_the_round_trip(data):
    assert base64std.decode(base64std.encode(data)) == data


def test_base64url_uses_its_own_alphabet_and_no_padding():
    assert base64url.encode(b"\xfb\xff\xfe\xff") == "-__-_w"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("AAAAAA==", 4),
        ("AAAAA", 4),
        ("AAAAAAA", 4),
        ("", 1),
        ("AAAA", 0),
        ("AA\n", 1),
    ],
)
def test_base64url_of_another_length_is_refused(text, length):
    with pytest.raises(WrongLength):
        base64url.decode(text, length)


@pytest.mark.parametrize(
    "text",
    ["AAAAA=", "AAAAA/", "AAAAA+", "AAAAA ", "AAAA\n\n", " AAAAA", "AAAAA\u0661", "A" * 5 + "é", "======"],
)
def test_base64url_of_another_alphabet_is_refused(text):
    with pytest.raises(NotBase64):
        base64url.decode(text, 4)


@given(st.binary(min_size=1, max_size=32).filter(lambda data: len(data) % 3 != 0), st.data())
def test_slack_bits_are_refused(data, draw):
    text = base64url.encode(data)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    slack = 4 if len(data) % 3 == 1 else 2
    added = draw.draw(st.integers(1, (1 << slack) - 1))
    changed = text[:-1] + alphabet[alphabet.index(text[-1]) + added]
    with pytest.raises(NotBase64):
        base64url.decode(changed, len(data))


@pytest.mark.parametrize(
    "text", ["A", "AA", "AA=", "AB==", "AAB=", "AA==\n", " AA==", "AA==AA==", "-_AA", "é", "===="]
)
def test_base64_with_another_spelling_is_refused(text):
    with pytest.raises(NotBase64):
        base64std.decode(text)
