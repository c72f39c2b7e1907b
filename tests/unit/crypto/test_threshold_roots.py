# SPDX-License-Identifier: AGPL-3.0-or-later
"""Any k of l trustees extract the root; what they get agrees with `phe`."""

import itertools
from dataclasses import replace

import pytest
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.crypto.errors import NotAUnit, NotEnoughShares, OutOfRange, RootMismatch
from tally.crypto.paillier import encrypt
from tally.crypto.threshold import combine_root, partial_root, plaintext_of, verify_opening
from tests.keys import dealt_key_1024, public_key_1024

KEY = public_key_1024()
N = KEY.n


def _partials(dealt, x, indices):
    return {i: partial_root(dealt.key.n, x, dealt.shares[i - 1]) for i in indices}


@pytest.mark.parametrize(("trustees", "threshold"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (5, 5)])
def test_every_subset_of_k_decrypts_and_agrees_with_phe(trustees, threshold):
    dealt = dealt_key_1024(trustees=trustees, threshold=threshold)
    n = dealt.key.n
    c = encrypt(KEY, 123_456_789, 987)
    for subset in itertools.combinations(range(1, trustees + 1), threshold):
        y = combine_root(dealt.key, c % n, _partials(dealt, c % n, subset))
        assert plaintext_of(n, c, y) == dealt.oracle.decrypt(c) == 123_456_789
        verify_opening(n, c, 123_456_789, y)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, int(N) - 1), st.integers(0, 2**512 - 1))
def test_any_plaintext_is_opened(plaintext, randomness):
    dealt = dealt_key_1024()
    c = encrypt(KEY, plaintext, randomness)
    y = combine_root(dealt.key, c, _partials(dealt, c, (1, 3)))
    assert plaintext_of(N, c, y) == plaintext
    verify_opening(N, c, plaintext, y)


def test_all_subsets_give_the_same_root(dealt):
    x = mpz(2) ** 900
    roots = {
        combine_root(dealt.key, x, _partials(dealt, x, pair)) for pair in ((1, 2), (1, 3), (2, 3), (1, 2, 3))
    }
    assert len(roots) == 1


def test_plain_integers_serve_as_well(dealt):
    key = replace(
        dealt.key,
        n=int(N),
        gamma0=int(dealt.key.gamma0),
        base=int(dealt.key.base),
        keys=tuple(map(int, dealt.key.keys)),
    )
    c = int(encrypt(KEY, 5, 5))
    partials = {i: int(partial_root(int(N), c % int(N), dealt.shares[i - 1])) for i in (2, 3)}
    y = combine_root(key, c, partials)
    assert plaintext_of(int(N), c, int(y)) == 5
    verify_opening(int(N), c, 5, int(y))


def test_the_root_is_the_product_of_the_randomness(dealt):
    # y is determined by c alone: no share, and no choice of trustees, shows in it.
    c = encrypt(KEY, 77, 3)
    y = combine_root(dealt.key, c, _partials(dealt, c, (1, 2)))
    assert pow(y, N, KEY.modulus) == KEY.powers.power(3)


def test_the_sign_of_a_partial_root_does_not_matter(dealt):
    partials = _partials(dealt, 49, (1, 2))
    assert combine_root(dealt.key, 49, {**partials, 2: N - partials[2]}) == combine_root(
        dealt.key, 49, partials
    )


@pytest.mark.parametrize("indices", [(), (1,), (3,)])
def test_fewer_than_k_partial_roots_are_refused(dealt, indices):
    with pytest.raises(NotEnoughShares) as caught:
        combine_root(dealt.key, 49, _partials(dealt, 49, indices))
    assert (caught.value.expected, caught.value.computed) == (2, len(indices))


@pytest.mark.parametrize("wrong", [1, 2, 12345])
def test_a_wrong_partial_root_gives_no_root(dealt, wrong):
    partials = _partials(dealt, 49, (1, 2))
    with pytest.raises(RootMismatch):
        combine_root(dealt.key, 49, {**partials, 2: partials[2] * wrong + 1})


def test_partial_roots_of_another_value_or_trustee_give_no_root(dealt):
    right, other = _partials(dealt, 49, (1, 2, 3)), _partials(dealt, 64, (1, 2))
    for mixed in ({1: right[1], 2: other[2]}, other, {1: right[2], 2: right[1]}, {1: right[1], 3: right[2]}):
        with pytest.raises(RootMismatch):
            combine_root(dealt.key, 49, mixed)


@pytest.mark.parametrize("index", [0, -1, 4, 16])
def test_a_partial_root_of_no_trustee_is_refused(dealt, index):
    partials = _partials(dealt, 49, (1, 2))
    with pytest.raises(OutOfRange) as caught:
        combine_root(dealt.key, 49, {1: partials[1], index: partials[2]})
    assert caught.value.computed == index


def test_a_partial_root_that_is_no_unit_is_refused_by_name(dealt, factors):
    partials = _partials(dealt, 49, (1, 2))
    for wrong in (0, N, factors[0]):
        with pytest.raises(NotAUnit):
            combine_root(dealt.key, 49, {1: wrong, 2: partials[2]})


@pytest.mark.parametrize("x", [0, N, -N])
def test_a_value_that_is_no_unit_has_no_root(dealt, x):
    with pytest.raises(NotAUnit):
        combine_root(dealt.key, x, _partials(dealt, 49, (1, 2)))


@pytest.mark.parametrize("share", [0, -1, -(2**2000)])
def test_a_share_that_is_not_positive_is_refused_by_name(share):
    with pytest.raises(OutOfRange):
        partial_root(N, 49, share)


def test_the_key_of_another_election_gives_no_root():
    other = dealt_key_1024(trustees=5, threshold=3)
    mixed = _partials(dealt_key_1024(), 49, (1, 2, 3))
    with pytest.raises(RootMismatch):
        combine_root(other.key, 49, mixed)


# The public proof of decryption


def _opened():
    dealt = dealt_key_1024()
    c = encrypt(KEY, 1000, 4321)
    return c, combine_root(dealt.key, c, _partials(dealt, c, (1, 2)))


@pytest.mark.parametrize("plaintext", [0, 999, 1001, N - 1])
def test_another_plaintext_is_refused(plaintext):
    c, y = _opened()
    with pytest.raises(RootMismatch) as caught:
        verify_opening(N, c, plaintext, y)
    assert caught.value.expected == c


@pytest.mark.parametrize("plaintext", [-1, N, 1000 + N, 1000 - N])
def test_a_plaintext_outside_its_range_is_refused(plaintext):
    c, y = _opened()
    with pytest.raises(OutOfRange):
        verify_opening(N, c, plaintext, y)


def test_another_root_is_refused():
    c, y = _opened()
    for wrong in (1, y + 1, N - y, y ^ 1 << 700):
        with pytest.raises((RootMismatch, OutOfRange)):
            verify_opening(N, c, 1000, wrong)


def test_a_root_outside_its_range_is_refused(factors):
    c, y = _opened()
    for wrong in (0, -y, y + N, y - N, factors[1], N):
        with pytest.raises(OutOfRange):
            verify_opening(N, c, 1000, wrong)


def test_an_opening_of_another_ciphertext_is_refused():
    c, y = _opened()
    for other in (c + 1, KEY.modulus - c, c + KEY.modulus, 0, -c, encrypt(KEY, 1000, 4322)):
        with pytest.raises(RootMismatch):
            verify_opening(N, other, 1000, y)


def test_a_value_that_is_not_the_root_gives_no_plaintext():
    c, y = _opened()
    for wrong in (1, y + 1, N - y):
        with pytest.raises(RootMismatch):
            plaintext_of(N, c, wrong)
    with pytest.raises(NotAUnit):
        plaintext_of(N, c, 0)
