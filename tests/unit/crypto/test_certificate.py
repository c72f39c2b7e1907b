# SPDX-License-Identifier: AGPL-3.0-or-later
"""The certificate of n, and makers of bad moduli who know all factors and show every root that exists."""

import itertools
from dataclasses import replace
from math import prod

import gmpy2
import pytest
from gmpy2 import mpz

from tally.crypto import certificate as module
from tally.crypto.certificate import (
    NTH_ROOTS,
    SQUARE_ROOTS,
    Certificate,
    root_target,
    square_target,
    verify_certificate,
)
from tally.crypto.errors import CertificateError
from tests.keys import CONTEXT, dealt_key_1024

DEALT = dealt_key_1024()
N = DEALT.key.n
GOOD = DEALT.certificate
EMPTY = Certificate(nth_roots=(1,) * NTH_ROOTS, square_roots=(1,) * SQUARE_ROOTS)


def _refused(match, n=N, bits=1024, context=CONTEXT, certificate=GOOD):
    with pytest.raises(CertificateError, match=match):
        verify_certificate(n, bits, context, certificate)


def _prime(start, residue, modulus=8):
    """The first prime from `start` up that is `residue` modulo `modulus`."""
    candidate = mpz(start) + (residue - start) % modulus
    while not gmpy2.is_prime(candidate):
        candidate += modulus
    return candidate


def _combined(residues, primes):
    """The residue modulo the product that the Chinese remainder theorem gives."""
    n = prod(primes)
    return sum(r * (n // p) * pow(n // p, -1, p) for r, p in zip(residues, primes, strict=True)) % n


def _square_root(value, p):
    """A square root modulo p ≢ 1 mod 8, or None."""
    candidate = pow(value, (p + 1) // 4 if p % 4 == 3 else (p + 3) // 8, p)
    for root in (candidate, candidate * pow(mpz(2), (p - 1) // 4, p) % p):
        if root * root % p == value % p:
            return root
    return None


def _best_effort(primes, context):
    """Every root that exists modulo the product of distinct primes; 1 in place of the others."""
    n = prod(primes)

    def nth_root(target):
        parts = []
        for p in primes:
            order = p - 1
            while (common := gmpy2.gcd(order, n)) != 1:
                order //= common
            parts.append(pow(target, pow(n, -1, order), p))
        return _combined(parts, primes)

    def square_root(target):
        for value in (target, n - target):
            parts = [_square_root(value, p) for p in primes]
            if None not in parts:
                return _combined(parts, primes)
        return 1

    return Certificate(
        nth_roots=tuple(int(nth_root(root_target(n, context, j))) for j in range(NTH_ROOTS)),
        square_roots=tuple(int(square_root(square_target(n, context, j))) for j in range(SQUARE_ROOTS)),
    )


def test_the_certificate_of_a_dealt_key_is_accepted():
    verify_certificate(N, 1024, CONTEXT, GOOD)


def test_plain_and_gmp_integers_are_accepted_alike():
    mpzs = Certificate(
        nth_roots=tuple(map(mpz, GOOD.nth_roots)), square_roots=tuple(map(mpz, GOOD.square_roots))
    )
    verify_certificate(int(N), 1024, CONTEXT, mpzs)


def test_the_maker_in_these_tests_certifies_a_good_modulus():
    # So that the refusals below are the modulus' fault and not the maker's.
    primes = (_prime(2**255 + 10**9, 7), _prime(2**256 - 10**12, 7))
    verify_certificate(prod(primes), 511, CONTEXT, _best_effort(primes, CONTEXT))
    primes = (_prime(2**255 + 10**9, 3), _prime(2**256 - 10**12, 3))
    verify_certificate(prod(primes), 511, CONTEXT, _best_effort(primes, CONTEXT))


# Bad moduli


@pytest.mark.parametrize("bits", [512, 1023, 1025, 2048, 3072])
def test_a_modulus_of_another_size_than_promised_is_refused(bits):
    _refused("promised size", bits=bits)


def test_an_even_modulus_is_refused():
    _refused("1 modulo 8", n=N + 1)


@pytest.mark.parametrize("residues", [(3, 7), (5, 7), (1, 3), (1, 5)])
def test_a_modulus_that_is_not_1_modulo_8_is_refused(residues):
    primes = [_prime(2**255 + 10**k, residue) for k, residue in enumerate(residues)]
    _refused("1 modulo 8", n=prod(primes), bits=511, certificate=EMPTY)


def test_a_prime_is_refused():
    p = _prime(2**511, 1)
    _refused("n is prime", n=p, bits=512, certificate=_best_effort((p,), CONTEXT))


@pytest.mark.parametrize("power", [2, 3, 4])
def test_a_prime_power_is_refused(power):
    n = _prime(2**200 + 10**6, 7 if power % 2 == 0 else 1) ** power
    _refused("perfect power", n=n, bits=n.bit_length(), certificate=EMPTY)


@pytest.mark.parametrize("small", [7, 71, 8191, 65_519])
def test_a_modulus_with_a_small_factor_is_refused(small):
    n = small * _prime(2**500, pow(small, -1, 8))
    _refused("prime factor below 2\\^16", n=n, bits=n.bit_length(), certificate=EMPTY)


def test_trial_division_reaches_exactly_to_the_bound():
    primes = module._small_primes()
    assert primes % 65_521 == 0  # the greatest prime below 2^16
    assert primes % 65_537 != 0


def test_a_factor_just_above_that_bound_is_certified():
    # Nothing forbids it: protocol.md, "Headroom", is what the tally stands on here.
    primes = (_prime(65_600, 7), _prime(2**494 + 10**9, 7))
    n = prod(primes)
    verify_certificate(n, n.bit_length(), CONTEXT, _best_effort(primes, CONTEXT))


def test_three_prime_factors_are_refused():
    # n ≡ 1 modulo 8 of three primes needs one ≡ 1 modulo 4; of ±g only half have roots then.
    primes = (_prime(2**170 + 10**6, 5), _prime(2**171 + 10**6, 7), _prime(2**172 + 10**6, 3))
    n = prod(primes)
    assert n % 8 == 1
    _refused("square root", n=n, bits=n.bit_length(), certificate=_best_effort(primes, CONTEXT))


def test_four_prime_factors_are_refused():
    primes = tuple(_prime(2**128 + 10**k, 7) for k in (6, 7, 8, 9))
    n = prod(primes)
    _refused("square root", n=n, bits=n.bit_length(), certificate=_best_effort(primes, CONTEXT))


def test_two_factors_that_are_1_modulo_4_are_refused():
    primes = (_prime(2**255 + 10**6, 5), _prime(2**255 + 10**9, 5))
    n = prod(primes)
    _refused("square root", n=n, bits=n.bit_length(), certificate=_best_effort(primes, CONTEXT))


def test_a_modulus_that_shares_a_factor_with_phi_is_refused():
    # q = 2kp + 1: a ciphertext would have many plaintexts, and only one ρ in p has an n-th root.
    p = _prime(2**200 + 10**6, 7)
    q = next(q for k in itertools.count(2**100) if (q := 2 * k * p + 1) % 8 == 7 and gmpy2.is_prime(q))
    n = p * q
    assert gmpy2.gcd(n, (p - 1) * (q - 1)) == p
    _refused("n-th root", n=n, bits=n.bit_length(), certificate=_best_effort((p, q), CONTEXT))


def test_a_squared_factor_is_refused():
    p, q = _prime(2**200 + 10**6, 7), _prime(2**220, 1)
    n = p * p * q
    inverse = pow(n, -1, (p - 1) * (q - 1))  # n-th roots modulo p·q: the best there is
    roots = tuple(int(pow(root_target(n, CONTEXT, j), inverse, n)) for j in range(NTH_ROOTS))
    _refused("n-th root", n=n, bits=n.bit_length(), certificate=replace(EMPTY, nth_roots=roots))


@pytest.mark.parametrize("n", [0, 1, -1, -7, 9, 17, -(2**511)])
def test_a_degenerate_modulus_is_refused_by_name(n):
    with pytest.raises(CertificateError):
        verify_certificate(n, abs(n).bit_length(), CONTEXT, EMPTY)


@pytest.mark.parametrize("number", range(8))
def test_a_negative_modulus_is_refused_by_name(number):
    with pytest.raises(CertificateError):
        verify_certificate(-(N + number), 1024, CONTEXT, GOOD)


# Bad certificates


@pytest.mark.parametrize("context", [b"", b"another election", CONTEXT + b"\x00"])
def test_the_certificate_of_another_context_is_refused(context):
    _refused("n-th root 0", context=context)


def test_the_certificate_of_another_modulus_is_refused():
    other = _prime(2**511 + 10**6, 7) * _prime(2**512 - 10**12, 7)
    _refused("n-th root 0", n=other, bits=other.bit_length())


@pytest.mark.parametrize("count", [0, 1, 7, 9])
def test_another_number_of_nth_roots_is_refused(count):
    roots = (GOOD.nth_roots * 2)[:count]
    _refused("short", certificate=replace(GOOD, nth_roots=roots))


@pytest.mark.parametrize("count", [0, 1, 64, 127, 129])
def test_another_number_of_square_roots_is_refused(count):
    roots = (GOOD.square_roots * 2)[:count]
    _refused("short", certificate=replace(GOOD, square_roots=roots))


def _replaced(roots, index, value):
    return (*roots[:index], value, *roots[index + 1 :])


@pytest.mark.parametrize("index", [0, 7])
def test_every_nth_root_is_checked(index):
    y = GOOD.nth_roots[index]
    for wrong in (y + 1, N - y, y + N, y - N, -y, 0, 1, N):
        certificate = replace(GOOD, nth_roots=_replaced(GOOD.nth_roots, index, wrong))
        _refused(f"n-th root {index}", certificate=certificate)


@pytest.mark.parametrize("index", [0, 64, 127])
def test_every_square_root_is_checked(index):
    s = GOOD.square_roots[index]
    for wrong in (s + 1, s + N, s - N, -s, 0, 1, N):
        certificate = replace(GOOD, square_roots=_replaced(GOOD.square_roots, index, wrong))
        _refused(f"square root {index}", certificate=certificate)


def test_challenges_chosen_by_the_prover_are_refused():
    # Roots first, challenges after: y^n and s² of the prover's own y and s.
    own = Certificate(nth_roots=tuple(range(2, 10)), square_roots=tuple(range(2, 130)))
    _refused("n-th root 0", certificate=own)
    _refused("square root 0", certificate=replace(GOOD, square_roots=own.square_roots))


def test_one_root_repeated_or_moved_is_refused():
    repeated = replace(GOOD, nth_roots=(GOOD.nth_roots[0],) * NTH_ROOTS)
    _refused("n-th root 1", certificate=repeated)
    moved = replace(GOOD, square_roots=(*GOOD.square_roots[1:], GOOD.square_roots[0]))
    _refused("square root 0", certificate=moved)


def test_the_challenges_depend_on_modulus_context_and_index():
    targets = {
        target(n, context, index)
        for target in (root_target, square_target)
        for n in (N, N + 2)
        for context in (b"a", b"b")
        for index in (0, 1)
    }
    assert len(targets) == 16


def test_every_square_challenge_has_jacobi_symbol_one():
    assert all(gmpy2.jacobi(square_target(N, CONTEXT, j), N) == 1 for j in range(SQUARE_ROOTS))


def test_two_different_roots_of_one_challenge_are_never_shown():
    # They would give a factor. Another dealing of the same n shows the same power of the same challenge.
    assert dealt_key_1024(trustees=5, threshold=3).certificate == GOOD
