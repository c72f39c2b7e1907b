# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bytes of integers, hashing into residues, and batch inversion (docs/spec/protocol.md, "Notation").

Everything here is public arithmetic: nothing is constant-time.
"""

import hashlib
from collections.abc import Iterable, Sequence

import gmpy2
from gmpy2 import mpz

from tally.crypto.errors import NotAUnit, OutOfRange, ParameterError


def width_of(modulus: int) -> int:
    """Bytes of a residue modulo `modulus`."""
    return (int(modulus).bit_length() + 7) // 8


def to_bytes(value: int, width: int) -> bytes:
    """Big-endian bytes of fixed width. Raises OutOfRange for a negative or longer number."""
    try:
        return int(value).to_bytes(width, "big")
    except OverflowError:
        raise OutOfRange("a number does not fit its fixed width", expected=width) from None


def items(parts: Iterable[bytes]) -> bytes:
    """u32be length ‖ bytes, for every part: no two sequences share an encoding."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def hash_to_residue(modulus: int, parts: Iterable[bytes]) -> mpz:
    """SHAKE-256(items) to |modulus| + 128 bits, reduced: within 2^-128 of uniform (FIPS 202).

    Raises ParameterError for a modulus below 2.
    """
    if modulus < 2:  # noqa: PLR2004  # there is no residue but 0
        raise ParameterError("a modulus is at least 2", computed=modulus)
    length = width_of(modulus) + 16
    digest = hashlib.shake_256(items(parts)).digest(length)
    return mpz(int.from_bytes(digest, "big")) % modulus


def product(values: Iterable[int], modulus: int) -> mpz:
    """Π values mod modulus, one modular multiplication a value."""
    result = mpz(1)
    for value in values:
        result = result * value % modulus
    return result


def check_units(values: Iterable[int], n: int) -> None:
    """All values are coprime to n: one multiplication modulo n each, and one gcd.

    Raises NotAUnit.
    """
    if gmpy2.gcd(product(values, n), n) != 1:
        raise NotAUnit("a value shares a factor with n")


def power(base: int, exponent: int, modulus: int) -> mpz:
    """base^exponent mod modulus, the exponent of any sign. Raises NotAUnit."""
    return pow(inverse(base, modulus) if exponent < 0 else mpz(base), mpz(abs(exponent)), mpz(modulus))


def inverse(value: int, modulus: int) -> mpz:
    """value^-1 mod modulus. Raises NotAUnit."""
    try:
        return gmpy2.invert(mpz(value), mpz(modulus))
    except ZeroDivisionError:
        raise NotAUnit("a value has no inverse") from None


def inverses(values: Sequence[int], modulus: int) -> tuple[mpz, ...]:
    """All inverses for one inversion and 3 multiplications a value (Montgomery's trick).

    Raises NotAUnit if any value is not a unit.
    """
    prefix = [mpz(1)]
    for value in values:
        prefix.append(prefix[-1] * value % modulus)
    running = inverse(prefix[-1], modulus)
    result = []
    for value, before in zip(reversed(values), reversed(prefix[:-1]), strict=True):
        result.append(running * before % modulus)
        running = running * value % modulus
    return tuple(reversed(result))
