# SPDX-License-Identifier: AGPL-3.0-or-later
from math import prod

import pytest
from gmpy2 import mpz
from hypothesis import given
from hypothesis import strategies as st

from tally.crypto import multiexp
from tally.crypto.errors import OutOfRange
from tally.crypto.multiexp import best_straus, bucket_cost, multi_power, plan_buckets

MODULUS = 1009 * 2003
TERMS = st.lists(st.tuples(st.integers(0, 3 * MODULUS), st.integers(0, 2**70)), max_size=12)


def _naive(terms):
    return prod(pow(base, exponent, MODULUS) for base, exponent in terms) % MODULUS


@given(TERMS, st.booleans())
def test_a_product_of_powers_is_what_pow_gives(terms, big):
    number = mpz if big else int
    bases, exponents = [number(b) for b, _ in terms], [number(e) for _, e in terms]
    assert multi_power(bases, exponents, number(MODULUS)) == _naive(terms)


@given(TERMS)
def test_buckets_give_what_pow_gives(terms):
    terms = [(mpz(b), mpz(e)) for b, e in terms if e]
    if terms:
        windows = plan_buckets(sorted(e.bit_length() for _, e in terms))
        assert multiexp._buckets(terms, windows, mpz(MODULUS)) == _naive(terms)


@given(TERMS, st.integers(1, 7))
def test_interleaved_windows_give_what_pow_gives(terms, width):
    terms = [(mpz(b), mpz(e)) for b, e in terms if e]
    if terms:
        assert multiexp._straus(terms, width, mpz(MODULUS)) == _naive(terms)


def test_many_bases_take_the_bucket_method(monkeypatch):
    monkeypatch.setattr(multiexp, "_straus", None)
    bases = range(2, 902)
    assert multi_power(bases, [3**80] * 900, MODULUS) == _naive([(b, 3**80) for b in bases])


def test_few_bases_take_the_interleaved_method(monkeypatch):
    monkeypatch.setattr(multiexp, "_buckets", None)
    assert multi_power((2, 3), (5, 3**80), MODULUS) == _naive([(2, 5), (3, 3**80)])


def test_the_empty_product_is_one():
    assert multi_power((), (), MODULUS) == 1
    assert multi_power((0, 5), (0, 0), MODULUS) == 1
    assert multi_power((), (), 1) == 0


@pytest.mark.parametrize("exponent", [-1, mpz(-1), -(2**200)])
def test_a_negative_exponent_is_refused_by_name(exponent):
    with pytest.raises(OutOfRange):
        multi_power((2, 3), (1, exponent), MODULUS)


def test_as_many_exponents_as_bases_are_needed():
    with pytest.raises(ValueError, match="argument"):
        multi_power((2, 3), (1,), MODULUS)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=200))
def test_windows_cover_every_bit_once(lengths):
    windows = plan_buckets(sorted(lengths))
    covered = [shift + bit for shift, width in windows for bit in range(width)]
    assert covered == list(range(len(covered)))
    assert max(lengths) <= len(covered)


class _Counted(int):
    """An integer whose products count the modular multiplications."""

    count = 0

    def __mul__(self, other) -> "_Counted":
        type(self).count += 1
        return _Counted(int(self) * int(other))

    def __mod__(self, other) -> "_Counted":
        return _Counted(int(self) % int(other))


@pytest.mark.parametrize("size", [60, 900])
def test_the_predicted_cost_is_the_cost(size, monkeypatch):
    # The plan chooses between methods by these predictions; docs/spec/protocol.md publishes them.
    monkeypatch.setattr(multiexp, "mpz", _Counted)
    exponents = [pow(3, i, 2**61 - 1) ** 2 >> 2 for i in range(60, 60 + size)]
    terms = [(_Counted(i + 2), e) for i, e in enumerate(exponents)]
    lengths = sorted(e.bit_length() for e in exponents)
    for predicted, run in (
        (best_straus(lengths)[1], lambda: multiexp._straus(terms, best_straus(lengths)[0], MODULUS)),
        (
            bucket_cost(plan_buckets(lengths), lengths),
            lambda: multiexp._buckets(terms, plan_buckets(lengths), MODULUS),
        ),
    ):
        _Counted.count = 0
        assert run() == _naive(terms)
        assert predicted * 0.8 < _Counted.count < predicted * 1.1 + 3
