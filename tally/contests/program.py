# SPDX-License-Identifier: AGPL-3.0-or-later
"""A contest as the proofs see it: variables and constraints (docs/spec/contests.md, "Programs").

A variable is an integer of the voter's, encrypted on its own, out of a public domain. A constraint is a sum
of variables that must lie in a public set. Nothing here knows a kind of question, an option or a key; how
the statements are proved is the business of `tally.crypto`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import HEX_INTEGER_DIGITS, Fields, hex_integer, hex_integer_text
from bulletin_board.errors import EncodingError
from tally.contests.errors import (
    EmptySet,
    NegativeNumber,
    NotIncreasing,
    TooManyBranches,
    UnknownVariable,
    Unsatisfied,
    WrapAround,
    WrongCount,
    ZeroCoefficient,
)
from tally.crypto.statements import Statement

MARGIN = 130  # bits below |n| that every statement and every packed plaintext leaves free
MAX_BRANCHES = 8_192  # of all statements of one contest: 2 MB of a ballot at 3072 bits
MAX_COUNTERS = 1_024  # slots of one variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """An integer out of `domain` (not negative, strictly increasing), one ciphertext on the ballot.

    `counters` is the number of counter slots that its tally fills; 0 means that it is never tallied.
    Raises EmptySet, NotIncreasing, NegativeNumber.
    """

    domain: tuple[int, ...]
    counters: int

    def __post_init__(self) -> None:
        _check_set(self.domain, "a domain")
        if self.domain[0] < 0 or self.counters < 0:
            raise NegativeNumber("a negative value or number of counters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """Σ a_i·x_i over `terms` = ((i, a_i), …) lies in `allowed`.

    Indices and allowed sums are strictly increasing, a_i ≠ 0; an allowed sum may be negative. Raises
    EmptySet, NotIncreasing, ZeroCoefficient.
    """

    terms: tuple[tuple[int, int], ...]
    allowed: tuple[int, ...]

    def __post_init__(self) -> None:
        _check_set(tuple(index for index, _ in self.terms), "the variables of a sum")
        _check_set(self.allowed, "a set of allowed sums")
        if any(coefficient == 0 for _, coefficient in self.terms):
            raise ZeroCoefficient("a term with coefficient 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """All `variables` of a contest in ballot order, and all `constraints` on them.

    Raises EmptySet, UnknownVariable, TooManyBranches.
    """

    variables: tuple[Variable, ...]
    constraints: tuple[Constraint, ...]

    def __post_init__(self) -> None:
        if not self.variables:
            raise EmptySet("a program without variables")
        for constraint in self.constraints:
            # Indices increase, so the first and the last bound them all.
            if constraint.terms[0][0] < 0 or constraint.terms[-1][0] >= len(self.variables):
                raise UnknownVariable("a term about no variable", computed=constraint.terms)
        branches = sum(len(statement.values) for statement in self.statements())
        if branches > MAX_BRANCHES:
            raise TooManyBranches("too many branches", expected=f"at most {MAX_BRANCHES}", computed=branches)

    def statements(self) -> tuple[Statement, ...]:
        """Return what a ballot proves, in order: one statement per variable, then one per constraint."""
        singles = (
            Statement(terms=((index, 1),), values=variable.domain)
            for index, variable in enumerate(self.variables)
        )
        sums = (
            Statement(terms=constraint.terms, values=constraint.allowed) for constraint in self.constraints
        )
        return (*singles, *sums)

    def to_value(self) -> dict[str, Value]:
        """Return the program as a JSON value; all constants in minimal lowercase hexadecimal."""
        return {
            "variables": [
                {"domain": _hex_list(variable.domain), "counters": variable.counters}
                for variable in self.variables
            ],
            "constraints": [
                {
                    "terms": [
                        [index, hex_integer_text(coefficient)] for index, coefficient in constraint.terms
                    ],
                    "allowed": _hex_list(constraint.allowed),
                }
                for constraint in self.constraints
            ],
        }

    @classmethod
    def from_value(cls, value: Value, name: str = "program") -> "Program":
        """Return the program of a JSON value; raises a ProgramError or the codec's EncodingError."""
        fields = Fields(value, name)
        variables = tuple(_read_variable(item) for item in fields.objects("variables", high=MAX_BRANCHES))
        constraints = tuple(
            _read_constraint(item) for item in fields.objects("constraints", high=MAX_BRANCHES)
        )
        fields.done()
        return cls(variables=variables, constraints=constraints)


def check_bounds(program: Program, modulus_bits: int) -> None:
    """Raise WrapAround unless every |Σ a_i·x_i − v|, and every domain value, is below 2^(modulus_bits − 130).

    Below that, a congruence modulo n is an equality of integers, with room to spare for an n that has one
    smallish factor (docs/spec/contests.md, "Bounds").
    """
    limit = 1 << max(0, modulus_bits - MARGIN)
    for statement in program.statements():
        low, high = _range(program, statement)
        distance = max(high - statement.values[0], statement.values[-1] - low)
        if max(distance, high, -low) >= limit:
            bits = max(distance, high, -low).bit_length()
            raise WrapAround("a statement could wrap around", expected=modulus_bits - MARGIN, computed=bits)


def check_satisfied(program: Program, values: Sequence[int]) -> None:
    """Raise WrongCount or Unsatisfied unless `values`, one per variable, satisfy every statement."""
    if len(values) != len(program.variables):
        raise WrongCount("number of values", expected=len(program.variables), computed=len(values))
    for index, statement in enumerate(program.statements()):
        total = sum(coefficient * values[variable] for variable, coefficient in statement.terms)
        if total not in statement.values:
            raise Unsatisfied(f"statement {index} does not hold", expected=statement.values, computed=total)


def _range(program: Program, statement: Statement) -> tuple[int, int]:
    """Return the least and the greatest Σ a_i·x_i over the domains."""
    low = high = 0
    for index, coefficient in statement.terms:
        domain = program.variables[index].domain
        ends = sorted((coefficient * domain[0], coefficient * domain[-1]))
        low, high = low + ends[0], high + ends[1]
    return low, high


def _check_set(members: tuple[int, ...], name: str) -> None:
    if not members:
        raise EmptySet(f"{name} is empty")
    if any(left >= right for left, right in pairwise(members)):
        raise NotIncreasing(f"{name} is not strictly increasing")


def _read_variable(fields: Fields) -> Variable:
    domain = _read_hex_list(fields, "domain")
    counters = fields.integer("counters", 0, MAX_COUNTERS)
    fields.done()
    return Variable(domain=domain, counters=counters)


def _read_constraint(fields: Fields) -> Constraint:
    items = fields.items("terms", high=MAX_BRANCHES)
    terms = tuple(_read_term(item, f"{fields.path('terms')}[{index}]") for index, item in enumerate(items))
    allowed = _read_hex_list(fields, "allowed")
    fields.done()
    return Constraint(terms=terms, allowed=allowed)


def _read_term(value: Value, name: str) -> tuple[int, int]:
    pair = Fields({"pair": value}, name).items("pair", low=2, high=2)
    fields = Fields({"variable": pair[0], "coefficient": pair[1]}, name)
    return fields.integer("variable", 0, MAX_BRANCHES), _read_hex(fields.text("coefficient"), name)


def _read_hex_list(fields: Fields, key: str) -> tuple[int, ...]:
    texts = fields.strings(key, high=MAX_BRANCHES, limit=HEX_INTEGER_DIGITS)
    return tuple(_read_hex(text, f"{fields.path(key)}[{index}]") for index, text in enumerate(texts))


def _read_hex(text: str, name: str) -> int:
    try:
        return hex_integer(text)
    except EncodingError as error:
        raise error.at(name) from None


def _hex_list(numbers: tuple[int, ...]) -> list[Value]:
    return [hex_integer_text(number) for number in numbers]
