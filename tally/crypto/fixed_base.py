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
        self._rows: list[list[mpz]] = []
        self._next = mpz(base)  # base^(2^(w·rows)), the seed of the next row

    def _grow(self, rows: int) -> None:
        modulus = self._modulus
        while len(self._rows) < rows:
            seed = self._next
            row = [mpz(1), seed]
            for _ in range((1 << self._window) - 2):
                row.append(row[-1] * seed % modulus)
            self._rows.append(row)
            self._next = row[-1] * seed % modulus

    def covers(self, exponent: int) -> bool:
        """Whether the rows that `exponent` needs exist already."""
        return int(exponent).bit_length() <= self._window * len(self._rows)

    def power(self, exponent: int) -> mpz:
        """base^exponent mod modulus; a negative exponent costs one inversion more."""
        if exponent < 0:
            return inverse(self.power(-exponent), self._modulus)
        window, modulus = self._window, self._modulus
        mask = (1 << window) - 1
        self._grow(-(-int(exponent).bit_length() // window))
        result = mpz(1)
        rest = int(exponent)
        for row in self._rows:
            if not rest:
                break
            digit = rest & mask
            if digit:
                result = result * row[digit] % modulus
            rest >>= window
        return result
