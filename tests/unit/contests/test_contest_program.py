# SPDX-License-Identifier: AGPL-3.0-or-later
"""Programs: what is no program, what does not hold, and the one JSON form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.codec import canonical
from bulletin_board.errors import (
    EncodingError,
    MissingField,
    NotHexInteger,
    OutOfRange,
    UnknownField,
    WrongLength,
    WrongType,
)
from tally.contests.errors import (
    EmptySet,
    NegativeNumber,
    NotIncreasing,
    ProgramError,
    TooManyBranches,
    UnknownVariable,
    Unsatisfied,
    WrapAround,
    WrongCount,
    ZeroCoefficient,
)
from tally.contests.program import MAX_BRANCHES, Constraint, Program, Variable, check_bounds, check_satisfied
from tally.crypto.statements import Statement

BIT = Variable(domain=(0, 1), counters=1)
AT_MOST_ONE = Constraint(terms=((0, 1), (1, 1)), allowed=(0, 1))
PROGRAM = Program(variables=(BIT, BIT), constraints=(AT_MOST_ONE,))


def program_of(low, high, coefficient, allowed):
    return Program(
        variables=(Variable(domain=(low, high), counters=0),),
        constraints=(Constraint(terms=((0, coefficient),), allowed=allowed),),
    )


def test_statements_are_the_variables_and_then_the_constraints():
    assert PROGRAM.statements() == (
        Statement(terms=((0, 1),), values=(0, 1)),
        Statement(terms=((1, 1),), values=(0, 1)),
        Statement(terms=((0, 1), (1, 1)), values=(0, 1)),
    )


@pytest.mark.parametrize(
    ("domain", "error"),
    [((), EmptySet), ((1, 1), NotIncreasing), ((2, 1), NotIncreasing), ((-1, 0), NegativeNumber)],
)
def test_a_domain_that_is_no_increasing_set_of_numbers_is_refused(domain, error):
    with pytest.raises(error):
        Variable(domain=domain, counters=1)


def test_a_negative_number_of_counters_is_refused():
    with pytest.raises(NegativeNumber):
        Variable(domain=(0, 1), counters=-1)


@pytest.mark.parametrize(
    ("terms", "allowed", "error"),
    [
        ((), (0,), EmptySet),
        (((0, 1),), (), EmptySet),
        (((0, 1), (0, 1)), (0,), NotIncreasing),
        (((1, 1), (0, 1)), (0,), NotIncreasing),
        (((0, 1),), (1, 0), NotIncreasing),
        (((0, 1), (1, 0)), (0,), ZeroCoefficient),
    ],
)
def test_a_constraint_that_is_ambiguous_or_says_nothing_is_refused(terms, allowed, error):
    with pytest.raises(error):
        Constraint(terms=terms, allowed=allowed)


@pytest.mark.parametrize("index", [-1, 2])
def test_a_term_about_no_variable_is_refused(index):
    with pytest.raises(UnknownVariable):
        Program(variables=(BIT, BIT), constraints=(Constraint(terms=((index, 1),), allowed=(0,)),))


def test_a_program_without_variables_is_refused():
    with pytest.raises(EmptySet):
        Program(variables=(), constraints=())


def test_the_number_of_branches_is_capped():
    Program(variables=(BIT,) * (MAX_BRANCHES // 2), constraints=())
    with pytest.raises(TooManyBranches) as caught:
        Program(variables=(BIT,) * (MAX_BRANCHES // 2 + 1), constraints=())
    assert caught.value.computed == MAX_BRANCHES + 2


@pytest.mark.parametrize("values", [(0, 0), (0, 1), (1, 0)])
def test_values_that_satisfy_every_statement_pass(values):
    check_satisfied(PROGRAM, values)


@pytest.mark.parametrize("values", [(1, 1), (2, 0), (0, -1), (-1, 1)])
def test_values_that_break_a_statement_are_refused(values):
    with pytest.raises(Unsatisfied):
        check_satisfied(PROGRAM, values)


@pytest.mark.parametrize("values", [(), (0,), (0, 0, 0)])
def test_another_number_of_values_is_refused(values):
    with pytest.raises(WrongCount):
        check_satisfied(PROGRAM, values)


LIMIT = 1 << 30  # at 160 bits


@pytest.mark.parametrize(
    ("low", "high", "coefficient", "allowed"),
    [
        (0, 1, LIMIT - 1, (0,)),
        (0, 1, 1 - LIMIT, (0,)),
        (0, 1, 1, (1 - LIMIT + 1, 0)),
        (0, LIMIT - 1, 1, (0, LIMIT - 1)),
    ],
)
def test_statements_just_below_the_bound_pass(low, high, coefficient, allowed):
    check_bounds(program_of(low, high, coefficient, allowed), 160)


@pytest.mark.parametrize(
    ("low", "high", "coefficient", "allowed"),
    [
        (0, 1, LIMIT, (0,)),  # the sum itself
        (0, 1, -LIMIT, (0,)),
        (0, 1, 1, (1 - LIMIT, 0)),  # the sum less the least allowed value
        (0, 1, 1, (0, LIMIT)),  # the greatest allowed value less the sum
        (0, LIMIT, 1, (0, 1)),  # a domain
        (LIMIT, LIMIT + 1, 1, (LIMIT,)),  # a domain whose members are close together
        (0, 2, LIMIT // 2, (0,)),
    ],
)
def test_a_statement_that_could_wrap_around_is_refused(low, high, coefficient, allowed):
    with pytest.raises(WrapAround):
        check_bounds(program_of(low, high, coefficient, allowed), 160)


def test_a_cost_next_to_the_modulus_would_verify_an_unaffordable_choice_and_is_refused():
    n = (1 << 159) + 7  # stands for a modulus of 160 bits
    program = program_of(0, 1, n + 1, (0, 1))  # n + 1 ≡ 1 modulo n: the choice would seem to cost 1
    assert (n + 1) % n in program.constraints[0].allowed
    with pytest.raises(WrapAround):
        check_bounds(program, 160)


def test_a_modulus_without_room_carries_nothing():
    with pytest.raises(WrapAround):
        check_bounds(PROGRAM, 100)


def test_the_json_form_is_exact():
    program = program_of(0, 31, -26, (-1, 255))
    assert canonical.encode(program.to_value()) == (
        b'{"constraints":[{"allowed":["-1","ff"],"terms":[[0,"-1a"]]}],'
        b'"variables":[{"counters":0,"domain":["0","1f"]}]}'
    )


numbers = st.integers(-(2**3072), 2**3072)
domains = st.sets(st.integers(0, 2**3072), min_size=1, max_size=4).map(lambda found: tuple(sorted(found)))
variables = st.builds(Variable, domain=domains, counters=st.integers(0, 9))
constraints = st.builds(
    Constraint,
    terms=st.dictionaries(st.integers(0, 1), numbers.filter(bool), min_size=1).map(
        lambda d: tuple(sorted(d.items()))
    ),
    allowed=st.sets(numbers, min_size=1, max_size=4).map(lambda found: tuple(sorted(found))),
)
programs = st.builds(
    Program,
    variables=st.lists(variables, min_size=2, max_size=4).map(tuple),
    constraints=st.lists(constraints, max_size=3).map(tuple),
)


@given(programs)
def test_a_program_survives_its_json_form(program):
    data = canonical.encode(program.to_value())
    assert Program.from_value(canonical.parse(data, limit=len(data))) == program


def changed(**changes):
    return PROGRAM.to_value() | changes


def variable(**changes):
    return changed(variables=[{"domain": ["0", "1"], "counters": 1} | changes])


def constraint(**changes):
    return changed(constraints=[{"terms": [[0, "1"]], "allowed": ["0"]} | changes])


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ([], WrongType),
        ({}, MissingField),
        (changed(more=1), UnknownField),
        (changed(variables={}), WrongType),
        (changed(variables=[1]), WrongType),
        (changed(variables=[]), EmptySet),
        (variable(more=1), UnknownField),
        (variable(counters=-1), OutOfRange),
        (variable(counters=1025), OutOfRange),
        (variable(counters=True), WrongType),
        (variable(domain=[0]), WrongType),
        (variable(domain=["0", "01"]), NotHexInteger),
        (variable(domain=["A"]), NotHexInteger),
        (variable(domain=["-0"]), NotHexInteger),
        (variable(domain=["1" * 5000]), WrongLength),
        (variable(domain=["1", "0"]), NotIncreasing),
        (variable(domain=["-1"]), NegativeNumber),
        (constraint(more=1), UnknownField),
        (constraint(terms=[0]), WrongType),
        (constraint(terms=[[0]]), OutOfRange),
        (constraint(terms=[[0, "1", "1"]]), OutOfRange),
        (constraint(terms=[["0", "1"]]), WrongType),
        (constraint(terms=[[0, 1]]), WrongType),
        (constraint(terms=[[0, "0x1"]]), NotHexInteger),
        (constraint(terms=[[0, "0"]]), ZeroCoefficient),
        (constraint(terms=[[-1, "1"]]), OutOfRange),
        (constraint(terms=[[7, "1"]]), UnknownVariable),
        (constraint(terms=[]), EmptySet),
        (constraint(allowed=[]), EmptySet),
        (constraint(allowed=["1", "1"]), NotIncreasing),
    ],
)
def test_a_value_that_is_no_program_is_refused_by_name(value, error):
    with pytest.raises(error):
        Program.from_value(value)


def test_a_refused_constant_is_named_by_its_path():
    with pytest.raises(NotHexInteger, match=r"^program\.variables\[0\]\.domain\[1\]: "):
        Program.from_value(variable(domain=["0", " 1"]))


json_values = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.fixed_dictionaries({"variables": json_values, "constraints": json_values}) | json_values)
def test_any_other_value_raises_a_named_error(value):
    with pytest.raises((EncodingError, ProgramError)):
        Program.from_value(value)
