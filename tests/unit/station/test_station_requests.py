# SPDX-License-Identifier: AGPL-3.0-or-later
"""What comes out of the queue is text from nobody in particular."""

import pytest

from tally.station.errors import MalformedRequest, UnknownPhase
from tally.station.request import read_request

GOOD = {
    "request": "00000000-0000-0000-0000-000000000001",
    "election": "a" * 64,
    "phase": "share",
    "acknowledgements": ["{}"],
}


def test_a_request_is_read():
    found = read_request(GOOD)
    assert (found.number, found.phase, found.acknowledgements) == (GOOD["request"], "share", (b"{}",))


@pytest.mark.parametrize(
    "change",
    [
        {"request": "1"},
        {"request": GOOD["request"] + "\n"},
        {"request": None},
        {"election": "A" * 64},
        {"election": "a" * 63},
        {"election": b"a" * 64},
        {"phase": 1},
        {"acknowledgements": "{}"},
        {"acknowledgements": {"0": "{}"}},
        {"acknowledgements": [1]},
        {"acknowledgements": ["x" * 1025]},
        {"acknowledgements": ["{}"] * 16},
        {"acknowledgements": ["é"]},
        {"acknowledgements": ["\x00"]},
        {"phase": "acknowledge"},
        {"board": "http://elsewhere.example/"},
        {"ciphertext": "AA"},
    ],
)
def test_another_form_is_refused(change):
    with pytest.raises(MalformedRequest):
        read_request(GOOD | change)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_argument_is_refused(name):
    with pytest.raises(MalformedRequest):
        read_request({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize("phase", ["", "decrypt", "share ", "SHARE"])
def test_another_phase_is_refused(phase):
    with pytest.raises(UnknownPhase):
        read_request(GOOD | {"phase": phase})


def test_the_digest_covers_what_is_asked_and_not_the_number():
    asked = read_request(GOOD).digest
    assert read_request(GOOD | {"request": "00000000-0000-0000-0000-000000000002"}).digest == asked
    assert read_request(GOOD | {"election": "b" * 64}).digest != asked
    assert read_request(GOOD | {"acknowledgements": []}).digest != asked
    assert read_request(GOOD | {"phase": "acknowledge", "acknowledgements": []}).digest != asked
