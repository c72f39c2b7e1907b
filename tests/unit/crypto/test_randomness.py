# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib
import hmac

import pytest

from tally.crypto.errors import OutOfRange
from tally.crypto.randomness import Draws

SEED = bytes(range(32))


def _hkdf(seed, info, length):
    """RFC 5869 with SHA-256, written out."""
    prk = hmac.digest(b"veritally/ballot-seed/1", seed, hashlib.sha256)
    blocks, last, counter = b"", b"", 0
    while len(blocks) < length:
        counter += 1
        last = hmac.digest(prk, last + info + bytes([counter]), hashlib.sha256)
        blocks += last
    return blocks[:length]


def test_a_draw_is_hkdf_of_its_name():
    assert Draws(SEED).draw("t", (3, 10), 512) == int.from_bytes(_hkdf(SEED, b"t/0/3/10", 64), "big")


@pytest.mark.parametrize("bits", [1, 7, 9, 128, 509])
def test_surplus_bits_fall_off_at_the_lower_end(bits):
    octets = _hkdf(SEED, b"s/0/0", -(-bits // 8))
    assert Draws(SEED).draw("s", (0,), bits) == int.from_bytes(octets, "big") >> -bits % 8


def test_a_redraw_changes_every_draw():
    first, second = Draws(SEED), Draws(SEED).redraw()
    assert second == Draws(SEED, 1)
    for name, index in (("s", (0,)), ("t", (0, 1)), ("e", (2, 3))):
        assert first.draw(name, index, 128) != second.draw(name, index, 128)


def test_no_two_names_share_their_octets():
    draws = Draws(SEED)
    names = [
        ("s", (1,)),
        ("s", (11,)),
        ("t", (1, 1)),
        ("t", (11,)),
        ("t", (1, 11)),
        ("t", (11, 1)),
        ("e", (1, 1)),
    ]
    assert len({draws.draw(name, index, 128) for name, index in names}) == len(names)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(length):
    with pytest.raises(OutOfRange) as caught:
        Draws(bytes(length))
    assert caught.value.computed == length


def test_a_seed_is_not_shown():
    assert repr(Draws(SEED)) == str(Draws(SEED)) == "Draws(…)"
