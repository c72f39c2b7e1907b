# SPDX-License-Identifier: AGPL-3.0-or-later
"""A dealt key: the sizes, the shares, and what nobody may deal."""

import itertools
import math

import gmpy2
import pytest
from gmpy2 import mpz
from hypothesis import given
from hypothesis import strategies as st

from tally.crypto import dealing
from tally.crypto.certificate import verify_certificate
from tally.crypto.dealing import deal, uniform
from tally.crypto.errors import ParameterError
from tally.crypto.threshold import check_threshold_key, share_bound
from tests.keys import CONTEXT, Stream, dealt_key_1024, factors_1024, fresh_key

SHARINGS = [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (5, 5), (15, 8)]


def test_the_key_in_the_file_is_the_one_that_is_dealt():
    again = fresh_key(1024, trustees=3, threshold=2, context=CONTEXT)
    kept = dealt_key_1024()
    assert (again.key, again.certificate, again.shares) == (kept.key, kept.certificate, kept.shares)


@pytest.mark.parametrize(("trustees", "threshold"), SHARINGS)
def test_every_share_is_positive_and_below_the_bound(trustees, threshold):
    dealt = dealt_key_1024(trustees=trustees, threshold=threshold)
    bound = share_bound(trustees, threshold, 1024)
    assert len(dealt.shares) == trustees
    assert all(0 < share < bound for share in dealt.shares)


@pytest.mark.parametrize("octet", [b"\x00", b"\xff"])
def test_shares_stay_below_the_bound_for_the_greatest_coefficients(octet, monkeypatch):
    # uniform() as low or as high as it can be, for everything but the primes
    p, q = factors_1024()
    monkeypatch.setattr(dealing, "_distinct_primes", lambda *_: (p, q))
    monkeypatch.setattr(dealing, "uniform", lambda bound, _: mpz(1) if octet == b"\x00" else mpz(bound) - 1)
    dealt = deal(bits=1024, trustees=5, threshold=3, context=b"", entropy=Stream(octet))
    assert all(0 < share < share_bound(5, 3, 1024) for share in dealt.shares)


@pytest.mark.parametrize(("trustees", "threshold"), SHARINGS)
def test_shares_are_multiples_of_delta_on_one_polynomial(trustees, threshold):
    dealt = dealt_key_1024(trustees=trustees, threshold=threshold)
    delta = math.factorial(trustees)
    assert all(share % delta == 0 for share in dealt.shares)
    row = [share // delta for share in dealt.shares]
    for _ in range(threshold):
        row = [b - a for a, b in itertools.pairwise(row)]
    assert not any(row)  # the k-th differences of a polynomial of degree k − 1


def test_the_shares_hide_what_they_share():
    # Other randomness, other shares: statistically far apart although n is the same.
    a, b = dealt_key_1024(), dealt_key_1024(trustees=3, threshold=3)
    assert not set(a.shares) & set(b.shares)


def test_what_is_dealt_passes_every_check():
    dealt = fresh_key(512, trustees=3, threshold=2, context=b"x")
    assert dealt.key.n.bit_length() == 512
    verify_certificate(dealt.key.n, 512, b"x", dealt.certificate)
    check_threshold_key(dealt.key, b"x")


def test_the_primes_are_of_equal_size_and_7_modulo_8():
    for p in factors_1024():
        assert (p.bit_length(), p % 8, gmpy2.is_prime(p)) == (512, 7, True)


@pytest.mark.parametrize(
    ("trustees", "threshold"), [(0, 0), (2, 1), (3, 1), (3, 4), (3, 0), (3, -2), (16, 9)]
)
def test_k_of_l_out_of_range_is_refused(trustees, threshold):
    with pytest.raises(ParameterError):
        deal(bits=512, trustees=trustees, threshold=threshold, context=b"", entropy=Stream(b""))


def test_equal_primes_and_primes_that_divide_phi_are_drawn_again(monkeypatch):
    # 7 divides 29 − 1
    drawn = iter(map(mpz, (7, 7, 7, 29, 7, 23)))
    monkeypatch.setattr(dealing, "_prime", lambda *_: next(drawn))
    assert dealing._distinct_primes(6, Stream(b"")) == (7, 23)


def test_a_gamma_that_shares_a_factor_with_n_is_drawn_again(monkeypatch):
    n, phi = mpz(7 * 23), mpz(6 * 22)
    drawn = iter(map(mpz, (10, 7, 10, 5)))  # R, λ: λ = 7 shares a factor with n
    monkeypatch.setattr(dealing, "uniform", lambda *_: next(drawn))
    assert dealing._open_gamma(n, phi, 3, Stream(b"")) == (10 * n - 5 * phi, 10)


@given(st.integers(1, 2**70), st.binary(max_size=8))
def test_uniform_draws_stay_below_their_bound(bound, seed):
    assert 0 <= uniform(bound, Stream(seed)) < bound


def test_uniform_asks_for_128_bits_more_than_its_bound():
    asked = []
    uniform(1 << 100, lambda length: asked.append(length) or bytes(length))
    assert asked == [13 + 16]


def test_a_dealt_key_shows_no_secret():
    assert repr(dealt_key_1024()) == "DealtKey(…)"
