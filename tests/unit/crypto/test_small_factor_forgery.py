# SPDX-License-Identifier: AGPL-3.0-or-later
"""All trustees collude and choose n with a factor of 13 bits: a ballot proof can be forged.

The forged plaintext differs from an allowed one by a multiple of n/p, so the certificate (no small factors)
and the headroom (no bits above the last slot) both stop it: docs/spec/protocol.md, "Headroom".
"""

import pytest
from gmpy2 import mpz, next_prime

from tally.contests.counters import unpack
from tally.contests.errors import StrayBits
from tally.contests.program import Program, Variable
from tally.crypto.certificate import Certificate, verify_certificate
from tally.crypto.errors import CertificateError
from tally.crypto.membership import (
    BallotProof,
    Claim,
    StatementProof,
    absolute,
    coefficient_sum,
    verify_compact,
)
from tally.crypto.paillier import encrypt, g_power
from tally.crypto.parameters import HEADROOM_BITS, PublicKey, response_bits
from tally.crypto.phe_oracle import PrivateOracle
from tally.crypto.transcript import challenge
from tests.proofs import CONTEXT, seed, variable

SMALL = mpz(8191)
BIG = next_prime(mpz(1) << 500)
KEY = PublicKey.from_modulus(SMALL * BIG)
STATEMENT = variable(0, 0, 1)
PLAINTEXT = 1 + 5000 * BIG  # ≡ 1 modulo the big factor, the value of the second branch


def _forge():
    """Prove that PLAINTEXT is 0 or 1, in about as many tries as the small factor is great."""
    draws = seed("forger")
    s = draws.draw("s", (0,), KEY.randomness_bits)
    bits = response_bits(KEY.bits, coefficient_sum(STATEMENT)) - 1
    first_mask, mask = draws.draw("t", (0,), bits), draws.draw("t", (1,), bits)
    first_e = draws.draw("e", (0,), 128)
    c = encrypt(KEY, PLAINTEXT, s)
    # Branch 0 is simulated. In branch 1, v − m = −5000·BIG: only e modulo SMALL matters, and 77 is the guess.
    first = KEY.powers.power(first_mask) * g_power(KEY, (0 - PLAINTEXT) * first_e) % KEY.modulus
    second = KEY.powers.power(mask) * g_power(KEY, (1 - PLAINTEXT) * 77) % KEY.modulus
    for tries in range(20 * int(SMALL)):
        commitments = (absolute(first, KEY.modulus), absolute(second, KEY.modulus))
        e = challenge(CONTEXT, (c, *commitments), KEY.width)
        second_e = (e - first_e) % 2**128
        if second_e % SMALL == 77:
            part = StatementProof(
                challenges=(first_e, second_e),
                responses=(first_mask + s * first_e, mask + tries + s * second_e),
            )
            claim = Claim(context=CONTEXT, ciphertexts=(c,), statements=(STATEMENT,))
            return claim, BallotProof(challenge=e, statements=(part,))
        second = second * KEY.base % KEY.modulus
    raise AssertionError


@pytest.fixture(scope="module")
def forged():
    return _forge()


def test_the_forged_proof_verifies(forged):
    verify_compact(KEY, *forged)


def test_the_certificate_refuses_such_a_modulus():
    empty = Certificate(nth_roots=(1,) * 8, square_roots=(1,) * 128)
    big = BIG
    while SMALL * big % 8 != 1:
        big = next_prime(big)
    n = SMALL * big
    with pytest.raises(CertificateError, match="prime factor"):
        verify_certificate(n, n.bit_length(), b"", empty)


def test_the_forged_vote_has_bits_far_above_its_slots(forged):
    claim, _ = forged
    plaintext = PrivateOracle(SMALL, BIG).decrypt(claim.ciphertexts[0])
    assert plaintext == PLAINTEXT
    assert plaintext.bit_length() > KEY.bits - HEADROOM_BITS


def test_the_tally_refuses_the_plaintext(forged):
    program = Program(variables=(Variable(domain=(0, 1), counters=1),), constraints=())
    with pytest.raises(StrayBits):
        unpack(program, [int(PLAINTEXT)], counter_bits=20, modulus_bits=KEY.bits)


def test_no_multiple_of_the_big_factor_hides_in_the_slots():
    limit = 1 << KEY.bits - HEADROOM_BITS
    assert all((v + k * BIG) % KEY.n >= limit for v in (0, 1) for k in (1, 2, SMALL // 2, SMALL - 1))
