# SPDX-License-Identifier: AGPL-3.0-or-later
"""What follows from the questions: counter bits, program, aggregates (docs/spec/record.md, "Derived parts").

The same functions fill a new manifest and recompute a given one.
"""

from collections.abc import Sequence

from tally.contests.counters import counter_bits, pack
from tally.contests.program import Program
from tally.contests.protocol import Contest
from tally.record.aggregate import Aggregate


def derive_counter_bits(contests: Sequence[Contest], *, roll_capacity: int) -> int:
    """Return the smallest b that no counter of any contest can overflow; raises InvalidCapacity."""
    largest = max((contest.largest_counter for contest in contests), default=1)
    return counter_bits(roll_capacity, largest)


def derive_program(
    contests: Sequence[Contest], *, counter_bits: int, modulus_bits: int
) -> tuple[Program, ...]:
    """Return the compiled program of each contest; raises a ContestError where one does not fit."""
    return tuple(
        contest.compile(counter_bits=counter_bits, modulus_bits=modulus_bits) for contest in contests
    )


def derive_aggregates(
    contests: Sequence[Contest], program: Sequence[Program], *, counter_bits: int, modulus_bits: int
) -> tuple[Aggregate, ...]:
    """Return everything that will be decrypted, contest by contest."""
    return tuple(
        Aggregate(contest=contest.id, terms=terms)
        for contest, part in zip(contests, program, strict=True)
        for terms in pack(part, counter_bits=counter_bits, modulus_bits=modulus_bits)
    )
