# SPDX-License-Identifier: AGPL-3.0-or-later
"""Variables and constraints carry the kinds that do not exist yet: grades, ranks, pairs, quadratic votes.

Each row of the protocol's table is built by hand and tried with every assignment of its domains.
"""

from itertools import combinations, permutations, product
from math import isqrt

import pytest
from contest_makers import assignments

from tally.contests.counters import check_fit, pack, unpack
from tally.contests.errors import Unsatisfied
from tally.contests.program import Constraint, Program, Variable, check_satisfied


def satisfying(program, *, counter_bits=2):
    check_fit(program, counter_bits=counter_bits, modulus_bits=256)
    found = set()
    for values in assignments(program):
        try:
            check_satisfied(program, values)
        except Unsatisfied:
            continue
        found.add(values)
    return found


def one_hot(slots, bits):
    return Variable(domain=tuple(1 << bits * place for place in range(slots)), counters=slots)


@pytest.mark.parametrize(("options", "grades"), [(1, 2), (2, 3), (3, 3)])
def test_grades_are_free_one_hot_rows(options, grades):
    program = Program(variables=(one_hot(grades, 2),) * options, constraints=())
    assert len(satisfying(program)) == grades**options


@pytest.mark.parametrize("bits", [1, 2, 3])
@pytest.mark.parametrize("options", [2, 3, 4])
def test_rows_that_add_up_to_every_place_once_are_the_permutations_in_any_base(options, bits):
    # A carry only ever lowers the sum of digits, and K rows have the least sum of digits there is: K.
    powers = tuple(1 << bits * place for place in range(options))
    rows = Constraint(terms=tuple((row, 1) for row in range(options)), allowed=(sum(powers),))
    program = Program(variables=(one_hot(options, bits),) * options, constraints=(rows,))
    assert satisfying(program, counter_bits=max(bits, 2)) == set(permutations(powers))


def condorcet(options, *, separator=4):
    pairs = list(permutations(range(options), 2))
    bit = {pair: index for index, pair in enumerate(pairs)}
    constraints = [
        Constraint(terms=tuple(sorted(((bit[a, b], 1), (bit[b, a], 1)))), allowed=(0, 1))
        for a, b in combinations(range(options), 2)
    ]
    for a, b, c in combinations(range(options), 3):
        forward = [(bit[pair], 1) for pair in ((a, b), (b, c), (c, a))]
        backward = [(bit[pair], separator) for pair in ((b, a), (c, b), (a, c))]
        allowed = sorted({0, 1 + separator, 1 + 2 * separator, 2 + separator})
        constraints.append(Constraint(terms=tuple(sorted(forward + backward)), allowed=tuple(allowed)))
    variables = (Variable(domain=(0, 1), counters=1),) * len(pairs)
    return Program(variables=variables, constraints=tuple(constraints)), pairs


def weak_orders(options):
    _, pairs = condorcet(options)
    levels = product(range(options), repeat=options)
    return {tuple(int(place[a] < place[b]) for a, b in pairs) for place in levels}


@pytest.mark.parametrize(("options", "count"), [(2, 3), (3, 13), (4, 75)])
def test_the_pairwise_rule_allows_exactly_the_weak_orders(options, count):
    program, _ = condorcet(options)
    found = satisfying(program)
    assert found == weak_orders(options)
    assert len(found) == count


def test_a_pairwise_rule_with_the_counter_base_2_as_separator_would_accept_a_cycle():
    # f + 2r: the cycle a > b > c > a has f = 3, r = 0, as has f = 1, r = 1.
    program, pairs = condorcet(3, separator=2)
    cycle = tuple(int(pair in {(0, 1), (1, 2), (2, 0)}) for pair in pairs)
    assert cycle in satisfying(program)
    assert cycle not in weak_orders(3)


def quadratic(options, credit):
    top = isqrt(credit)
    votes = [x for x in product(range(top + 1), repeat=options) if sum(j * j for j in x) <= credit]
    most = max(map(sum, votes))
    base = max(options * top, most) + 1
    squares = tuple(base * j * j for j in range(top + 1))
    slack = range(credit.bit_length())
    x, y, t = 0, options, 2 * options + len(slack)
    variables = (
        *(Variable(domain=tuple(range(top + 1)), counters=1) for _ in range(options)),
        *(
            Variable(domain=tuple(j + base * j * j for j in range(top + 1)), counters=0)
            for _ in range(options)
        ),
        *(Variable(domain=(0, 1), counters=0) for _ in slack),
        Variable(domain=tuple(range(most + 1)), counters=0),
    )
    spent = (
        *((y + i, 1) for i in range(options)),
        *((2 * options + j, base << j) for j in slack),
        (t, -1),
    )
    constraints = (
        *(Constraint(terms=((x + i, -1), (y + i, 1)), allowed=squares) for i in range(options)),
        Constraint(terms=spent, allowed=(base * credit,)),
    )
    return Program(variables=variables, constraints=constraints), set(votes)


@pytest.mark.parametrize(("options", "credit"), [(1, 3), (1, 4), (2, 4), (2, 5), (2, 8), (3, 3)])
def test_quadratic_votes_are_exactly_those_whose_squares_are_within_the_credit(options, credit):
    program, votes = quadratic(options, credit)
    found = satisfying(program, counter_bits=4)
    assert {values[:options] for values in found} == votes
    assert len(found) == len(votes)  # one encoding each


def test_only_the_votes_of_a_quadratic_program_are_tallied():
    program, _ = quadratic(2, 4)
    sizes = {"counter_bits": 4, "modulus_bits": 256}
    assert pack(program, **sizes) == (((0, 0), (1, 4)),)
    assert unpack(program, [0x21], **sizes) == ((1,), (2,))


def test_the_tally_of_pairs_is_the_pairwise_matrix():
    program, pairs = condorcet(3)
    sizes = {"counter_bits": 3, "modulus_bits": 256}
    ballots = [
        tuple(int(place[a] < place[b]) for a, b in pairs) for place in ((0, 1, 2), (0, 1, 1), (2, 0, 1))
    ]
    (aggregate,) = pack(program, **sizes)
    plaintext = sum(ballot[index] << shift for ballot in ballots for index, shift in aggregate)
    matrix = {
        pair: count for pair, (count,) in zip(pairs, unpack(program, [plaintext], **sizes), strict=True)
    }
    assert matrix == {(0, 1): 2, (0, 2): 2, (1, 0): 1, (1, 2): 2, (2, 0): 1, (2, 1): 0}
