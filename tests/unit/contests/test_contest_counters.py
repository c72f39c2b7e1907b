# SPDX-License-Identifier: AGPL-3.0-or-later
"""The size of a counter, the layout of aggregates, and reading them back."""

from contextlib import suppress
from functools import cache

import pytest
from contest_makers import EVERY_KIND, approval, assignments, choose_one, cumulative, knapsack, score, tally
from hypothesis import given
from hypothesis import strategies as st

from tally.contests.counters import check_fit, counter_bits, pack, unpack
from tally.contests.errors import (
    DoesNotFit,
    InvalidCapacity,
    InvalidCounterBits,
    StrayBits,
    Unsatisfied,
    WrapAround,
    WrongCount,
)
from tally.contests.program import Program, Variable


def scalars(*counters):
    """A program of variables in {0, 1} with these numbers of counters."""
    return Program(variables=tuple(Variable(domain=(0, 1), counters=n) for n in counters), constraints=())


@pytest.mark.parametrize(
    ("capacity", "largest", "bits"),
    [
        (1, 1, 2),
        (3, 1, 2),
        (4, 1, 3),
        (7, 1, 3),
        (8, 1, 4),
        (1, 3, 2),
        (100_000, 1, 17),
        (100_000, 10, 20),
        (2**53 - 1, 1, 53),
    ],
)
def test_a_counter_has_the_least_bits_that_never_overflow(capacity, largest, bits):
    assert counter_bits(capacity, largest) == bits


@given(st.integers(1, 10**9), st.integers(1, 10**6))
def test_one_bit_less_would_overflow(capacity, largest):
    bits = counter_bits(capacity, largest)
    assert 2**bits > capacity * largest
    assert bits == 2 or 2 ** (bits - 1) <= capacity * largest


@pytest.mark.parametrize(("capacity", "largest"), [(0, 1), (1, 0), (-1, -1), (2**53, 1), (2**30, 2**23)])
def test_a_capacity_of_nothing_or_beyond_exact_numbers_is_refused(capacity, largest):
    with pytest.raises(InvalidCapacity):
        counter_bits(capacity, largest)


@pytest.mark.parametrize(
    ("counters", "modulus_bits", "expected"),
    [
        ((1,), 160, (((0, 0),),)),
        ((1, 1, 1), 160, (((0, 0), (1, 4), (2, 8)),)),
        ((2, 1, 3), 160, (((0, 0), (1, 8), (2, 12)),)),
        ((1, 0, 1), 160, (((0, 0), (2, 4)),)),
        ((1, 1, 1), 138, (((0, 0), (1, 4)), ((2, 0),))),
        ((1, 2, 1), 141, (((0, 0),), ((1, 0),), ((2, 0),))),  # in order: no later one fills a gap
        ((2, 2), 146, (((0, 0), (1, 8)),)),
        ((2, 2), 145, (((0, 0),), ((1, 0),))),
        ((0, 0), 160, ()),
    ],
)
def test_aggregates_are_filled_in_variable_order(counters, modulus_bits, expected):
    assert pack(scalars(*counters), counter_bits=4, modulus_bits=modulus_bits) == expected


def test_a_variable_larger_than_a_plaintext_is_refused():
    with pytest.raises(DoesNotFit):
        pack(scalars(3), counter_bits=4, modulus_bits=141)


def test_a_value_larger_than_its_counters_is_refused():
    program = Program(variables=(Variable(domain=(0, 16), counters=1),), constraints=())
    check_fit(program, counter_bits=5, modulus_bits=160)
    with pytest.raises(DoesNotFit):
        check_fit(program, counter_bits=4, modulus_bits=160)


def test_a_large_value_that_is_never_tallied_is_fine():
    check_fit(
        Program(variables=(Variable(domain=(0, 16), counters=0),), constraints=()),
        counter_bits=4,
        modulus_bits=160,
    )


@pytest.mark.parametrize("bits", [1, 0, -1])
def test_counters_of_less_than_two_bits_are_refused(bits):
    with pytest.raises(InvalidCounterBits):
        check_fit(scalars(1), counter_bits=bits, modulus_bits=160)
    with pytest.raises(InvalidCounterBits):
        choose_one().compile(counter_bits=bits, modulus_bits=160)


def test_choosing_one_needs_room_for_one_counter():
    with pytest.raises(DoesNotFit):
        choose_one().compile(counter_bits=4, modulus_bits=133)


def test_a_program_that_could_wrap_around_is_not_compiled():
    with pytest.raises(WrapAround):
        knapsack((2, 3, 1000), 1000).compile(counter_bits=2, modulus_bits=140)


def test_plaintexts_are_read_back_lowest_slot_first():
    assert unpack(scalars(2, 1), [0xABC], counter_bits=4, modulus_bits=160) == ((0xC, 0xB), (0xA,))


@pytest.mark.parametrize("plaintext", [0x1000, 1 << 28, 1 << 200, -1])
def test_bits_above_the_last_slot_are_refused(plaintext):
    with pytest.raises(StrayBits):
        unpack(scalars(2, 1), [plaintext], counter_bits=4, modulus_bits=160)


def test_bits_above_the_last_slot_are_refused_in_every_aggregate():
    sizes = {"counter_bits": 4, "modulus_bits": 138}
    assert unpack(scalars(1, 1, 1), [0x21, 0x3], **sizes) == ((1,), (2,), (3,))
    with pytest.raises(StrayBits):
        unpack(scalars(1, 1, 1), [0x21, 0x13], **sizes)


@pytest.mark.parametrize("plaintexts", [[], [0, 0]])
def test_another_number_of_plaintexts_is_refused(plaintexts):
    with pytest.raises(WrongCount):
        unpack(scalars(1, 1), plaintexts, counter_bits=4, modulus_bits=160)


def test_every_kind_says_what_one_ballot_can_add_to_one_counter():
    found = [
        contest.largest_counter
        for contest in (
            choose_one(),
            approval(),
            knapsack(),
            score(highest=7),
            cumulative(points=5, per_option=4),
        )
    ]
    assert found == [1, 1, 1, 7, 4]
    for contest in EVERY_KIND:
        program = contest.compile(counter_bits=4, modulus_bits=256)
        largest = max(
            value >> 4 * slot & 15
            for variable in program.variables
            for value in variable.domain
            for slot in range(variable.counters)
        )
        assert largest == contest.largest_counter


@cache
def selections(contest):
    """Every valid answer of a small contest."""
    found = []
    for values in assignments(contest.compile(counter_bits=2, modulus_bits=256)):
        with suppress(Unsatisfied):
            found.append(contest.decode(values, counter_bits=2, modulus_bits=256))
    return found


@pytest.mark.parametrize("modulus_bits", [160, 144, 256])
@pytest.mark.parametrize("contest", EVERY_KIND, ids=lambda contest: contest.kind)
@given(data=st.data())
def test_counting_packed_values_gives_what_counting_by_hand_gives(contest, modulus_bits, data):
    ballots = data.draw(
        st.lists(st.tuples(st.integers(1, 5), st.sampled_from(selections(contest))), max_size=8)
    )
    bits = counter_bits(40, contest.largest_counter)
    counters, weight = tally(contest, ballots, counter_bits=bits, modulus_bits=modulus_bits)
    result = contest.result(counters, weight)
    by_hand = {option: sum(w * s.get(option, 0) for w, s in ballots) for option in contest.option_ids}
    assert dict(result.totals) == by_hand
    if result.extras:
        assert result.extras == (("blank", sum(w for w, s in ballots if not s)),)
