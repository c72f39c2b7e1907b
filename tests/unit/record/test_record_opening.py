# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib
import json

import pytest

from bulletin_board.codec.canonical import encode
from bulletin_board.errors import EncodingError
from tally.record import errors
from tally.record.fingerprint import election_fingerprint
from tally.record.opening import Opening
from tests.vectors.record_election import election, payloads

DIGESTS = {name: hashlib.sha256(payloads()[name]).hexdigest() for name in ("manifest", "roll", "key")}


def test_the_fingerprint_is_one_hash_over_the_three_payloads():
    joined = b"".join(hashlib.sha256(payloads()[name]).digest() for name in ("manifest", "roll", "key"))
    expected = hashlib.sha256(b"veritally/election/1\n" + joined).hexdigest()
    assert election_fingerprint(**DIGESTS) == election().opening.fingerprint == expected
    election().opening.check(**DIGESTS)


def test_a_fingerprint_of_other_payloads_is_refused():
    for name in (*DIGESTS, "fingerprint"):
        value = json.loads(payloads()["open"]) | {name: "00" * 32}
        with pytest.raises(errors.FingerprintMismatch):
            Opening.from_bytes(encode(value))


@pytest.mark.parametrize("name", DIGESTS)
def test_an_opening_that_names_other_payloads_than_the_boards_is_refused(name):
    other = Opening.of(**(DIGESTS | {name: "00" * 32}), booth="b0" * 32)
    with pytest.raises(errors.OpeningMismatch, match=name):
        other.check(**DIGESTS)


def test_swapping_two_payloads_changes_the_fingerprint():
    swapped = DIGESTS | {"roll": DIGESTS["key"], "key": DIGESTS["roll"]}
    assert election_fingerprint(**swapped) != election_fingerprint(**DIGESTS)


def test_the_booth_is_named_and_is_no_part_of_the_fingerprint():
    openings = [Opening.of(**DIGESTS, booth=booth) for booth in ("ab" * 32, "cd" * 32)]
    assert openings[0].fingerprint == openings[1].fingerprint
    assert [Opening.from_bytes(opening.to_bytes()).booth for opening in openings] == ["ab" * 32, "cd" * 32]


@pytest.mark.parametrize("booth", ["", "ab" * 31, "AB" * 32, "ab" * 33])
def test_a_booth_that_is_no_digest_is_refused(booth):
    value = json.loads(payloads()["open"]) | {"booth": booth}
    with pytest.raises(EncodingError):
        Opening.from_bytes(encode(value))
