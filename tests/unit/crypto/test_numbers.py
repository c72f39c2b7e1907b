# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib
from math import gcd, prod

import pytest
from gmpy2 import mpz
from hypothesis import given
from hypothesis import strategies as st

from tally.crypto import numbers
from tally.crypto.errors import NotAUnit, OutOfRange, ParameterError

N = 35 * 1009


@given(st.integers(0, 2**64 - 1))
def test_bytes_of_fixed_width_give_the_number_back(number):
    assert int.from_bytes(numbers.to_bytes(mpz(number), 8), "big") == number


@pytest.mark.parametrize("number", [-1, 256, mpz(-1), mpz(256), 1 << 5000])
def test_a_number_that_does_not_fit_is_refused_by_name(number):
    with pytest.raises(OutOfRange):
        numbers.to_bytes(number, 1)


@given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
def test_different_sequences_never_share_an_encoding(first, second):
    assert (numbers.items(first) == numbers.items(second)) == (first == second)


def test_hashing_to_a_residue_is_shake_256_of_the_items():
    encoded = b"\x00\x00\x00\x01a\x00\x00\x00\x02bc"
    expected = int.from_bytes(hashlib.shake_256(encoded).digest(2 + 16), "big") % 1009
    assert numbers.hash_to_residue(1009, (b"a", b"bc")) == expected


@pytest.mark.parametrize("modulus", [1, 0, -1, -(2**1024)])
def test_there_is_no_residue_of_a_degenerate_modulus(modulus):
    with pytest.raises(ParameterError):
        numbers.hash_to_residue(modulus, (b"a",))


@given(st.lists(st.integers(1, N - 1), max_size=5))
def test_a_product_is_a_product(values):
    assert numbers.product(values, N) == prod(values) % N


@given(st.lists(st.integers(0, N), max_size=5))
def test_units_are_refused_exactly_when_one_shares_a_factor(values):
    if all(gcd(value, N) == 1 for value in values):
        numbers.check_units(values, N)
    else:
        with pytest.raises(NotAUnit):
            numbers.check_units(values, N)


@given(st.integers(1, N - 1), st.integers(-50, 50))
def test_powers_of_any_sign_agree_with_the_built_in_power(base, exponent):
    if exponent < 0 and gcd(base, N) != 1:
        with pytest.raises(NotAUnit):
            numbers.power(base, exponent, N)
    else:
        assert numbers.power(base, exponent, N) == pow(base, exponent, N)


@pytest.mark.parametrize("value", [0, 5, 7, N, mpz(35)])
def test_the_inverse_of_what_has_none_is_refused_by_name(value):
    with pytest.raises(NotAUnit):
        numbers.inverse(value, N)


@given(st.lists(st.integers(1, N - 1).filter(lambda value: gcd(value, N) == 1), max_size=6))
def test_inverses_together_are_the_inverses_singly(values):
    assert numbers.inverses(values, N) == tuple(pow(value, -1, N) for value in values)


def test_one_value_without_an_inverse_spoils_them_all():
    with pytest.raises(NotAUnit):
        numbers.inverses((2, 5, 3), N)
