# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many bits a counter has, and how tallies of variables share one plaintext.

Specification: docs/spec/contests.md, "Counters". Shifts only; no ciphertext is touched here.
"""

from collections.abc import Sequence

from bulletin_board.codec.canonical import MAX_INTEGER
from tally.contests.errors import DoesNotFit, InvalidCapacity, InvalidCounterBits, StrayBits, WrongCount
from tally.contests.program import MARGIN, Program, check_bounds

LEAST_BITS = 2

Aggregate = tuple[tuple[int, int], ...]  # ((variable index, shift in bits), …)


def counter_bits(capacity: int, largest: int) -> int:
    """Return the smallest b ≥ 2 with 2^b > capacity · largest.

    `capacity` is the greatest total weight the roll may ever have, `largest` the greatest value that one
    ballot of weight 1 can add to a counter. Raises InvalidCapacity unless 1 ≤ capacity · largest < 2^53.
    """
    total = capacity * largest
    if capacity < 1 or largest < 1 or total > MAX_INTEGER:
        raise InvalidCapacity("capacity times largest value", expected=f"1..{MAX_INTEGER}", computed=total)
    return max(LEAST_BITS, total.bit_length())


def check_fit(program: Program, *, counter_bits: int, modulus_bits: int) -> None:
    """Raise unless `program` can be proved and counted with these parameters.

    WrapAround by `check_bounds`; InvalidCounterBits below two bits; DoesNotFit for a variable whose counters
    need more than modulus_bits − 130 bits, or whose largest value needs more than its counters have.
    """
    if counter_bits < LEAST_BITS:
        raise InvalidCounterBits("counters too small", expected=LEAST_BITS, computed=counter_bits)
    check_bounds(program, modulus_bits)
    for variable in program.variables:
        width = variable.counters * counter_bits
        if width > modulus_bits - MARGIN:
            raise DoesNotFit("counters of one variable", expected=modulus_bits - MARGIN, computed=width)
        needed = variable.domain[-1].bit_length()
        if width and needed > width:
            raise DoesNotFit("a value above its counters", expected=width, computed=needed)


def pack(program: Program, *, counter_bits: int, modulus_bits: int) -> tuple[Aggregate, ...]:
    """Return the aggregates: which tallies share one plaintext, and how far each is shifted.

    Variables are taken in order; each gets counters · counter_bits bits above the last one, and begins a new
    aggregate when modulus_bits − 130 bits would be exceeded. Variables without counters are left out.
    Raises as `check_fit`.
    """
    check_fit(program, counter_bits=counter_bits, modulus_bits=modulus_bits)
    aggregates: list[list[tuple[int, int]]] = []
    used = modulus_bits  # full: the first variable begins the first aggregate
    for index, variable in enumerate(program.variables):
        width = variable.counters * counter_bits
        if not width:
            continue
        if used + width > modulus_bits - MARGIN:
            aggregates.append([])
            used = 0
        aggregates[-1].append((index, used))
        used += width
    return tuple(map(tuple, aggregates))


def unpack(
    program: Program, plaintexts: Sequence[int], *, counter_bits: int, modulus_bits: int
) -> tuple[tuple[int, ...], ...]:
    """Return the counters of every tallied variable, in order, from one plaintext per aggregate.

    Raises WrongCount for another number of plaintexts, StrayBits for one that is negative or has bits above
    its last slot (such a plaintext is no sum of valid ballots), or as `check_fit`.
    """
    aggregates = pack(program, counter_bits=counter_bits, modulus_bits=modulus_bits)
    if len(plaintexts) != len(aggregates):
        raise WrongCount("number of plaintexts", expected=len(aggregates), computed=len(plaintexts))
    rows: list[tuple[int, ...]] = []
    for aggregate, plaintext in zip(aggregates, plaintexts, strict=True):
        last, shift = aggregate[-1]
        width = shift + program.variables[last].counters * counter_bits
        if plaintext < 0 or plaintext >> width:
            raise StrayBits("bits above the last slot", expected=width, computed=plaintext.bit_length())
        rows += (
            _digits(plaintext >> start, program.variables[index].counters, counter_bits)
            for index, start in aggregate
        )
    return tuple(rows)


def _digits(number: int, count: int, bits: int) -> tuple[int, ...]:
    """Return the lowest `count` digits of `number` in base 2^bits, lowest first."""
    mask = (1 << bits) - 1
    return tuple(number >> bits * place & mask for place in range(count))
