# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting modular multiplications without touching the code that makes them.

A `CountingModulus` stands in for N: every `x % N` in the product is one reduction, hence one multiplication.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from gmpy2 import mpz

from tally.crypto.fixed_base import FixedBase
from tally.crypto.parameters import PublicKey


class CountingModulus:
    """N, and how often something was reduced modulo it."""

    def __init__(self, value: mpz) -> None:
        self.value = value
        self.reductions = 0

    def __rmod__(self, other: mpz) -> mpz:
        self.reductions += 1
        return other % self.value

    def __rsub__(self, other: mpz) -> mpz:
        return other - self.value

    def __sub__(self, other: mpz) -> mpz:
        return self.value - other

    def __gt__(self, other: mpz) -> bool:
        return self.value > other

    def __rshift__(self, bits: int) -> mpz:
        return self.value >> bits

    def __index__(self) -> int:
        return int(self.value)

    def bit_length(self) -> int:
        return self.value.bit_length()


@dataclass(frozen=True)
class Timing:
    """Milliseconds of processor time for one item, and its multiplications (None where none are counted)."""

    milliseconds: float
    modmuls: float | None


@cache
def counting_key(key: PublicKey) -> tuple[PublicKey, CountingModulus]:
    """The same key over a modulus that counts; its table of powers of h is as long as the original's."""
    modulus = CountingModulus(key.modulus)
    powers = FixedBase(key.base, modulus)
    powers.power((1 << 8 * len(key.powers._rows)) - 1)  # the table is not part of what is counted
    modulus.reductions = 0
    return PublicKey(n=key.n, modulus=modulus, base=key.base, powers=powers), modulus


def timed(work: Callable[[], object], *, items: int = 1, least: float = 0.4) -> float:
    """Milliseconds of processor time for one of `items`: the best of rounds that fill `least` seconds."""
    best, spent = float("inf"), 0.0
    while spent < least:
        start = time.process_time()
        work()
        taken = time.process_time() - start
        best, spent = min(best, taken), spent + taken
    return best / items * 1e3


def measured(work: Callable[[PublicKey], object], key: PublicKey, *, items: int = 1) -> Timing:
    """Time with the key itself, multiplications with its counting twin."""
    milliseconds = timed(lambda: work(key), items=items)
    twin, modulus = counting_key(key)
    modulus.reductions = 0
    work(twin)
    return Timing(milliseconds=milliseconds, modmuls=modulus.reductions / items)


def bare_multiplication(modulus: mpz) -> float:
    """Milliseconds of one a·b % N with nothing around it."""
    a = pow(mpz(3), modulus >> 1, modulus)
    b = a * a % modulus
    rounds = 2_000

    def work() -> None:
        c = a
        for _ in range(rounds):
            c = c * b % modulus

    return timed(work, items=rounds)
