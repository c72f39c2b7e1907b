# SPDX-License-Identifier: AGPL-3.0-or-later
"""A dealt key: one person makes n and the shares, and must forget them (docs/spec/protocol.md, "Dealt keys").

Gives the same shares and the same public values as a dealerless ceremony, so that nothing downstream differs.
The factors live only inside `deal`; files and encryption are `tally.dealer`'s business.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import gmpy2
from gmpy2 import mpz

from tally.crypto.certificate import NTH_ROOTS, SQUARE_ROOTS, Certificate, root_target, square_target
from tally.crypto.errors import ParameterError
from tally.crypto.parameters import HIDING_BITS
from tally.crypto.phe_oracle import PrivateOracle
from tally.crypto.threshold import ThresholdKey, is_sharing, verification_base

# GMP counts its Baillie–PSW as 24 rounds; 40 of Miller–Rabin remain: error below 2^-80 for any number
_PRIME_TESTS = 64
Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class DealtKey:
    """The public key, its certificate, the l shares; `oracle` is for the dealer's own check."""

    key: ThresholdKey
    certificate: Certificate
    shares: tuple[int, ...]
    oracle: PrivateOracle

    def __repr__(self) -> str:
        return "DealtKey(…)"


def deal(*, bits: int, trustees: int, threshold: int, context: bytes, entropy: Entropy) -> DealtKey:
    """Primes p ≡ q ≡ 7 mod 8 of bits/2 bits each, shares and certificate. Raises ParameterError."""
    if not is_sharing(trustees, threshold):
        raise ParameterError("k of l needs 1 ≤ k ≤ l < 2k and l ≤ 15", computed=(threshold, trustees))
    p, q = _distinct_primes(bits, entropy)
    n, phi = p * q, (p - 1) * (q - 1)
    gamma, r = _open_gamma(n, phi, trustees, entropy)
    gamma1, gamma0 = divmod(gamma, n)
    shares = _share(r, gamma1, trustees, threshold, bits, entropy)
    v = verification_base(n, context)
    keys = tuple(gmpy2.powmod_sec(v, mpz(s), n) for s in shares)
    key = ThresholdKey(n=n, gamma0=gamma0, base=v, keys=keys, threshold=threshold)
    certificate = _certify(n, phi, context)
    return DealtKey(key=key, certificate=certificate, shares=shares, oracle=PrivateOracle(p, q))


def uniform(bound: int, entropy: Entropy) -> mpz:
    """Within 2^-128 of uniform in [0, bound)."""
    length = (int(bound).bit_length() + 7) // 8 + HIDING_BITS // 8
    return mpz(int.from_bytes(entropy(length), "big")) % bound


def _distinct_primes(bits: int, entropy: Entropy) -> tuple[mpz, mpz]:
    while True:
        p, q = _prime(bits // 2, entropy), _prime(bits // 2, entropy)
        if p != q and gmpy2.gcd(p * q, (p - 1) * (q - 1)) == 1:
            return p, q


def _prime(bits: int, entropy: Entropy) -> mpz:
    """p ≡ 7 mod 8 in [√2·2^(bits−1), 2^bits), so that a product of two has exactly 2·bits bits."""
    low = gmpy2.isqrt(mpz(1) << (2 * bits - 1)) + 1
    while True:
        p = low + uniform((mpz(1) << bits) - low, entropy)
        p += (7 - p) % 8
        if p.bit_length() == bits and gmpy2.is_prime(p, _PRIME_TESTS):
            return p


def _open_gamma(n: mpz, phi: mpz, trustees: int, entropy: Entropy) -> tuple[mpz, mpz]:
    """γ = λ·φ + R·n with gcd(γ, n) = 1, and R; λ in (−n, 0], so that R' = R − γ1 is positive.

    A non-negative λ gives R' ≤ 0, and the share of a single trustee, Δ²·R', could not be an exponent.
    """
    while True:
        r = uniform(mpz(trustees) << (n.bit_length() + HIDING_BITS), entropy)
        gamma = r * n - uniform(n, entropy) * phi
        if gmpy2.gcd(gamma, n) == 1:
            return gamma, r


def _share(
    r: mpz, gamma1: mpz, trustees: int, threshold: int, bits: int, entropy: Entropy
) -> tuple[int, ...]:
    """s_i = Δ·(f(i) − Δ·γ1), f(0) = Δ·R, coefficients below 2^σ·Δ·k·Rb."""
    delta = mpz(math.factorial(trustees))
    bound = (delta * threshold * trustees) << (bits + 2 * HIDING_BITS)
    coefficients = [delta * r] + [uniform(bound, entropy) for _ in range(threshold - 1)]
    values = [sum(c * i**power for power, c in enumerate(coefficients)) for i in range(1, trustees + 1)]
    return tuple(int(delta * (value - delta * gamma1)) for value in values)


def _certify(n: mpz, phi: mpz, context: bytes) -> Certificate:
    inverse = gmpy2.invert(n, phi)
    exponent = (phi + 4) // 8  # the one square root that may be shown: another would publish a factor
    roots = (gmpy2.powmod_sec(root_target(n, context, j), inverse, n) for j in range(NTH_ROOTS))
    squares = (gmpy2.powmod_sec(square_target(n, context, j), exponent, n) for j in range(SQUARE_ROOTS))
    return Certificate(nth_roots=tuple(map(int, roots)), square_roots=tuple(map(int, squares)))
