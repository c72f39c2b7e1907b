# SPDX-License-Identifier: AGPL-3.0-or-later
"""A payload for reading is bounded, whatever it is, and says where it was cut."""

from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.codec import canonical
from voting.presenters.payloads import LARGEST, readable


def shown(value: canonical.Value) -> str:
    text = readable(canonical.encode(value))
    assert text is not None
    return text


def test_a_small_payload_is_shown_whole() -> None:
    assert shown({"format": "x", "numbers": [1, 2]}) == (
        '{\n  "format": "x",\n  "numbers": [\n    1,\n    2\n  ]\n}'
    )


def test_a_long_text_is_cut_with_its_length() -> None:
    assert shown({"key": "a" * 97}) == '{\n  "key": "' + "a" * 64 + '… (97 characters)"\n}'


def test_a_long_list_is_cut_with_its_length() -> None:
    text = shown(list(range(100)))
    assert "… (100 items)" in text
    assert "8" not in text.replace("(100", "")


def test_many_fields_cannot_make_a_page_long() -> None:
    text = shown({f"k{index}": "x" * 60 for index in range(2000)})
    assert text.endswith("\n…")
    assert len(text) < 41_000


def test_what_is_larger_is_not_parsed() -> None:
    assert readable(b'"' + b"a" * LARGEST + b'"') is None


@given(st.binary(max_size=200))
def test_what_is_not_the_boards_json_is_not_shown(data: bytes) -> None:
    try:
        canonical.parse(data, limit=1000)
    except Exception:  # noqa: BLE001  # whatever the codec refuses
        assert readable(data) is None
