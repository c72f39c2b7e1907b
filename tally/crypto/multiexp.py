# SPDX-License-Identifier: AGPL-3.0-or-later
"""Π b_i^{e_i} mod N close to the least number of modular multiplications (docs/spec/protocol.md, "Cost").

Two methods, chosen by their cost: interleaved windows (Straus 1964) for a few bases, buckets
(Pippenger 1976; Bernstein–Doumen–Lange–Oosterwijk 2012) for many.
Exponents are public: nothing is constant-time.
"""

from bisect import bisect_right
from collections.abc import Sequence

from gmpy2 import mpz

from tally.crypto.errors import OutOfRange

_WIDEST = 16


def multi_power(bases: Sequence[int], exponents: Sequence[int], modulus: int) -> mpz:
    """Π bases[i]^exponents[i] mod modulus, for exponents ≥ 0. Raises OutOfRange for a negative one."""
    terms = [(mpz(b), mpz(e)) for b, e in zip(bases, exponents, strict=True) if e]
    if any(e < 0 for _, e in terms):
        raise OutOfRange("exponents of a multi-exponentiation are not negative")
    if not terms:
        return mpz(1) % modulus
    lengths = sorted(e.bit_length() for _, e in terms)
    windows = plan_buckets(lengths)
    window, cost = best_straus(lengths)
    if cost <= bucket_cost(windows, lengths):
        return _straus(terms, window, modulus)
    return _buckets(terms, windows, modulus)


def plan_buckets(lengths: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Windows (shift, width) from bit 0 up; each as wide as its own number of live exponents makes cheapest.

    A window of width c over k live exponents costs k multiplications to fill the buckets and 2^(c+1) to sum
    them, so long exponents (of ciphertexts) do not force the windows of short ones (of commitments).
    """
    windows = []
    shift = 0
    while shift < lengths[-1]:
        live = len(lengths) - bisect_right(lengths, shift)
        width = min(range(1, _WIDEST + 1), key=lambda c: (live * (1 - 2.0**-c) + 2 ** (c + 1) - 2) / c)
        windows.append((shift, width))
        shift += width
    return tuple(windows)


def bucket_cost(windows: Sequence[tuple[int, int]], lengths: Sequence[int]) -> float:
    """Expected modular multiplications of the bucket method."""
    total = float(lengths[-1])  # squarings
    for shift, width in windows:
        live = len(lengths) - bisect_right(lengths, shift)
        total += live * (1 - 2.0**-width) + min(2 ** (width + 1) - 2, 2 * live * width)
    return total


def best_straus(lengths: Sequence[int]) -> tuple[int, float]:
    """The cheapest window of the interleaved method, with its expected modular multiplications."""

    def cost(width: int) -> float:
        tables = float(len(lengths) * (2**width - 2))
        return tables + sum(lengths) * (1 - 2.0**-width) / width + lengths[-1]

    width = min(range(1, 8), key=cost)
    return width, cost(width)


def _straus(terms: Sequence[tuple[mpz, mpz]], width: int, modulus: int) -> mpz:
    tables = []
    for base, _ in terms:
        row = [mpz(1), base]
        for _ in range(2**width - 2):
            row.append(row[-1] * base % modulus)
        tables.append(row)
    mask = (1 << width) - 1
    top = max(e.bit_length() for _, e in terms)
    result = mpz(1)
    for shift in range((top - 1) // width * width, -1, -width):
        if result != 1:
            for _ in range(width):
                result = result * result % modulus
        for (_, exponent), row in zip(terms, tables, strict=True):
            digit = (exponent >> shift) & mask
            if digit:
                result = result * row[digit] % modulus
    return result


def _buckets(terms: Sequence[tuple[mpz, mpz]], windows: Sequence[tuple[int, int]], modulus: int) -> mpz:
    result = mpz(1)
    for shift, width in reversed(windows):
        if result != 1:
            for _ in range(width):
                result = result * result % modulus
        result = result * _window(terms, shift, width, modulus) % modulus
    return result


def _window(terms: Sequence[tuple[mpz, mpz]], shift: int, width: int, modulus: int) -> mpz:
    """Π base^digit, where digit is `width` bits of the exponent from bit `shift`."""
    mask = (1 << width) - 1
    buckets: list[mpz | None] = [None] * (mask + 1)
    for base, exponent in terms:
        digit = (exponent >> shift) & mask
        if digit:
            held = buckets[digit]
            buckets[digit] = base if held is None else held * base % modulus
    return _sum_buckets(buckets, modulus)


def _sum_buckets(buckets: Sequence[mpz | None], modulus: int) -> mpz:
    """Π_d bucket_d^d by running products, two multiplications a bucket."""
    running: mpz | None = None
    total: mpz | None = None
    for bucket in reversed(buckets[1:]):
        if bucket is not None:
            running = bucket if running is None else running * bucket % modulus
        if running is not None:
            total = running if total is None else total * running % modulus
    return mpz(1) if total is None else total
