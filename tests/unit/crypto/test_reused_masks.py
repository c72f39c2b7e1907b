# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a precomputed power enters one challenge hash only: the same masks twice reveal s, hence the vote."""

from dataclasses import replace

from tally.crypto.membership import prove
from tally.crypto.paillier import encrypt, g_power
from tally.crypto.randomness import Draws
from tests.proofs import CONTEXT, seed, variable

STATEMENT = variable(0, 1, 1 << 8, 1 << 16)
CHOSEN = 1 << 8


def _extract(first, second):
    """s from two proofs with the same masks: Δz = s·Δe in the one branch where e differs."""
    for e, f, z, w in zip(
        first.statements[0].challenges,
        second.statements[0].challenges,
        first.statements[0].responses,
        second.statements[0].responses,
        strict=True,
    ):
        if e != f:
            return (z - w) // (e - f)
    raise AssertionError


def _vote(key, ciphertext, s):
    return next(v for v in STATEMENT.values if encrypt(key, v, s) == ciphertext)


def test_the_same_seed_in_two_contexts_reveals_the_vote(key):
    claim, first, _ = prove(key, CONTEXT, (STATEMENT,), (CHOSEN,), seed(0))
    moved = replace(CONTEXT, supersedes=b"\x08" * 32)
    _, second, _ = prove(key, moved, (STATEMENT,), (CHOSEN,), seed(0))
    s = _extract(first, second)
    assert s == seed(0).draw("s", (0,), key.randomness_bits)
    assert _vote(key, claim.ciphertexts[0], s) == CHOSEN


class _FreshSecret(Draws):
    """Masks as before, s from elsewhere: what a careless pool would give after an error."""

    def draw(self, name, index, bits):
        draws = seed("elsewhere") if name == "s" else seed(0)
        return draws.draw(name, index, bits)


def test_reusing_only_the_masks_is_no_better(key):
    # Two secrets: the branch of the vote is where the sub-challenges differ, and equation 4 proves it.
    claim, first, _ = prove(key, CONTEXT, (STATEMENT,), (CHOSEN,), seed(0))
    other, second, _ = prove(key, CONTEXT, (STATEMENT,), (CHOSEN,), _FreshSecret(bytes(32)))
    differences = [
        (e, f, z - w)
        for e, f, z, w in zip(
            first.statements[0].challenges,
            second.statements[0].challenges,
            first.statements[0].responses,
            second.statements[0].responses,
            strict=True,
        )
    ]
    # C^e · C'^-f · g^{-v(e − f)} = h^{z − w} only for the branch of the vote, v = its value
    c, d = claim.ciphertexts[0], other.ciphertexts[0]
    votes = [
        v
        for v, (e, f, z) in zip(STATEMENT.values, differences, strict=True)
        if e != f
        and pow(c, e, key.modulus) * pow(d, -f, key.modulus) * g_power(key, -v * (e - f)) % key.modulus
        == key.powers.power(z)
    ]
    assert votes == [CHOSEN]


def test_a_redraw_shares_nothing_with_the_first_attempt(key):
    _, first, _ = prove(key, CONTEXT, (STATEMENT,), (CHOSEN,), seed(0))
    moved = replace(CONTEXT, supersedes=b"")
    claim, second, _ = prove(key, moved, (STATEMENT,), (CHOSEN,), seed(0).redraw())
    guess = abs(_extract(first, second)) % 2**key.randomness_bits
    assert all(encrypt(key, v, guess) != claim.ciphertexts[0] for v in STATEMENT.values)
