# SPDX-License-Identifier: AGPL-3.0-or-later
"""What server and verifier ask of one ballot before anything costly."""

from dataclasses import replace

import pytest

from bulletin_board.errors import BoardError
from tally.admission import case_of, check_signed, context_of, read_ballot, read_challenged
from tally.casting import challenge, prepare
from tally.crypto import ed25519
from tally.crypto.errors import BadSignature
from tally.errors import NotOnRoll
from tally.record.errors import CiphertextOutOfRange, ForeignRecord


@pytest.fixture(scope="module")
def made(world):
    return world.make(0, {"mayor": {"ada": 1}})


def test_a_ballot_is_read_as_it_was_written(world, made):
    assert read_ballot(world.opened, made.ballot.to_bytes()) == made.ballot


def test_a_ballot_of_another_election_is_refused(world, made):
    foreign = replace(made.ballot, election="0" * 64)
    with pytest.raises(ForeignRecord):
        read_ballot(world.opened, foreign.to_bytes())


def test_a_ciphertext_of_n_squared_is_refused(world, made):
    contest = made.ballot.contests[0]
    wide = replace(contest, ciphertexts=(int(world.opened.public_key.modulus), *contest.ciphertexts[1:]))
    ballot = replace(made.ballot, contests=(wide, *made.ballot.contests[1:]))
    with pytest.raises(CiphertextOutOfRange):
        read_ballot(world.opened, ballot.to_bytes())


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff"])
def test_other_bytes_are_refused(world, data):
    with pytest.raises(BoardError):
        read_ballot(world.opened, data)
    with pytest.raises(BoardError):
        read_challenged(world.opened, data)


def test_a_good_signature_is_accepted(world, made):
    check_signed(world.opened.enrolment(), made.ballot)


def test_a_stranger_is_refused_before_the_signature(world, made):
    stranger = replace(made.ballot, credential=ed25519.public_key(b"S" * 32))
    with pytest.raises(NotOnRoll):
        check_signed(world.opened.enrolment(), stranger)


def test_a_signature_by_somebody_else_is_refused(world, made):
    with pytest.raises(BadSignature):
        check_signed(world.opened.enrolment(), made.ballot.sign(world.voters[1]))


def test_a_challenge_of_another_election_is_refused(world):
    prepared = prepare(
        world.opened,
        credential=ed25519.public_key(world.voters[0]),
        selections={},
        supersedes="",
        ballot_seed=b"s" * 32,
    )
    challenged = challenge(prepared, world.voters[0])
    assert read_challenged(world.opened, challenged.to_bytes()) == challenged
    with pytest.raises(ForeignRecord):
        read_challenged(world.opened, replace(challenged, election="0" * 64).to_bytes())


def test_a_first_ballot_follows_nothing():
    context = context_of(fingerprint="ab" * 32, credential=b"c" * 32, supersedes="")
    assert (context.fingerprint, context.supersedes) == (b"\xab" * 32, b"")


def test_commitments_of_the_right_length_are_used(world, made):
    case = case_of(world.opened, made.ballot, made.commitments)
    assert len(case.commitments) == world.opened.shape.branches


@pytest.mark.parametrize("commitments", [None, b"", b"\0"])
def test_commitments_of_another_length_are_no_commitments(world, made, commitments):
    assert case_of(world.opened, made.ballot, commitments).commitments is None
