# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.errors import (
    BoardError,
    EncodingError,
    MissingField,
    NotCanonical,
    OutOfRange,
    TimeReversed,
    TimeTooFine,
    UnknownField,
    WrongForm,
    WrongLength,
    WrongPrevious,
    WrongSequence,
    WrongType,
)
from bulletin_board.log.envelope import MAX_PAYLOAD_BYTES, NO_PREVIOUS, Envelope, check_follows, coarse

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIRST = Envelope(type="manifest", seq=0, prev=NO_PREVIOUS, time=NOON, payload_sha256="ab" * 32, payload_len=7)
SECOND = replace(FIRST, type="roll", seq=1, prev=FIRST.chain_hash())
GOOD = FIRST.to_bytes()


def test_the_bytes_are_these():
    assert GOOD == (
        b'{"payload_len":7,"payload_sha256":"' + b"ab" * 32 + b'","prev":"' + b"00" * 32 + b'","seq":0,'
        b'"time":"2026-11-22T12:00:00Z","type":"manifest","v":1}'
    )


def test_an_envelope_survives_the_round_trip():
    assert Envelope.from_bytes(GOOD) == FIRST


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b'"v":1', b'"v":2', WrongForm),
        (b'"v":1', b'"v":true', WrongType),
        (b',"v":1', b"", MissingField),
        (b'"v":1', b'"v":1,"x":1', UnknownField),
        (b'"seq":0', b'"seq":-1', OutOfRange),
        (b'"seq":0', b'"seq":"0"', WrongType),
        (b'"payload_len":7', b'"payload_len":-1', OutOfRange),
        (b'"payload_len":7', b'"payload_len":%d' % (MAX_PAYLOAD_BYTES + 1), OutOfRange),
        (b"abab", b"ABAB", WrongForm),
        (b"abab", b"ab", WrongLength),
        (b"manifest", b"Manifest", WrongForm),
        (b"manifest", b"", WrongForm),
        (b"12:00:00Z", b"12:00:01Z", TimeTooFine),
        (b"12:00:00Z", b"12:01:00Z", TimeTooFine),
        (b"12:00:00Z", b"12:00:00+00:00", WrongForm),
        (b'{"payload_len"', b'{ "payload_len"', NotCanonical),
    ],
)
def test_a_changed_envelope_is_refused(old, new, expected):
    assert old in GOOD
    with pytest.raises(expected):
        Envelope.from_bytes(GOOD.replace(old, new, 1))


@given(st.integers(0, len(GOOD) * 8 - 1))
def test_any_bit_flip_is_refused_or_breaks_the_chain(position):
    flipped = bytearray(GOOD)
    flipped[position // 8] ^= 1 << position % 8
    try:
        found = Envelope.from_bytes(bytes(flipped))
        check_follows(None, found)
    except BoardError:
        return
    with pytest.raises(WrongPrevious):
        check_follows(found, SECOND)


def test_entries_follow_one_another():
    check_follows(None, FIRST)
    check_follows(FIRST, SECOND)
    check_follows(FIRST, replace(SECOND, time=NOON + timedelta(minutes=5)))


@pytest.mark.parametrize(
    ("previous", "change", "expected"),
    [
        (None, {"seq": 1}, WrongSequence),
        (None, {"prev": "ab" * 32}, WrongPrevious),
        (FIRST, {"seq": 0}, WrongSequence),
        (FIRST, {"seq": 2}, WrongSequence),
        (FIRST, {"prev": NO_PREVIOUS}, WrongPrevious),
        (FIRST, {"prev": SECOND.chain_hash()}, WrongPrevious),
        (FIRST, {"time": NOON - timedelta(minutes=5)}, TimeReversed),
    ],
)
def test_an_entry_out_of_order_is_refused(previous, change, expected):
    with pytest.raises(expected):
        check_follows(previous, replace(FIRST if previous is None else SECOND, **change))


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_coarse_time_is_at_most_five_minutes_back(moment):
    found = coarse(moment)
    assert timedelta() <= moment - found < timedelta(minutes=5)
    assert coarse(found) == found


def test_a_coarse_time_is_in_utc():
    there = timezone(timedelta(hours=5, minutes=45))
    assert coarse(datetime(2026, 11, 22, 17, 48, 59, tzinfo=there)) == NOON


def test_a_time_without_a_zone_has_no_coarse_time():
    with pytest.raises(WrongForm):
        coarse(NOON.replace(tzinfo=None))


@given(st.binary(max_size=100))
def test_no_bytes_make_the_parser_raise_anything_but_a_named_error(data):
    with pytest.raises(EncodingError):
        Envelope.from_bytes(data)
