# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.crypto.errors import OutOfRange
from tally.crypto.transcript import Context, challenge

CONTEXT = Context(fingerprint=b"F" * 32, credential=b"C" * 32, supersedes=b"")


def test_the_challenge_is_the_head_of_the_hash_of_the_listed_items():
    items = (b"veritally/ballot-proof/1", b"F" * 32, b"C" * 32, b"", b"\x00\x07", b"\x01\x00")
    encoded = b"".join(len(item).to_bytes(4, "big") + item for item in items)
    expected = int.from_bytes(hashlib.sha256(encoded).digest()[:16], "big")
    assert challenge(CONTEXT, (7, 256), 2) == expected


CHANGED = {
    "fingerprint": Context(fingerprint=b"G" * 32, credential=b"C" * 32, supersedes=b""),
    "credential": Context(fingerprint=b"F" * 32, credential=b"D" * 32, supersedes=b""),
    "supersedes": Context(fingerprint=b"F" * 32, credential=b"C" * 32, supersedes=b"S" * 32),
    "fingerprint and credential swapped": Context(
        fingerprint=b"C" * 32, credential=b"F" * 32, supersedes=b""
    ),
    "bytes moved between items": Context(fingerprint=b"F" * 31, credential=b"F" + b"C" * 32, supersedes=b""),
    "credential moved to supersedes": Context(fingerprint=b"F" * 32, credential=b"", supersedes=b"C" * 32),
}


@pytest.mark.parametrize("context", CHANGED.values(), ids=CHANGED)
def test_each_item_of_the_context_changes_the_challenge(context):
    assert challenge(context, (7, 256), 2) != challenge(CONTEXT, (7, 256), 2)


NUMBERS = st.lists(st.integers(0, 2**24 - 1), max_size=4)


@given(NUMBERS, NUMBERS)
def test_every_number_its_order_and_their_count_change_the_challenge(first, second):
    same = challenge(CONTEXT, first, 3) == challenge(CONTEXT, second, 3)
    assert same == (first == second)


def test_another_width_changes_the_challenge():
    assert challenge(CONTEXT, (7,), 2) != challenge(CONTEXT, (7,), 3)


@pytest.mark.parametrize("number", [-1, 65_536])
def test_a_number_that_does_not_fit_is_refused_by_name(number):
    with pytest.raises(OutOfRange):
        challenge(CONTEXT, (number,), 2)
