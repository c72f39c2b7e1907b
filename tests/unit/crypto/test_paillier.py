# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.crypto.errors import NotAUnit, OutOfRange
from tally.crypto.paillier import combine, encrypt, g_power
from tally.crypto.phe_oracle import PublicOracle
from tests.keys import dealt_key_1024, public_key_1024

KEY = public_key_1024()
PLAINTEXTS = st.integers(0, int(KEY.n) - 1)
RANDOMNESS = st.integers(0, 2**512 - 1)


@settings(deadline=None, max_examples=25)
@given(PLAINTEXTS, RANDOMNESS)
def test_phe_decrypts_our_ciphertexts(plaintext, randomness):
    assert dealt_key_1024().oracle.decrypt(encrypt(KEY, plaintext, randomness)) == plaintext


@settings(deadline=None, max_examples=15)
@given(PLAINTEXTS, PLAINTEXTS, RANDOMNESS, RANDOMNESS)
def test_the_sum_that_phe_forms_is_ours(first, second, r, s):
    a, b = encrypt(KEY, first, r), encrypt(KEY, second, s)
    ours = combine(KEY, (a, b), ((0, 1), (1, 1)))
    assert PublicOracle(KEY.n).add(a, b) == ours
    assert dealt_key_1024().oracle.decrypt(ours) == (first + second) % KEY.n


@settings(deadline=None, max_examples=15)
@given(PLAINTEXTS, PLAINTEXTS, st.integers(-(2**60), 2**60), st.integers(-(2**60), 2**60))
def test_coefficients_of_any_sign_multiply_the_plaintexts(first, second, a, b):
    ciphertexts = (encrypt(KEY, first, 5), encrypt(KEY, second, 7))
    combined = combine(KEY, ciphertexts, ((0, a), (1, b)))
    assert dealt_key_1024().oracle.decrypt(combined) == (a * first + b * second) % KEY.n


def test_ciphertexts_of_phe_add_to_ours(dealt):
    theirs = PublicOracle(KEY.n).encrypt(30)
    assert dealt.oracle.decrypt(combine(KEY, (theirs, encrypt(KEY, 12, 9)), ((0, 1), (1, 1)))) == 42


def test_one_ciphertext_may_stand_in_two_terms(dealt):
    ciphertext = encrypt(KEY, 5, 11)
    assert dealt.oracle.decrypt(combine(KEY, (ciphertext,), ((0, 2), (0, -1)))) == 5


def test_no_terms_and_zero_coefficients_combine_to_one():
    assert combine(KEY, (), ()) == 1
    assert combine(KEY, (mpz(4),), ((0, 0),)) == 1


@given(st.integers(-(2**1100), 2**1100))
def test_a_power_of_g_is_what_pow_gives(exponent):
    assert g_power(KEY, exponent) == pow(1 + KEY.n, exponent, KEY.modulus)


@pytest.mark.parametrize("plaintext", [-1, KEY.n, KEY.n + 1, int(KEY.n)])
def test_a_plaintext_outside_its_range_is_refused(plaintext):
    with pytest.raises(OutOfRange):
        encrypt(KEY, plaintext, 1)


@pytest.mark.parametrize("randomness", [-1, 1 << 512, mpz(1) << 900])
def test_randomness_outside_its_range_is_refused(randomness):
    with pytest.raises(OutOfRange):
        encrypt(KEY, 1, randomness)


def test_dividing_by_a_non_unit_is_refused_by_name():
    with pytest.raises(NotAUnit):
        combine(KEY, (KEY.n,), ((0, -1),))


def test_the_oracle_shows_no_secret(dealt, factors):
    p, q = factors
    assert not any(str(prime) in repr(dealt.oracle) + repr(dealt) for prime in (p, q, int(p), int(q)))
