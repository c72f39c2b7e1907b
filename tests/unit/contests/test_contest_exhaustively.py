# SPDX-License-Identifier: AGPL-3.0-or-later
"""For small sizes, everything: each valid answer encodes, nothing else satisfies the program."""

from itertools import product

import pytest
from contest_makers import approval, assignments, choose_one, cumulative, knapsack, score

from tally.contests.errors import InvalidSelection, TooManyParts, Unsatisfied
from tally.contests.program import check_satisfied

WIDE = {"counter_bits": 2, "modulus_bits": 160}


def narrow(slots, bits=2):
    """Room for that many slots in one ciphertext."""
    return {"counter_bits": bits, "modulus_bits": 130 + bits * slots}


def plain(low, high):
    return lambda amounts: max(amounts) <= 1 and low <= sum(amounts) <= high


def points(least, most, top):
    return lambda amounts: max(amounts) <= top and least <= sum(amounts) <= most


def affordable(costs, budget, low, high):
    return lambda amounts: (
        plain(low, high)(amounts) and sum(c * a for c, a in zip(costs, amounts, strict=True)) <= budget
    )


# (contest, sizes, an independent rule for amounts in option order, the highest amount worth trying)
CASES = (
    *((choose_one(k), WIDE, plain(1, 1), 2) for k in (2, 3, 4, 6)),
    *((choose_one(k, blank=True), WIDE, plain(0, 1), 2) for k in (1, 2, 3, 6)),
    *((choose_one(k), narrow(2), plain(1, 1), 2) for k in (2, 3, 4, 5, 6)),
    *((choose_one(k, blank=True), narrow(3), plain(0, 1), 2) for k in (2, 3, 5, 6)),
    (choose_one(3), narrow(1), plain(1, 1), 2),
    (choose_one(7), narrow(1, bits=3), plain(1, 1), 1),
    *(
        (approval(k, low, high), WIDE, plain(low, high), 2)
        for k in (1, 2, 4)
        for high in range(1, k + 1)
        for low in range(high + 1)
    ),
    *((score(k, s), WIDE, lambda a, s=s: max(a) <= s, s + 1) for k in (1, 2, 3) for s in (1, 2, 3)),
    *(
        (cumulative(k, t, s, exact=exact), WIDE, points(t if exact else 0, t, s), s + 1)
        for k in (1, 2, 3)
        for s in (1, 2, 3)
        for t in range(s, k * s + 1)
        for exact in (False, True)
    ),
    *(
        (knapsack(costs, budget, low, high), WIDE, affordable(costs, budget, low, high), 2)
        for costs, budget in (
            ((2, 3, 4), 5),
            ((2, 3, 4), 9),
            ((1, 1, 1), 2),
            ((1, 9, 9), 3),
            ((5,), 5),
            ((3, 3, 4, 7), 10),
        )
        for low, high in ((0, len(costs)), (0, 1), (1, 1))
    ),
    (knapsack((2, 3, 4), 9, 2, 3), WIDE, affordable((2, 3, 4), 9, 2, 3), 2),
)


@pytest.mark.parametrize(("contest", "sizes", "rule", "highest"), CASES)
def test_exactly_the_valid_answers_satisfy_the_program(contest, sizes, rule, highest):
    encoded = {}
    for amounts in product(range(highest + 1), repeat=len(contest.options)):
        selection = dict(zip(contest.option_ids, amounts, strict=True))
        if rule(amounts):
            encoded[contest.encode(selection, **sizes)] = {key: n for key, n in selection.items() if n}
        else:
            with pytest.raises(InvalidSelection):
                contest.encode(selection, **sizes)
    program = contest.compile(**sizes)
    decoded = {}
    for values in assignments(program):
        try:
            check_satisfied(program, values)
        except Unsatisfied:
            with pytest.raises(Unsatisfied):
                contest.decode(values, **sizes)
        else:
            decoded[values] = contest.decode(values, **sizes)
    assert encoded
    assert decoded == encoded


def test_as_many_parts_as_the_counter_base_are_refused():
    with pytest.raises(TooManyParts):
        choose_one(4).compile(**narrow(1))


def test_as_many_parts_as_the_counter_base_would_let_a_carry_pass_for_a_choice():
    # Four parts of two slots in base 4: 4 · B^0 = B^1, so four choices would look like one.
    program = choose_one(6).compile(**narrow(2))  # three parts: fine
    assert sum((1, 1, 1)) not in program.constraints[0].allowed
    assert sum((1, 1, 1, 1)) in program.constraints[0].allowed
