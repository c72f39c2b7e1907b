# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib

import pytest
from gmpy2 import mpz

from tally.crypto import parameters
from tally.crypto.errors import OutOfRange, ParameterError
from tally.crypto.parameters import PublicKey, check_modulus_bits, derive_base, response_bits


@pytest.mark.parametrize("bits", [2048, 3072])
def test_the_two_sizes_are_allowed(bits):
    check_modulus_bits(bits)


@pytest.mark.parametrize("bits", [0, -3072, 512, 1024, 2047, 3071, 3073, 4096])
def test_any_other_size_is_refused(bits):
    with pytest.raises(ParameterError) as caught:
        check_modulus_bits(bits)
    assert caught.value.computed == bits


def test_the_test_size_needs_the_explicit_switch():
    check_modulus_bits(1024, allow_test_modulus=True)
    with pytest.raises(ParameterError):
        check_modulus_bits(512, allow_test_modulus=True)


def test_the_base_is_the_2n_th_power_of_a_hash_of_n(key):
    n = int(key.n)
    encoded = b"\x00\x00\x00\x0dveritally/h/1" + (128).to_bytes(4, "big") + n.to_bytes(128, "big")
    u = int.from_bytes(hashlib.shake_256(encoded).digest(128 + 16), "big") % n
    assert key.base == pow(u, 2 * n, n * n)


def test_the_base_encrypts_zero(key, dealt):
    assert dealt.oracle.decrypt(key.base) == 0


def test_the_base_of_another_modulus_is_another(key):
    assert derive_base(key.n + 2) % key.n != key.base % key.n


def test_a_plain_integer_gives_the_same_key(key):
    assert PublicKey.from_modulus(int(key.n)) == key


@pytest.mark.parametrize("n", [0, 1, 2, -1, -15, 16, 2**1024, mpz(0)])
def test_an_even_or_degenerate_modulus_is_refused_by_name(n):
    with pytest.raises(ParameterError):
        PublicKey.from_modulus(n)


def test_a_base_that_is_no_unit_is_refused(monkeypatch):
    # A colluding dealer could grind a small factor of n until it divides u.
    monkeypatch.setattr(parameters, "hash_to_residue", lambda *_: mpz(21))
    with pytest.raises(ParameterError):
        derive_base(7 * 1009)


def test_sizes_follow_from_the_modulus(key):
    assert (key.bits, key.randomness_bits, key.width) == (1024, 512, 256)


def test_randomness_is_rounded_up_to_half_the_modulus():
    assert PublicKey.from_modulus(2**8 + 3).randomness_bits == 5


@pytest.mark.parametrize(("coefficients", "more"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (2**53, 53)])
def test_responses_grow_with_the_logarithm_of_the_coefficients(coefficients, more):
    assert response_bits(3072, coefficients) == 1536 + more + 128 + 128


@pytest.mark.parametrize("coefficients", [0, -1])
def test_a_statement_without_coefficients_is_refused(coefficients):
    with pytest.raises(OutOfRange):
        response_bits(3072, coefficients)
