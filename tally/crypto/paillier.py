# SPDX-License-Identifier: AGPL-3.0-or-later
"""Paillier encryption with short-exponent randomness (Paillier 1999; Damgård–Jurik–Nielsen 2010).

c = g^m · h^s mod N with g = 1 + n; docs/spec/protocol.md, "Encryption". Decryption: `threshold`.
"""

from gmpy2 import mpz

from tally.crypto.errors import OutOfRange
from tally.crypto.multiexp import multi_power
from tally.crypto.numbers import inverse
from tally.crypto.parameters import PublicKey


def g_power(key: PublicKey, exponent: int) -> mpz:
    """g^exponent = 1 + exponent·n mod N, for any integer: one multiplication."""
    return (1 + (exponent % key.n) * key.n) % key.modulus


def encrypt(key: PublicKey, plaintext: int, randomness: int) -> mpz:
    """c = g^m · h^s mod N. Raises OutOfRange unless 0 ≤ m < n and 0 ≤ s < 2^R."""
    if not 0 <= plaintext < key.n:
        raise OutOfRange("a plaintext lies in [0, n)")
    if not 0 <= randomness < 1 << key.randomness_bits:
        raise OutOfRange("a randomness exponent lies in [0, 2^R)")
    return g_power(key, plaintext) * key.powers.power(randomness) % key.modulus


def combine(key: PublicKey, ciphertexts: tuple[int, ...], terms: tuple[tuple[int, int], ...]) -> mpz:
    """C = Π c_i^{a_i} mod N over terms ((i, a_i), …): encrypts Σ a_i·x_i. Raises NotAUnit."""
    up = [(ciphertexts[i], a) for i, a in terms if a > 0]
    down = [(ciphertexts[i], -a) for i, a in terms if a < 0]
    result = _power_product(key, up)
    return result * inverse(_power_product(key, down), key.modulus) % key.modulus if down else result


def _power_product(key: PublicKey, terms: list[tuple[int, int]]) -> mpz:
    return multi_power([c for c, _ in terms], [a for _, a in terms], key.modulus)
