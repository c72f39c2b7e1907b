# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one door to the `phe` library: an independent Paillier, as an oracle against our own.

Raw decryption and homomorphic addition only: `EncryptedNumber` re-randomises and has float exponents.
"""

from gmpy2 import mpz
from phe import paillier


class PrivateOracle:
    """Decrypts with p and q, as `phe` does."""

    def __init__(self, p: int, q: int) -> None:
        self._key = paillier.PaillierPrivateKey(paillier.PaillierPublicKey(int(p * q)), int(p), int(q))

    def __repr__(self) -> str:
        return "PrivateOracle(…)"

    def decrypt(self, ciphertext: int) -> mpz:
        """The plaintext in [0, n)."""
        return mpz(self._key.raw_decrypt(int(ciphertext)))


class PublicOracle:
    """Encrypts and adds with n alone, as `phe` does."""

    def __init__(self, n: int) -> None:
        self._key = paillier.PaillierPublicKey(int(n))

    def encrypt(self, plaintext: int) -> mpz:
        """A fresh ciphertext with phe's own randomness."""
        return mpz(self._key.raw_encrypt(int(plaintext)))

    def add(self, first: int, second: int) -> mpz:
        """A ciphertext of the sum."""
        a = paillier.EncryptedNumber(self._key, int(first))
        b = paillier.EncryptedNumber(self._key, int(second))
        return mpz((a + b).ciphertext(be_secure=False))
