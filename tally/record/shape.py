# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shape of every ballot of an election: what a parser must expect (docs/spec/record.md, "Ballot").

It follows from the manifest's program and modulus size alone; n itself is not needed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tally.contests.program import Program
from tally.crypto.parameters import CHALLENGE_BITS, response_bits
from tally.crypto.statements import Statement

CHALLENGE_BYTES = CHALLENGE_BITS // 8
MAX_BALLOT_BYTES = 4 * 1024 * 1024

_FRAME_BYTES = 600  # everything of a ballot but its contests, with room to spare
_CONTEST_BYTES = 40  # {"ciphertexts":[],"responses":[]},


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementShape:
    """One statement over the contest's own variables, and the bits of its responses: 0 ≤ z < 2^(L+1)."""

    statement: Statement
    response_bits: int  # L

    @property
    def branches(self) -> int:
        """V, the number of values."""
        return len(self.statement.values)

    @property
    def response_width(self) -> int:
        """Bytes of one response, ⌈(L+1)/8⌉."""
        return self.response_bits // 8 + 1

    @property
    def width(self) -> int:
        """Bytes of all sub-challenges and responses."""
        return self.branches * (CHALLENGE_BYTES + self.response_width)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestShape:
    """How many ciphertexts a contest has, and what is proved of them, in order."""

    variables: int
    statements: tuple[StatementShape, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotShape:
    """The contests in manifest order; `statements` are the same statements over all ciphertexts in a row."""

    modulus_bits: int
    contests: tuple[ContestShape, ...]
    statements: tuple[Statement, ...]

    @classmethod
    def of(cls, program: Sequence[Program], modulus_bits: int) -> "BallotShape":
        """Return the shape of ballots for compiled contests under a modulus of `modulus_bits`."""
        contests = tuple(_contest_shape(part, modulus_bits) for part in program)
        return cls(modulus_bits=modulus_bits, contests=contests, statements=tuple(_flat(contests)))

    @property
    def ciphertext_width(self) -> int:
        """Bytes of a ciphertext or a commitment: the width of N = n²."""
        return self.modulus_bits // 4

    @property
    def branches(self) -> int:
        """The number of branches of all statements: of sub-challenges, responses and commitments."""
        return sum(len(statement.values) for statement in self.statements)

    @property
    def size_limit(self) -> int:
        """A bound on the canonical bytes of a ballot, its signature included."""
        return _FRAME_BYTES + sum(self._contest_bytes(contest) for contest in self.contests)

    def _contest_bytes(self, contest: ContestShape) -> int:
        strings = [self.ciphertext_width] * contest.variables + [part.width for part in contest.statements]
        return _CONTEST_BYTES + sum((width * 4 + 2) // 3 + len('"",') for width in strings)


def _contest_shape(program: Program, modulus_bits: int) -> ContestShape:
    statements = tuple(
        StatementShape(statement=part, response_bits=response_bits(modulus_bits, _coefficient_sum(part)))
        for part in program.statements()
    )
    return ContestShape(variables=len(program.variables), statements=statements)


def _coefficient_sum(statement: Statement) -> int:
    return sum(abs(coefficient) for _, coefficient in statement.terms)


def _flat(contests: Sequence[ContestShape]) -> Iterator[Statement]:
    first = 0
    for contest in contests:
        for part in contest.statements:
            terms = tuple((first + index, coefficient) for index, coefficient in part.statement.terms)
            yield Statement(terms=terms, values=part.statement.values)
        first += contest.variables
