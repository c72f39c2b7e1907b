# SPDX-License-Identifier: AGPL-3.0-or-later
"""Powers of one base that is used many times (Brickell–Gordon–McCurley–Wilson 1992, radix 2^w).

A table of ⌈bits/w⌉ rows of 2^w entries, grown as longer exponents come; a power then costs at most
⌈bits/w⌉ modular multiplications and no squaring. Table look-ups depend on the exponent: not constant-time.
"""

from gmpy2 import mpz

from tally.crypto.numbers import inverse


class FixedBase:
    """base^e mod modulus for many e; memory is rows · 2^window · |modulus| / 8 bytes."""

    def __init__(self, base: int, modulus: int, *, window: int = 8) -> None:
        self._modulus = modulus
        self._window = window
        self._base = mpz(base)
        self._rows: tuple[tuple[mpz, ...], ...] = ()  # row r holds base^(d·2^(w·r)) for every digit d

    def _table(self, count: int) -> tuple[tuple[mpz, ...], ...]:
        """At least `count` rows, published at once: threads share a table and may both be growing it."""
        held = self._rows
        if len(held) >= count:
            return held
        modulus, rows = self._modulus, list(held)
        while len(rows) < count:
            seed = rows[-1][-1] * rows[-1][1] % modulus if rows else self._base
            row = [mpz(1), seed]
            for _ in range((1 << self._window) - 2):
                row.append(row[-1] * seed % modulus)
            rows.append(tuple(row))
        self._rows = made = tuple(rows)
        return made

    def reserve(self, bits: int) -> None:
        """Make the rows for exponents of so many bits now; other threads go on with those there are."""
        self._table(-(-bits // self._window))

    def covers(self, exponent: int) -> bool:
        """Whether the rows that `exponent` needs exist already."""
        return int(exponent).bit_length() <= self._window * len(self._rows)

    def power(self, exponent: int) -> mpz:
        """base^exponent mod modulus; a negative exponent costs one inversion more."""
        if exponent < 0:
            return inverse(self.power(-exponent), self._modulus)
        window, modulus = self._window, self._modulus
        mask = (1 << window) - 1
        result = mpz(1)
        rest = int(exponent)
        for row in self._table(-(-int(exponent).bit_length() // window)):
            if not rest:
                break
            digit = rest & mask
            if digit:
                result = result * row[digit] % modulus
            rest >>= window
        return result
