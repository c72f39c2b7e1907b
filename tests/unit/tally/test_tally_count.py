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
from tally.enrolment import Enrolment
from tally.errors import LimitReached, NotOnRoll, Revoked, StaleSupersedes
from tally.record.roll_change import RollChange
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
    return Count(KEY, Enrolment(VOTERS, room=10), tallied, limit)


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
    assert (caught.value.expected, caught.value.computed) == ("at most 2", 3)
    assert count.standing(A) == Standing(tracker=tracker(2), ballots=2)


def test_a_superseded_ballot_that_is_no_unit_cannot_be_taken_out():
    count = counting()
    bad = ((int(KEY.n), 1),)
    add(count, A, 1, bad)
    with pytest.raises(NotAUnit):
        add(count, A, 2, vote(1, 0), supersedes=1, superseded=bad)


def revoking(*voters, admit=(), number=1):
    return RollChange.of(election="", number=number, revoke=voters, admit=dict(admit), reason="lost")


def test_the_ballot_of_a_revoked_credential_is_taken_out():
    count, votes = counting(), {A: vote(1, 0), B: vote(1, 1)}
    add(count, A, 1, votes[A])
    add(count, B, 2, votes[B])
    count.change_roll(revoking(B), votes.__getitem__)
    assert sums(count) == [[1, 0]]
    counted = count.counted()
    assert (counted.ballots, counted.weight, counted.hash) == (1, 1, expected_hash(1))


def test_of_a_chain_of_ballots_the_last_one_is_taken_out_and_no_other():
    count, first, second, other = counting(), vote(1, 0), vote(0, 1), vote(1, 1)
    add(count, B, 1, first)
    add(count, A, 2, other)
    add(count, B, 3, second, supersedes=1, superseded=first)
    count.change_roll(revoking(B), {B: second}.__getitem__)
    assert sums(count) == [[1, 1]]
    assert count.counted().hash == expected_hash(2)


def test_revoking_who_has_not_voted_takes_nothing_out():
    count = counting()
    add(count, A, 1, vote(1, 0))
    count.change_roll(revoking(B), {}.__getitem__)
    assert sums(count) == [[1, 0]]


def test_a_revoked_credential_casts_no_ballot():
    count = counting()
    count.change_roll(revoking(A), {}.__getitem__)
    with pytest.raises(Revoked):
        add(count, A, 1, vote(1, 0))
    assert count.counted().ballots == 0


def test_an_admitted_credential_counts_with_its_weight_and_can_be_revoked():
    count, votes = counting(), vote(1, 0)
    count.change_roll(revoking(admit={b"d" * 32: 5}), {}.__getitem__)
    add(count, b"d" * 32, 1, votes)
    assert sums(count) == [[5, 0]]
    assert count.counted().weight == 5
    count.change_roll(revoking(b"d" * 32, number=2), lambda _: votes)
    assert sums(count) == [[0, 0]]


def test_a_ballot_that_cannot_be_taken_out_leaves_all_as_it_was():
    count, good, bad = counting(), vote(1, 0), ((int(KEY.n), 1),)
    add(count, A, 1, good)
    add(count, C, 2, bad)
    before = count.tallies()
    with pytest.raises(NotAUnit):
        count.change_roll(revoking(A, C, admit={b"d" * 32: 1}), {A: good, C: bad}.__getitem__)
    assert count.tallies() == before
    assert count.counted().hash == expected_hash(1, 2)
    assert (count.roll.changes, count.roll.room) == (0, 10)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(list(VOTERS)), st.integers(0, 3)), max_size=8), st.data())
def test_whoever_is_revoked_the_sum_is_that_of_the_others(events, data):
    """A number is a vote of that many by somebody who may; a voter is revoked."""
    count, standing, votes, number = counting(limit=10), {}, {}, 0
    left = list(VOTERS)
    for event in events:
        if not left:
            break
        if event in left:
            number += 1
            count.change_roll(revoking(event, number=count.roll.changes + 1), votes.get)
            left.remove(event)
            standing.pop(event, None)
        elif isinstance(event, int):
            number += 1
            voter, chosen = data.draw(st.sampled_from(left)), vote(event, 1)
            before = standing.get(voter, ("",))[0]
            add(count, voter, number, chosen, supersedes=before, superseded=votes.get(voter))
            standing[voter], votes[voter] = (number, event), chosen
    rows = [(VOTERS[voter], value) for voter, (_, value) in standing.items()]
    assert sums(count) == [[sum(w * value for w, value in rows), sum(w for w, _ in rows)]]
    assert count.counted().hash == expected_hash(*sorted(number for number, _ in standing.values()))


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
