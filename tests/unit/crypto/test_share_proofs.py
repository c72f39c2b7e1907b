# SPDX-License-Identifier: AGPL-3.0-or-later
"""A wrong partial root names its trustee, and the others go on."""

import hashlib
import secrets
from dataclasses import replace

import pytest
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.crypto import threshold
from tally.crypto.errors import CryptoError, NotAUnit, OutOfRange, ShareProofError
from tally.crypto.threshold import (
    ShareProof,
    combine_root,
    proof_response_width,
    prove_share,
    share_bits,
    share_bound,
    verify_share,
)
from tests.keys import Stream, dealt_key_1024

DEALT = dealt_key_1024()
THRESHOLD_KEY = DEALT.key
N = THRESHOLD_KEY.n
X = mpz(3) ** 500 % N


def _share(index, x=X):
    return prove_share(THRESHOLD_KEY, index, x, DEALT.shares[index - 1], entropy=secrets.token_bytes)


@pytest.mark.parametrize("index", [1, 2, 3])
def test_an_honest_share_is_accepted(index):
    verify_share(THRESHOLD_KEY, index, X, *_share(index))


@pytest.mark.parametrize(("trustees", "threshold"), [(1, 1), (2, 2), (5, 3)])
def test_shares_of_every_sharing_are_accepted(trustees, threshold):
    dealt = dealt_key_1024(trustees=trustees, threshold=threshold)
    for index, share in enumerate(dealt.shares, start=1):
        partial, proof = prove_share(dealt.key, index, X, share, entropy=secrets.token_bytes)
        verify_share(dealt.key, index, X, partial, proof)


def test_a_value_modulo_the_square_is_reduced_first():
    # Aggregates are residues modulo N = n²; roots are taken modulo n.
    partial, proof = _share(1, X + 5 * N)
    assert partial == _share(1)[0]
    verify_share(THRESHOLD_KEY, 1, X + 7 * N, partial, proof)


def test_plain_integers_serve_as_well():
    key = replace(
        THRESHOLD_KEY,
        n=int(N),
        base=int(THRESHOLD_KEY.base),
        keys=tuple(map(int, THRESHOLD_KEY.keys)),
    )
    partial, proof = prove_share(key, 2, int(X), int(DEALT.shares[1]), entropy=secrets.token_bytes)
    verify_share(key, 2, int(X), int(partial), proof)


def test_the_challenge_is_the_hash_of_the_listed_items(monkeypatch):
    def squared(value, exponent):
        return pow(value, exponent, N)

    index, share = 2, DEALT.shares[1]
    partial, proof = prove_share(THRESHOLD_KEY, index, X, share, entropy=Stream(b"mask"))
    mask = proof.response - proof.challenge * share
    first, second = squared(THRESHOLD_KEY.base, mask), squared(X, 4 * mask)
    numbers = (N, THRESHOLD_KEY.base, THRESHOLD_KEY.keys[1], X, squared(X, 2 * share), first, second)
    items = (b"veritally/share-proof/1", *(int(v).to_bytes(128, "big") for v in numbers), b"\x00\x00\x00\x02")
    encoded = b"".join(len(item).to_bytes(4, "big") + item for item in items)
    assert proof.challenge == int.from_bytes(hashlib.sha256(encoded).digest()[:16], "big")
    assert partial == numbers[4]


def test_the_mask_covers_the_share_and_has_no_fixed_bit():
    bits = share_bits(3, 2, 1024) + 256
    masks = []
    for octet in (b"\x00", b"\x01", b"\x02", b"\xff"):
        _, proof = prove_share(THRESHOLD_KEY, 1, X, DEALT.shares[0], entropy=lambda n, o=octet: o * n)
        masks.append(proof.response - proof.challenge * DEALT.shares[0])
    assert masks[0] == 1
    assert masks[-1] == 1 << bits
    assert {mask % 2 for mask in masks} == {0, 1}


def test_a_response_with_the_longest_mask_fits_its_width():
    _, proof = prove_share(THRESHOLD_KEY, 1, X, DEALT.shares[0], entropy=lambda n: b"\xff" * n)
    assert proof.response < 1 << 8 * proof_response_width(3, 2, 1024)


@pytest.mark.parametrize("share", [0, -1, share_bound(3, 2, 1024), 1 << 9000])
def test_a_share_outside_its_range_is_not_used(share):
    with pytest.raises(OutOfRange):
        prove_share(THRESHOLD_KEY, 1, X, share, entropy=secrets.token_bytes)


# A cheater is named


def test_a_false_partial_root_is_refused():
    partial, proof = _share(1)
    for false in (partial + 1, partial * 2 % N, 1, N - partial, pow(X, 3, N)):
        with pytest.raises(ShareProofError, match="trustee 1"):
            verify_share(THRESHOLD_KEY, 1, X, false, proof)


def test_a_proof_made_with_another_secret_is_refused():
    partial, proof = prove_share(THRESHOLD_KEY, 1, X, DEALT.shares[1], entropy=secrets.token_bytes)
    with pytest.raises(ShareProofError, match="trustee 1"):
        verify_share(THRESHOLD_KEY, 1, X, partial, proof)


def test_the_share_of_another_trustee_is_refused():
    with pytest.raises(ShareProofError, match="trustee 3"):
        verify_share(THRESHOLD_KEY, 3, X, *_share(1))


def test_a_share_of_another_value_is_refused():
    for other in (X + 1, X * X % N, N - X):
        with pytest.raises(ShareProofError):
            verify_share(THRESHOLD_KEY, 1, other, *_share(1))


def test_a_share_of_another_election_is_refused():
    # Same n, same share; the verification base depends on the context, and with it the hash.
    other = dealt_key_1024(context=b"another election")
    with pytest.raises(ShareProofError):
        verify_share(other.key, 1, X, *_share(1))


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_any_flipped_bit_of_a_share_is_refused(data):
    partial, proof = _share(2)
    which = data.draw(st.sampled_from(("partial", "challenge", "response")))
    if which == "partial":
        partial ^= mpz(1) << data.draw(st.integers(0, 1023))
    else:
        bit = data.draw(st.integers(0, 127 if which == "challenge" else 1800))
        proof = replace(proof, **{which: getattr(proof, which) ^ 1 << bit})
    with pytest.raises((ShareProofError, OutOfRange)):
        verify_share(THRESHOLD_KEY, 2, X, partial, proof)


@pytest.mark.parametrize("index", [0, -1, -3, 4, 10**20])
def test_a_share_of_no_trustee_is_refused_by_name(index):
    partial, proof = _share(3)
    with pytest.raises(OutOfRange) as caught:
        verify_share(THRESHOLD_KEY, index, X, partial, proof)
    assert caught.value.computed == index


def test_a_partial_root_outside_its_range_is_refused(factors):
    partial, proof = _share(1)
    for wrong in (0, -partial, partial + N, N, factors[0], 1 << 5000):
        with pytest.raises(OutOfRange):
            verify_share(THRESHOLD_KEY, 1, X, wrong, proof)


def test_a_share_proof_outside_its_range_is_refused():
    partial, proof = _share(1)
    limit = 1 << 8 * proof_response_width(3, 2, 1024)
    for changes in ({"response": -1}, {"response": limit}, {"challenge": -1}, {"challenge": 1 << 128}):
        with pytest.raises(OutOfRange):
            verify_share(THRESHOLD_KEY, 1, X, partial, replace(proof, **changes))


def test_a_verification_key_that_is_no_unit_is_refused_by_name(factors):
    key = replace(THRESHOLD_KEY, keys=(factors[0], *THRESHOLD_KEY.keys[1:]))
    with pytest.raises(NotAUnit):
        verify_share(key, 1, X, *_share(1))


@settings(deadline=None, max_examples=25)
@given(st.integers(-5, 2**1030), st.integers(-5, 2**130), st.integers(-5, 2**2000))
def test_whatever_numbers_come_the_refusal_is_one_of_ours(partial, challenge, response):
    with pytest.raises(CryptoError):
        verify_share(THRESHOLD_KEY, 1, X, partial, ShareProof(challenge=challenge, response=response))


def _named(partials, proofs):
    names = set()
    for index, partial in partials.items():
        try:
            verify_share(THRESHOLD_KEY, index, X, partial, proofs[index])
        except ShareProofError:
            names.add(index)
    return names


def test_one_cheater_is_named_and_any_other_k_go_on():
    shares = {index: _share(index) for index in (1, 2, 3)}
    partials = {index: share[0] for index, share in shares.items()}
    partials[2] = partials[2] * 5 % N
    assert _named(partials, {index: share[1] for index, share in shares.items()}) == {2}
    y = combine_root(THRESHOLD_KEY, X, {index: partials[index] for index in (1, 3)})
    assert pow(y, N, N) == X


def test_two_cheaters_who_cancel_each_other_are_both_named():
    # λ_1 = 2 and λ_2 = −1 for the subset {1, 2}: errors ε and ε² leave the combination right.
    shares = {index: _share(index) for index in (1, 2, 3)}
    error = mpz(7)
    partials = {1: shares[1][0] * error % N, 2: shares[2][0] * error**2 % N, 3: shares[3][0]}
    assert pow(combine_root(THRESHOLD_KEY, X, {1: partials[1], 2: partials[2]}), N, N) == X
    assert _named(partials, {index: share[1] for index, share in shares.items()}) == {1, 2}


def test_honest_shares_are_below_the_bound_that_sizes_the_proof():
    for trustees, k in ((1, 1), (3, 2), (5, 3), (15, 8)):
        bound = threshold.share_bound(trustees, k, 1024)
        assert share_bits(trustees, k, 1024) == bound.bit_length()
        assert 8 * proof_response_width(trustees, k, 1024) >= bound.bit_length() + 257
