# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest
from gmpy2 import mpz
from hypothesis import given
from hypothesis import strategies as st

from tally.crypto.errors import NotAUnit
from tally.crypto.fixed_base import FixedBase

MODULUS = 1009 * 2003


@given(st.integers(-(2**80), 2**80), st.integers(1, 8))
def test_a_table_gives_the_powers_that_pow_gives(exponent, window):
    assert FixedBase(5, MODULUS, window=window).power(exponent) == pow(5, exponent, MODULUS)


@given(st.lists(st.integers(0, 2**60), min_size=1, max_size=6))
def test_a_table_that_grows_stays_right(exponents):
    table = FixedBase(mpz(7), mpz(MODULUS))
    assert [table.power(mpz(e)) for e in exponents] == [pow(7, e, MODULUS) for e in exponents]


def test_a_base_above_the_modulus_is_reduced():
    assert FixedBase(5 + MODULUS, MODULUS).power(1) == 5


def test_a_negative_power_of_a_non_unit_is_refused_by_name():
    with pytest.raises(NotAUnit):
        FixedBase(1009, MODULUS).power(-1)


def test_a_table_says_which_exponents_it_covers():
    table = FixedBase(5, MODULUS)
    assert table.covers(0)
    assert not table.covers(1)
    table.power(1 << 15)
    assert table.covers(2**16 - 1)
    assert not table.covers(2**16)


def test_a_table_that_was_made_beforehand_covers_what_it_was_made_for_and_is_right():
    table = FixedBase(5, MODULUS)
    table.reserve(33)
    assert table.covers(2**40 - 1)
    assert not table.covers(2**40)
    assert table.power(2**33) == pow(5, 2**33, MODULUS)


class _Interrupting:
    """A modulus whose first reductions let "another thread" grow the same table in between."""

    table: FixedBase
    left = 3

    def __rmod__(self, value) -> mpz:
        if self.left:
            self.left -= 1
            self.table.power((1 << 40) - 1 >> 8 * self.left)
        return value % MODULUS


def test_threads_that_grow_one_table_together_leave_it_right():
    modulus = _Interrupting()
    modulus.table = table = FixedBase(5, modulus)
    assert table.power(2**23 + 77) == pow(5, 2**23 + 77, MODULUS)
    assert table.power(2**90 - 1) == pow(5, 2**90 - 1, MODULUS)
    assert modulus.left == 0
