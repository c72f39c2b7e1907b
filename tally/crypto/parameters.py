# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public key of an election and what derives from n alone (docs/spec/protocol.md, "Parameters").

Whether n is a good modulus is the certificate's business (`certificate`), not this module's.
"""

from dataclasses import dataclass, field

import gmpy2
from gmpy2 import mpz

from tally.crypto.errors import OutOfRange, ParameterError
from tally.crypto.fixed_base import FixedBase
from tally.crypto.numbers import hash_to_residue, to_bytes, width_of

CHALLENGE_BITS = 128  # t
HIDING_BITS = 128  # σ
MODULUS_BITS = (2048, 3072)
TEST_MODULUS_BITS = 1024
HEADROOM_BITS = 130  # plaintexts and statements stay this many bits below n
_BASE_TAG = b"veritally/h/1"


def check_modulus_bits(bits: int, *, allow_test_modulus: bool = False) -> None:
    """2048 or 3072; 1024 only behind the explicit switch. Raises ParameterError."""
    allowed = (TEST_MODULUS_BITS, *MODULUS_BITS) if allow_test_modulus else MODULUS_BITS
    if bits not in allowed:
        raise ParameterError("the size of n is not allowed", expected=allowed, computed=bits)


def derive_base(n: int) -> mpz:
    """h = u^(2n) mod n², u = SHAKE-256("veritally/h/1" ‖ n): an n-th residue that nobody chose.

    Raises ParameterError if n is even or below 3, or u shares a factor with it.
    """
    if n < 3 or n % 2 == 0:  # noqa: PLR2004  # the least odd modulus
        raise ParameterError("n is odd and at least 3", computed=n)
    u = hash_to_residue(n, (_BASE_TAG, to_bytes(n, width_of(n))))
    if gmpy2.gcd(u, n) != 1:
        raise ParameterError("the base of randomness is not a unit")
    return pow(u * u % n, mpz(n), mpz(n) * n)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """n, N = n², h and the table of powers of h; g is always 1 + n."""

    n: mpz
    modulus: mpz  # N = n²
    base: mpz  # h
    powers: FixedBase = field(compare=False, repr=False)

    @classmethod
    def from_modulus(cls, n: int) -> "PublicKey":
        """The key of modulus n; h is derived, never accepted. Raises ParameterError."""
        n = mpz(n)
        base = derive_base(n)
        return cls(n=n, modulus=n * n, base=base, powers=FixedBase(base, n * n))

    @property
    def bits(self) -> int:
        """|n|."""
        return int(self.n.bit_length())

    @property
    def randomness_bits(self) -> int:
        """R = ⌈|n|/2⌉ (Damgård–Jurik–Nielsen 2010)."""
        return -(-self.bits // 2)

    @property
    def width(self) -> int:
        """Bytes of a ciphertext or a commitment."""
        return width_of(self.modulus)


def response_bits(modulus_bits: int, coefficients: int) -> int:
    """L_i = R + ⌈log2 Σ|a_i|⌉ + t + σ, for `coefficients` = Σ|a_i|. Raises OutOfRange below 1."""
    if coefficients < 1:
        raise OutOfRange("a statement has a coefficient other than 0", expected=1, computed=coefficients)
    return -(-modulus_bits // 2) + (coefficients - 1).bit_length() + CHALLENGE_BITS + HIDING_BITS
