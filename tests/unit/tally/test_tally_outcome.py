# SPDX-License-Identifier: AGPL-3.0-or-later
"""From plaintexts to counters and outcomes, contest by contest."""

import pytest

from tally.contests.errors import StrayBits, SumMismatch, WrongCount
from tally.outcome import aggregates, decode, outcomes, pack_tallies

BITS = 6  # of a counter, for a roll of 50


def digits(*counters):
    return sum(counter << BITS * place for place, counter in enumerate(counters))


def test_counters_are_the_digits_of_the_plaintexts(world):
    assert world.manifest.parameters.counter_bits == BITS
    mayor, school = digits(3, 1, 0, 2), digits(4, 0, 2, 1)
    assert decode(world.manifest, [mayor, school]) == (((3, 1, 0, 2),), ((4,), (0,), (2,), (1,)))


@pytest.mark.parametrize("stray", [1 << 4 * BITS, 1 << 1_000, -1])
@pytest.mark.parametrize("place", [0, 1])
def test_bits_above_the_last_slot_are_refused(world, stray, place):
    plaintexts = [digits(1, 0, 0, 0), digits(1, 0, 0, 0)]
    plaintexts[place] += stray if stray > 0 else -plaintexts[place] - 1
    with pytest.raises(StrayBits):
        decode(world.manifest, plaintexts)


def test_a_plaintext_too_few_is_refused(world):
    with pytest.raises(WrongCount):
        decode(world.manifest, [digits(1, 0, 0, 0)])


def test_an_outcome_follows_from_the_counters(world):
    mayor, school = outcomes(world.manifest, (((3, 1, 0, 2),), ((4,), (0,), (2,), (1,))), 6)
    assert (mayor.contest, mayor.result.winners, mayor.result.extras) == ("mayor", ("ada",), (("blank", 2),))
    assert (school.contest, school.result.winners) == ("school", ("dora", "fay"))


@pytest.mark.parametrize(
    "counters",
    [
        (((3, 1, 0, 1),), ((0,), (0,), (0,), (0,))),
        (((6, 0, 0, 0),), ((7,), (0,), (0,), (0,))),
        (((6, 0, 0, 0),), ((6,), (6,), (1,), (0,))),
    ],
    ids=["a voter short", "more than everybody", "more than two each"],
)
def test_counters_that_no_ballots_could_give_are_refused(world, counters):
    with pytest.raises(SumMismatch):
        outcomes(world.manifest, counters, 6)


def test_sums_are_packed_as_the_manifest_says(world):
    opened = world.opened
    count = world.new_count()
    packed = aggregates(opened, count)
    assert packed == (1, 1)
    made = world.make(2, {"mayor": {"ben": 1}, "school": {"gus": 1}})
    count.add(
        credential=made.ballot.credential,
        tracker=made.ballot.tracker,
        supersedes="",
        ciphertexts=tuple(contest.ciphertexts for contest in made.ballot.contests),
        superseded=None,
    )
    packed = pack_tallies(world.manifest, opened.public_key, opened.tallied, count.tallies())
    opened_values = [int(world.dealt.oracle.decrypt(int(value))) for value in packed]
    assert opened_values == [digits(0, 5, 0, 0), digits(0, 0, 0, 5)]
