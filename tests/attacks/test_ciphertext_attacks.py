# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/threat-model.md, "Ciphertexts": numbers that are none, copies, votes carried elsewhere."""

import pytest

from bulletin_board.codec.base64url import encode
from bulletin_board.codec.fields import number_text
from tally.crypto import ed25519
from tally.record.ballot import Ballot
from tests.attacks.collusion import factors_of, reopened, rigged_key, signed_again, voted_again
from tests.attacks.judge import assert_only, assert_refuted
from tests.simulator import Entries, World, open_world


def with_ciphertext(world: World, number: int) -> Entries:
    """The first voter puts this number in place of the first ciphertext."""
    width = world.opened.shape.ciphertext_width
    text = encode(number.to_bytes(width, "big"))
    return voted_again(world, lambda value: value["contests"][0]["ciphertexts"].__setitem__(0, text))


def first(world: World) -> int:
    return world.ballot(0).ciphertexts[0]


NUMBERS = {
    "zero": (lambda _: 0, "F.1", "CiphertextOutOfRange"),
    "N": (lambda w: w.key.modulus**2, "F.1", "CiphertextOutOfRange"),
    "more than N": (lambda _: (1 << 2048) - 1, "F.1", "CiphertextOutOfRange"),
    "a multiple of a factor of n": (lambda w: int(factors_of(w)[0]) * 5, "F.5", "NotAUnit"),
    "one": (lambda _: 1, "F.5", "ChallengeMismatch"),
    "its own negative": (lambda w: w.key.modulus**2 - first(w), "F.5", "ChallengeMismatch"),
    "the same vote encrypted again": (
        lambda w: first(w) * w.key.h % w.key.modulus**2,
        "F.5",
        "ChallengeMismatch",
    ),
    "another vote": (
        lambda w: first(w) * (1 + w.key.modulus) % w.key.modulus**2,
        "F.5",
        "ChallengeMismatch",
    ),
    "another voter's": (lambda w: w.ballot(1).ciphertexts[0], "F.5", "ChallengeMismatch"),
    "an earlier one on the same ballot": (lambda w: w.ballot(0).ciphertexts[1], "F.1", "RepeatedCiphertext"),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_ciphertext_is_refused_that_is(world, name):
    number, check, error = NUMBERS[name]
    assert_refuted(world, world.board(with_ciphertext(world, number(world))), check, error)


def _narrow(value):
    value["contests"][0]["ciphertexts"][0] = number_text(7, 1)


def _swap_contests(value):
    value["contests"].reverse()


def _drop_contest(value):
    value["contests"].pop()


def _add_contest(value):
    value["contests"].append({})


def _drop_ciphertext(value):
    value["contests"][1]["ciphertexts"].pop()


def _add_ciphertext(value):
    value["contests"][1]["ciphertexts"].append("")


def _reorder(value):
    value["contests"][1]["ciphertexts"].reverse()


def _move(value):
    first, second = (contest["ciphertexts"] for contest in value["contests"])
    first[0], second[0] = second[0], first[0]


SHAPES = {
    "a ciphertext of another width": (_narrow, "F.1", "WrongLength"),
    "contests in another order": (_swap_contests, "F.1", "OutOfRange"),
    "a contest missing": (_drop_contest, "F.1", "OutOfRange"),
    "a contest too many": (_add_contest, "F.1", "OutOfRange"),
    "a ciphertext missing": (_drop_ciphertext, "F.1", "OutOfRange"),
    "a ciphertext too many": (_add_ciphertext, "F.1", "OutOfRange"),
    "ciphertexts in another order": (_reorder, "F.5", "ChallengeMismatch"),
    "ciphertexts of two questions exchanged": (_move, "F.5", "ChallengeMismatch"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_ballot_is_refused_with(world, name):
    change, check, error = SHAPES[name]
    assert_refuted(world, world.board(voted_again(world, change)), check, error)


def test_a_ballot_of_another_election_is_refused(world):
    other = open_world(capacity=40)
    other.vote(0, {"mayor": {"ada": 1}})
    entries = [*world.entries[:4], other.entries[4], *world.entries[5:]]
    assert_refuted(world, world.board(entries), "F.1", "ForeignRecord")


def test_a_ballot_carried_to_another_election_and_signed_again_is_refused(world):
    other = open_world(capacity=40)
    other.vote(0, {"mayor": {"ada": 1}})
    carried = signed_again(
        other.entries[4][1], world.voters[0], lambda value: value.update(election=world.fingerprint)
    )
    entries = [*world.entries[:4], ("ballot", carried), *world.entries[5:]]
    assert_refuted(world, world.board(entries), "F.5", "ChallengeMismatch")


def test_the_votes_of_another_voter_cast_again_are_refused_even_when_all_trustees_count_them(world):
    conspiracy = reopened(world)
    victim = conspiracy.make(0, {"mayor": {"ada": 1}, "school": {"dora": 1}})
    conspiracy.post(0, victim)
    copied = Ballot.from_bytes(
        signed_again(
            victim.ballot.to_bytes(),
            world.voters[1],
            lambda value: value.update(credential=credential_text(world, 1)),
        ),
        world.opened.shape,
    )
    conspiracy.force(copied, victim.commitments)
    conspiracy.finish()
    assert_only(world, conspiracy.board(), "F.5", "ChallengeMismatch")


def credential_text(world: World, voter: int) -> str:
    return encode(ed25519.public_key(world.voters[voter]))


def test_two_ballots_in_one_are_refused_even_when_all_trustees_count_them(world):
    """The product of two honest ballots decrypts to two votes: no proof speaks for it."""
    conspiracy = reopened(world)
    for voter in (0, 1):
        conspiracy.vote(voter, {"mayor": {"ben": 1}})
    one, two = (conspiracy.make(2, {"mayor": {"ada": 1}}).ballot for _ in range(2))
    product = one.ciphertexts[0] * two.ciphertexts[0] % world.key.modulus**2
    width = world.opened.shape.ciphertext_width

    def double(value):
        value["contests"][0]["ciphertexts"][0] = number_text(int(product), width)

    double_vote = signed_again(one.to_bytes(), world.voters[2], double)
    conspiracy.force(Ballot.from_bytes(double_vote, world.opened.shape))
    conspiracy.finish(claim=(((2, 2, 0, 0),), ((0,), (0,), (0,), (0,))))
    # The counters say four votes of three voters.
    assert_refuted(world, conspiracy.board(), "F.5", "ChallengeMismatch")
    assert_refuted(world, conspiracy.board(), "H.5", "SumMismatch")


def test_a_ciphertext_under_another_key_is_refused(world):
    _, dealt, _ = rigged_key(131_071)
    number = int((1 + dealt.key.n) % world.key.modulus**2)
    assert_refuted(world, world.board(with_ciphertext(world, number)), "F.5", "ChallengeMismatch")
