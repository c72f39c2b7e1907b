# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which ballots count: the last of each credential, by weight, in board order, within the limit."""

import hashlib

import pytest
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.count import Count, Standing, check_succession, pack
from tally.crypto.errors import NotAUnit
from tally.crypto.paillier import encrypt
from tally.errors import LimitReached, NotOnRoll, StaleSupersedes
from tests.keys import dealt_key_1024, public_key_1024

KEY = public_key_1024()
ORACLE = dealt_key_1024().oracle
VOTERS = {b"a" * 32: 1, b"b" * 32: 3, b"c" * 32: 2}
A, B, C = VOTERS


def tracker(number):
    return hashlib.sha256(b"%d" % number).hexdigest()


def vote(*values):
    """One contest of as many variables, encrypted with the same small randomness: nobody looks."""
    return (tuple(int(encrypt(KEY, value, 7 + place)) for place, value in enumerate(values)),)


def counting(limit=3, tallied=((0, 1),)):
    return Count(KEY, VOTERS, tallied, limit)


def add(count, voter, number, votes, *, supersedes="", superseded=None):
    count.add(
        credential=voter,
        tracker=tracker(number),
        supersedes=supersedes and tracker(supersedes),
        ciphertexts=votes,
        superseded=superseded,
    )


def sums(count):
    return [[int(ORACLE.decrypt(int(t))) for t in row] for row in count.tallies()]


def expected_hash(*numbers):
    trackers = b"".join(bytes.fromhex(tracker(number)) for number in numbers)
    return hashlib.sha256(b"veritally/counted/1\n" + trackers).hexdigest()


def test_nothing_counted_is_nothing():
    count = counting()
    counted = count.counted()
    assert (counted.ballots, counted.weight, counted.hash) == (0, 0, expected_hash())
    assert sums(count) == [[0, 0]]


def test_every_ballot_counts_with_its_weight():
    count = counting()
    add(count, A, 1, vote(1, 0))
    add(count, B, 2, vote(1, 1))
    assert sums(count) == [[1 + 3, 3]]
    counted = count.counted()
    assert (counted.ballots, counted.weight) == (2, 4)


def test_a_later_ballot_takes_the_place_of_the_earlier_one():
    count, first = counting(), vote(1, 0)
    add(count, B, 1, first)
    add(count, B, 2, vote(0, 1), supersedes=1, superseded=first)
    assert sums(count) == [[0, 3]]
    assert count.counted().ballots == 1
    assert count.counted().weight == 3


def test_the_order_of_the_set_is_that_of_the_ballots_that_count():
    count, first = counting(), vote(1, 0)
    add(count, A, 1, first)
    add(count, B, 2, vote(1, 0))
    assert count.counted().hash == expected_hash(1, 2)
    add(count, A, 3, vote(0, 1), supersedes=1, superseded=first)
    assert count.counted().hash == expected_hash(2, 3)


def test_variables_that_are_not_tallied_are_left_alone():
    count = counting(tallied=((1,),))
    add(count, A, 1, vote(9, 1))
    assert sums(count) == [[1]]


def test_a_stranger_does_not_count():
    count = counting()
    with pytest.raises(NotOnRoll):
        add(count, b"x" * 32, 1, vote(1, 0))
    with pytest.raises(NotOnRoll):
        count.standing(b"x" * 32)
    assert sums(count) == [[0, 0]]


@pytest.mark.parametrize("supersedes", [2, 9])
def test_a_first_ballot_supersedes_nothing(supersedes):
    count = counting()
    add(count, B, 2, vote(1, 0))
    with pytest.raises(StaleSupersedes) as caught:
        add(count, A, 1, vote(1, 0), supersedes=supersedes)
    assert caught.value.expected == ""
    assert count.counted().hash == expected_hash(2)


def test_a_second_ballot_supersedes_the_first():
    count = counting()
    add(count, A, 1, vote(1, 0))
    with pytest.raises(StaleSupersedes):
        add(count, A, 2, vote(0, 1))
    assert sums(count) == [[1, 0]]


def test_the_superseded_ballot_must_be_given_and_only_then():
    count, first = counting(), vote(1, 0)
    with pytest.raises(StaleSupersedes):
        add(count, A, 1, first, superseded=vote(0, 1))
    add(count, A, 1, first)
    with pytest.raises(StaleSupersedes):
        add(count, A, 2, vote(0, 1), supersedes=1)
    assert sums(count) == [[1, 0]]


def test_a_credential_casts_as_many_ballots_as_it_may():
    count, votes = counting(limit=2), vote(1, 0)
    add(count, A, 1, votes)
    add(count, A, 2, votes, supersedes=1, superseded=votes)
    with pytest.raises(LimitReached) as caught:
        add(count, A, 3, votes, supersedes=2, superseded=votes)
    assert (caught.value.expected, caught.value.computed) == (2, 2)
    assert count.standing(A) == Standing(tracker=tracker(2), ballots=2)


def test_a_superseded_ballot_that_is_no_unit_cannot_be_taken_out():
    count = counting()
    bad = ((int(KEY.n), 1),)
    add(count, A, 1, bad)
    with pytest.raises(NotAUnit):
        add(count, A, 2, vote(1, 0), supersedes=1, superseded=bad)


def test_succession_is_judged_before_the_limit():
    with pytest.raises(StaleSupersedes):
        check_succession(Standing(tracker="t", ballots=5), "", 1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(VOTERS)), st.integers(0, 3), st.integers(0, 3)), max_size=8))
def test_the_sum_is_that_of_everybodys_last_ballot(ballots):
    count, last, votes = counting(limit=10), {}, {}
    for number, (voter, x, y) in enumerate(ballots, start=1):
        chosen = vote(x, y)
        before = last.get(voter)
        add(count, voter, number, chosen, supersedes=before or "", superseded=votes.get(voter))
        last[voter], votes[voter] = number, chosen
    final = {voter: ballots[number - 1][1:] for voter, number in last.items()}
    assert sums(count) == [
        [sum(VOTERS[v] * values[place] for v, values in final.items()) for place in (0, 1)]
    ]
    assert count.counted().hash == expected_hash(*sorted(last.values()))


@given(st.lists(st.integers(0, 15), min_size=1, max_size=6), st.integers(0, 5))
def test_packed_sums_stand_side_by_side(values, lift):
    tallies = {x: encrypt(KEY, value, 5 + x) for x, value in enumerate(values)}
    terms = [(x, lift + 4 * x) for x in tallies]
    packed = pack(KEY, tallies, terms)
    assert int(ORACLE.decrypt(int(packed))) == sum(value << lift + 4 * x for x, value in enumerate(values))


def test_the_order_of_packing_is_that_of_the_shifts():
    tallies = {0: encrypt(KEY, 1, 3), 1: encrypt(KEY, 2, 4)}
    assert pack(KEY, tallies, [(0, 8), (1, 0)]) == pack(KEY, tallies, [(1, 0), (0, 8)])
    assert pack(KEY, {0: mpz(1)}, [(0, 8)]) == 1
