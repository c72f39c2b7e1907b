# SPDX-License-Identifier: AGPL-3.0-or-later
"""The full certificate of n (docs/spec/protocol.md, "Certificate"): each ciphertext has one plaintext.

(1) 8 n-th roots of hash-derived values and no prime factor up to 2^16: gcd(n, φ(n)) = 1 but for 2^-128
(Goldberg–Reyzin–Sagga–Baldimtsi 2019). (2) 128 square roots of ±g_j and n ≡ 1 mod 8: two prime factors,
both ≡ 3 mod 4 (van de Graaf–Peralta 1987). Nothing here trusts whoever made n.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import gmpy2
from gmpy2 import mpz

from tally.crypto.errors import CertificateError
from tally.crypto.numbers import hash_to_residue, to_bytes, width_of

NTH_ROOTS = 8
SQUARE_ROOTS = 128
SMALL_FACTORS = 1 << 16
_ROOT_TAG = b"veritally/certificate/nth-root/1"
_SQUARE_TAG = b"veritally/certificate/square-root/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """8 n-th roots and 128 square roots, all in (0, n)."""

    nth_roots: tuple[int, ...]
    square_roots: tuple[int, ...]


def root_target(n: int, context: bytes, index: int) -> mpz:
    """ρ_index, the value whose n-th root is shown."""
    return hash_to_residue(n, (_ROOT_TAG, to_bytes(n, width_of(n)), context, index.to_bytes(4, "big")))


def square_target(n: int, context: bytes, index: int) -> mpz:
    """g_index, hash-derived with Jacobi symbol +1: the first that a counter gives."""
    return next(g for g in _square_candidates(n, context, index) if g > 1 and gmpy2.jacobi(g, n) == 1)


def _square_candidates(n: int, context: bytes, index: int) -> Iterator[mpz]:
    head = (_SQUARE_TAG, to_bytes(n, width_of(n)), context, index.to_bytes(4, "big"))
    counter = 0
    while True:
        yield hash_to_residue(n, (*head, counter.to_bytes(4, "big")))
        counter += 1


def verify_certificate(n: int, bits: int, context: bytes, certificate: Certificate) -> None:
    """n is what every bound of the tally stands on. Raises CertificateError."""
    n = mpz(n)
    _check_modulus(n, bits)
    if (len(certificate.nth_roots), len(certificate.square_roots)) != (NTH_ROOTS, SQUARE_ROOTS):
        raise CertificateError(
            "the certificate is short",
            expected=(NTH_ROOTS, SQUARE_ROOTS),
            computed=(len(certificate.nth_roots), len(certificate.square_roots)),
        )
    for index, y in enumerate(certificate.nth_roots):
        if not 0 < y < n or pow(mpz(y), n, n) != root_target(n, context, index):
            raise CertificateError(f"n-th root {index} of the certificate does not hold")
    for index, s in enumerate(certificate.square_roots):
        g = square_target(n, context, index)
        if not 0 < s < n or mpz(s) * s % n not in (g, n - g):
            raise CertificateError(f"square root {index} of the certificate does not hold")


def _check_modulus(n: mpz, bits: int) -> None:
    if n.bit_length() != bits:
        raise CertificateError("n has not the promised size", expected=bits, computed=n.bit_length())
    if n % 8 != 1:
        raise CertificateError("n is not 1 modulo 8", expected=1, computed=int(n % 8))
    if gmpy2.gcd(n, _small_primes()) != 1:
        raise CertificateError("n has a prime factor below 2^16")
    if gmpy2.is_prime(n):
        raise CertificateError("n is prime")
    if gmpy2.is_power(n):
        raise CertificateError("n is a perfect power")


@cache
def _small_primes() -> mpz:
    return gmpy2.primorial(SMALL_FACTORS)
