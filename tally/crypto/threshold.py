# SPDX-License-Identifier: AGPL-3.0-or-later
"""Extracting n-th roots together: the only secret operation (docs/spec/protocol.md, "Threshold roots").

Shoup 2000 with the inversion of Catalano–Gennaro–Halevi 2000: γ = λ·φ(n) + R·n = γ1·n + γ0 is public;
they share R' = R − γ1 as s_i = Δ·f'(i), f'(0) = Δ·R', Δ = l!. How shares come to be is `dealing`'s business.
"""

import hashlib
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import gmpy2
from gmpy2 import mpz

from tally.crypto.errors import (
    NotEnoughShares,
    OutOfRange,
    RootMismatch,
    ShareProofError,
    VerificationKeyError,
)
from tally.crypto.numbers import check_units, hash_to_residue, inverse, items, power, to_bytes, width_of
from tally.crypto.parameters import CHALLENGE_BITS, HIDING_BITS

MAX_TRUSTEES = 15
CHALLENGE_BYTES = CHALLENGE_BITS // 8
_BASE_TAG = b"veritally/verification-base/1"
_PROOF_TAG = b"veritally/share-proof/1"


def share_bound(trustees: int, threshold: int, modulus_bits: int) -> mpz:
    """Every honest share is below this: Δ·(Δ·Rb + Σ_{m<k} Cb·l^m), Rb = l·2^(|n|+σ), Cb = 2^σ·Δ·k·Rb."""
    delta = mpz(math.factorial(trustees))
    r_bound = mpz(trustees) << (modulus_bits + HIDING_BITS)
    c_bound = (delta * threshold * r_bound) << HIDING_BITS
    return delta * (delta * r_bound + sum(c_bound * trustees**m for m in range(1, threshold)))


def share_bits(trustees: int, threshold: int, modulus_bits: int) -> int:
    """Bit length of `share_bound`."""
    return int(share_bound(trustees, threshold, modulus_bits).bit_length())


def proof_response_width(trustees: int, threshold: int, modulus_bits: int) -> int:
    """Bytes of the response of a share proof: |share| + t + σ bits of mask, one bit of carry."""
    return -(-(share_bits(trustees, threshold, modulus_bits) + CHALLENGE_BITS + HIDING_BITS + 1) // 8)


def verification_base(n: int, context: bytes) -> mpz:
    """v, a square that nobody chose."""
    return pow(hash_to_residue(n, (_BASE_TAG, to_bytes(n, width_of(n)), context)), 2, mpz(n))


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdKey:
    """The public side of the sharing: n, γ0, v, v_1 … v_l, k."""

    n: mpz
    gamma0: mpz
    base: mpz
    keys: tuple[mpz, ...]
    threshold: int

    @property
    def trustees(self) -> int:
        """l."""
        return len(self.keys)

    @property
    def delta(self) -> int:
        """Δ = l!."""
        return math.factorial(self.trustees)

    def bezout(self) -> tuple[mpz, mpz]:
        """(A, B) with A·4Δ³γ0 + B·n = 1. Raises VerificationKeyError."""
        divisor, a, b = gmpy2.gcdext(4 * mpz(self.delta) ** 3 * self.gamma0, self.n)
        if divisor != 1:
            raise VerificationKeyError("gamma0 is not coprime to n", expected=1, computed=divisor)
        return a, b


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareProof:
    """Shoup's proof that log_v(v_i) = log_{x^4}(x_i²)."""

    challenge: int
    response: int


def is_sharing(trustees: int, threshold: int) -> bool:
    """Whether k of l is one that the protocol allows: 1 ≤ k ≤ l < 2k and l ≤ 15."""
    return 1 <= threshold <= trustees < 2 * threshold and trustees <= MAX_TRUSTEES


def check_threshold_key(key: ThresholdKey, context: bytes) -> None:
    """v is derived, no v_i is degenerate, every k of l extract a root of v. Raises VerificationKeyError."""
    if key.base != verification_base(key.n, context):
        raise VerificationKeyError("the verification base is not the derived one")
    if not is_sharing(key.trustees, key.threshold):
        stated = f"{key.threshold} of {key.trustees}"
        raise VerificationKeyError("k of l is out of range", expected="2k > l", computed=stated)
    _check_gamma(key)
    _check_not_degenerate(key)
    subsets = itertools.combinations(range(1, key.trustees + 1), key.threshold)
    squares = {i: v * v % key.n for i, v in enumerate(key.keys, start=1)}
    powers = {_interpolate(key, {i: squares[i] for i in subset}) for subset in subsets}
    if len(powers) != 1:
        raise VerificationKeyError(
            "subsets of the verification keys disagree", expected=1, computed=len(powers)
        )
    root = _root(key, key.base, powers.pop())
    if pow(root, key.n, key.n) != key.base:
        raise VerificationKeyError("the verification keys do not extract a root")


def _check_gamma(key: ThresholdKey) -> None:
    if not 0 < key.gamma0 < key.n:
        raise VerificationKeyError("gamma0 lies outside (0, n)")
    key.bezout()


def _check_not_degenerate(key: ThresholdKey) -> None:
    seen = set()
    for i, v in enumerate(key.keys, start=1):
        if not 1 < v < key.n - 1 or gmpy2.gcd(v, key.n) != 1:
            raise VerificationKeyError(f"verification key {i} is degenerate")
        if v in seen:
            raise VerificationKeyError(f"verification key {i} repeats another")
        seen.add(v)


def partial_root(n: int, x: int, share: int) -> mpz:
    """x_i = x^{2·s_i} mod n, in constant time for the share's size. Raises OutOfRange unless s_i > 0."""
    if share <= 0:
        raise OutOfRange("a share is positive")
    return gmpy2.powmod_sec(mpz(x), 2 * mpz(share), mpz(n))


def prove_share(
    key: ThresholdKey, index: int, x: int, share: int, *, entropy: Callable[[int], bytes]
) -> tuple[mpz, ShareProof]:
    """(x_i, proof): r of |share|+t+σ bits, commitments v^r and x^{4r}, z = r + c·s_i.

    Raises OutOfRange unless 1 ≤ i ≤ l and 0 < s_i < `share_bound`.
    """
    if not 0 < share < share_bound(key.trustees, key.threshold, key.n.bit_length()):
        raise OutOfRange("a share lies outside its range")
    x = mpz(x) % key.n
    partial = partial_root(key.n, x, share)
    bits = share_bits(key.trustees, key.threshold, key.n.bit_length()) + CHALLENGE_BITS + HIDING_BITS
    # r uniform in [1, 2^bits]: powmod_sec wants an exponent > 0, and no bit of r may be fixed
    mask = mpz(int.from_bytes(entropy(-(-bits // 8)), "big") >> (-bits % 8)) + 1
    x4 = pow(x, 4, key.n)
    first, second = gmpy2.powmod_sec(key.base, mask, key.n), gmpy2.powmod_sec(x4, mask, key.n)
    c = _challenge(key, index, x, partial, first, second)
    return partial, ShareProof(challenge=c, response=int(mask + c * mpz(share)))


def verify_share(key: ThresholdKey, index: int, x: int, partial: int, proof: ShareProof) -> None:
    """The partial root is the one that v_i commits trustee i to. Raises ShareProofError, OutOfRange."""
    n, x = key.n, mpz(x) % key.n
    if not 0 < partial < n or gmpy2.gcd(partial, n) != 1:
        raise OutOfRange("a partial root is a unit in (0, n)")
    width = proof_response_width(key.trustees, key.threshold, n.bit_length())
    if not 0 <= proof.response < 1 << (8 * width) or not 0 <= proof.challenge < 1 << CHALLENGE_BITS:
        raise OutOfRange("a share proof lies outside its range")
    _check_index(key, index)
    # v^z · v_i^-c and x^{4z} · x_i^{-2c}
    first = _quotient(n, key.base, proof.response, key.keys[index - 1], proof.challenge)
    second = _quotient(n, pow(x, 4, n), proof.response, pow(mpz(partial), 2, n), proof.challenge)
    computed = _challenge(key, index, x, partial, first, second)
    if computed != proof.challenge:
        raise ShareProofError(
            f"the partial root of trustee {index} is false", expected=computed, computed=proof.challenge
        )


def _quotient(n: mpz, base: mpz, response: int, divisor: mpz, challenge: int) -> mpz:
    return pow(base, mpz(response), n) * inverse(pow(divisor, mpz(challenge), n), n) % n


def _check_index(key: ThresholdKey, index: int) -> None:
    if not 1 <= index <= key.trustees:
        raise OutOfRange("no trustee has this index", expected=key.trustees, computed=index)


def _challenge(key: ThresholdKey, index: int, x: int, partial: int, first: int, second: int) -> int:
    width = width_of(key.n)
    numbers = (key.n, key.base, key.keys[index - 1], x, partial, first, second)
    parts = (_PROOF_TAG, *(to_bytes(number, width) for number in numbers), index.to_bytes(4, "big"))
    return int.from_bytes(hashlib.sha256(items(parts)).digest()[:CHALLENGE_BYTES], "big")


def combine_root(key: ThresholdKey, x: int, partials: Mapping[int, int]) -> mpz:
    """y with y^n = x mod n, from k partial roots by trustee index (the first k in order are used).

    Raises NotEnoughShares, OutOfRange for an index, NotAUnit for x or a partial root, RootMismatch.
    """
    x = mpz(x) % key.n
    chosen = {i: mpz(partials[i]) for i in sorted(partials)[: key.threshold]}
    if len(chosen) < key.threshold:
        raise NotEnoughShares("fewer than k partial roots", expected=key.threshold, computed=len(chosen))
    for index in chosen:
        _check_index(key, index)
    check_units((x, *chosen.values()), key.n)
    y = _root(key, x, _interpolate(key, chosen))
    if pow(y, key.n, key.n) != x:
        raise RootMismatch("the combined value is not an n-th root")
    return y


def _interpolate(key: ThresholdKey, partials: Mapping[int, mpz]) -> mpz:
    """w = Π x_i^{2Δλ_i} = x^{4Δ³R'}."""
    result = mpz(1)
    for i, partial in partials.items():
        exponent = 2 * _scaled_lagrange(key.delta, tuple(partials), i)
        result = result * power(partial, exponent, key.n) % key.n
    return result


def _scaled_lagrange(delta: int, indices: Sequence[int], i: int) -> int:
    """Δ·λ_i at 0 = Δ·Π_{j≠i} (−j)/(i−j), an integer."""
    numerator = delta * math.prod(-j for j in indices if j != i)
    return numerator // math.prod(i - j for j in indices if j != i)


def _root(key: ThresholdKey, x: mpz, w: mpz) -> mpz:
    """y = w^A · x^B."""
    a, b = key.bezout()
    return power(w, a, key.n) * power(x, b, key.n) % key.n


def plaintext_of(n: int, ciphertext: int, root: int) -> mpz:
    """m from 1 + m·n = c · y^-n mod n². Raises RootMismatch if y is not the root of c, NotAUnit."""
    modulus = mpz(n) * n
    opened = ciphertext * inverse(pow(mpz(root), mpz(n), modulus), modulus) % modulus
    if opened % n != 1:
        raise RootMismatch("the root does not open the ciphertext")
    return (opened - 1) // n


def verify_opening(n: int, ciphertext: int, plaintext: int, root: int) -> None:
    """The public proof of decryption: c = g^m · y^n mod N with 0 ≤ m < n, 0 < y < n, gcd(y, n) = 1.

    Raises OutOfRange, RootMismatch.
    """
    modulus = mpz(n) * n
    if not 0 <= plaintext < n or not 0 < root < n or gmpy2.gcd(root, n) != 1:
        raise OutOfRange("a plaintext or root lies outside its range")
    computed = (1 + mpz(plaintext) * n) * pow(mpz(root), mpz(n), modulus) % modulus
    if computed != ciphertext:
        raise RootMismatch("c = g^m · y^n does not hold", expected=ciphertext, computed=computed)
