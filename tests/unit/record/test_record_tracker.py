# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.crypto import errors
from tally.record.tracker import format_check_code, parse_check_code

DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(DIGESTS)
def test_a_check_code_finds_its_tracker(tracker):
    code = format_check_code(tracker)
    assert len(code) == 6 * 5 + 1
    assert tracker.startswith(parse_check_code(code))
    assert len(parse_check_code(code)) == 30


@given(DIGESTS, st.integers(120, 255))
def test_bits_after_the_first_120_do_not_show(tracker, bit):
    changed = f"{int(tracker, 16) ^ 1 << 255 - bit:064x}"
    assert format_check_code(changed) == format_check_code(tracker)


@given(DIGESTS, st.integers(0, 119))
def test_each_of_the_first_120_bits_shows(tracker, bit):
    changed = f"{int(tracker, 16) ^ 1 << 255 - bit:064x}"
    assert format_check_code(changed) != format_check_code(tracker)


def test_a_code_with_a_wrong_character_is_refused():
    code = format_check_code("00" * 32)
    assert code == "0000-0000-0000-0000-0000-0000-0"
    with pytest.raises(errors.WrongCheckCharacter):
        parse_check_code("1" + code[1:])
    with pytest.raises(errors.WrongCodeLength):
        parse_check_code(code[:-1])
