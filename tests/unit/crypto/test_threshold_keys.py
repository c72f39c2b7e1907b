# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public side of the sharing: what is refused before anybody decrypts with it."""

from dataclasses import replace

import pytest

from tally.crypto.errors import VerificationKeyError
from tally.crypto.threshold import check_threshold_key, is_sharing, verification_base
from tests.keys import CONTEXT, dealt_key_1024

KEY = dealt_key_1024().key
N = KEY.n


def _refused(match, context=CONTEXT, **changes):
    with pytest.raises(VerificationKeyError, match=match):
        check_threshold_key(replace(KEY, **changes), context)


@pytest.mark.parametrize(("trustees", "threshold"), [(1, 1), (2, 2), (3, 2), (5, 3), (5, 4), (7, 4)])
def test_the_key_of_every_sharing_is_accepted(trustees, threshold):
    check_threshold_key(dealt_key_1024(trustees=trustees, threshold=threshold).key, CONTEXT)


def test_plain_integers_serve_as_well():
    key = replace(KEY, n=int(N), gamma0=int(KEY.gamma0), base=int(KEY.base), keys=tuple(map(int, KEY.keys)))
    check_threshold_key(key, CONTEXT)


@pytest.mark.parametrize("context", [b"", b"another", CONTEXT + b"\x00"])
def test_the_key_of_another_context_is_refused(context):
    _refused("base", context=context)


def test_a_chosen_verification_base_is_refused():
    for base in (1, 4, KEY.base + 1, N - KEY.base, KEY.base + N, 0, -KEY.base):
        _refused("base", base=base)


def test_the_verification_base_is_a_square_and_differs_by_context():
    bases = {verification_base(N, context) for context in (b"", b"a", b"b")}
    assert len(bases) == 3
    assert verification_base(int(N), CONTEXT) == KEY.base


@pytest.mark.parametrize("gamma0", [0, -1, N, N + 1, -KEY.gamma0, KEY.gamma0 + N])
def test_a_gamma_outside_its_range_is_refused(gamma0):
    _refused("gamma0", gamma0=gamma0)


def test_a_gamma_that_shares_a_factor_with_n_is_refused(factors):
    _refused("coprime", gamma0=factors[0])


@pytest.mark.parametrize("gamma0", [1, KEY.gamma0 + 1, N - KEY.gamma0])
def test_another_gamma_is_refused(gamma0):
    _refused("extract", gamma0=gamma0)


@pytest.mark.parametrize("value", [0, 1, -1, N - 1, N, N + 1, -KEY.keys[0], KEY.keys[0] + N])
@pytest.mark.parametrize("place", [0, 2])
def test_a_degenerate_verification_key_is_refused(value, place):
    keys = list(KEY.keys)
    keys[place] = value
    _refused(f"key {place + 1} is degenerate", keys=tuple(keys))


def test_a_verification_key_that_is_no_unit_is_refused(factors):
    _refused("key 2 is degenerate", keys=(KEY.keys[0], factors[1], KEY.keys[2]))


def test_a_repeated_verification_key_is_refused():
    _refused("key 3 repeats", keys=(KEY.keys[0], KEY.keys[1], KEY.keys[0]))


def test_swapped_verification_keys_are_refused():
    _refused("disagree", keys=(KEY.keys[1], KEY.keys[0], KEY.keys[2]))


def test_a_single_wrong_verification_key_is_refused():
    _refused("disagree", keys=(*KEY.keys[:2], KEY.keys[2] * 4 % N))


def test_consistent_keys_of_another_secret_are_refused():
    # All subsets agree, but on the powers of another number: each key squared.
    _refused("extract", keys=tuple(v * v % N for v in KEY.keys))


@pytest.mark.parametrize("threshold", [-1, 0, 1, 4, 10**9])
def test_a_threshold_out_of_range_is_refused(threshold):
    _refused("k of l", threshold=threshold)


def test_a_key_without_trustees_or_with_too_many_is_refused_at_once():
    _refused("k of l", keys=())
    _refused("k of l", keys=(), threshold=0)
    _refused("k of l", keys=tuple(range(2, 62)), threshold=31)


def test_a_lower_threshold_than_dealt_is_refused():
    key = dealt_key_1024(trustees=5, threshold=4).key
    with pytest.raises(VerificationKeyError, match="disagree"):
        check_threshold_key(replace(key, threshold=3), CONTEXT)


@pytest.mark.parametrize(
    ("trustees", "threshold", "allowed"),
    [
        (1, 1, True),
        (2, 1, False),
        (3, 2, True),
        (4, 2, False),
        (15, 8, True),
        (15, 7, False),
        (16, 9, False),
        (3, 4, False),
        (0, 0, False),
        (-1, 1, False),
        (1, -1, False),
    ],
)
def test_k_of_l_needs_a_majority_and_at_most_fifteen(trustees, threshold, allowed):
    assert is_sharing(trustees, threshold) is allowed
