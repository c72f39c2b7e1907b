# SPDX-License-Identifier: AGPL-3.0-or-later
"""A prover of false statements wins exactly when it guesses the challenge, hence never."""

from dataclasses import replace

import pytest

from tally.crypto import batch, membership
from tally.crypto.errors import ChallengeMismatch, ChallengeSumMismatch
from tally.crypto.membership import verify_compact
from tally.crypto.transcript import challenge
from tests.proofs import CHALLENGES, CONTEXT, seed, simulate, variable, with_part

STATEMENT = variable(0, 0, 1)
FALSE = 1000  # a thousand votes


def _hash_of(key, case):
    return challenge(CONTEXT, (*case.claim.ciphertexts, *case.commitments), key.width)


def test_a_false_statement_with_a_guessed_challenge_is_refused(key):
    case = simulate(key, STATEMENT, FALSE, 5, seed("guess"))
    with pytest.raises(ChallengeMismatch):
        verify_compact(key, case.claim, case.proof)
    assert list(batch.verify(key, [case])) == [0]


def test_carrying_the_hash_instead_of_the_guess_does_not_help(key):
    case = simulate(key, STATEMENT, FALSE, 5, seed("guess"))
    proof = replace(case.proof, challenge=_hash_of(key, case))
    with pytest.raises(ChallengeSumMismatch):
        verify_compact(key, case.claim, proof)


def test_mending_the_sum_afterwards_does_not_help(key):
    case = simulate(key, STATEMENT, FALSE, 5, seed("guess"))
    e = _hash_of(key, case)
    first, second = case.proof.statements[0].challenges
    mended = with_part(replace(case.proof, challenge=e), 0, challenges=(first, (second + e - 5) % CHALLENGES))
    with pytest.raises(ChallengeMismatch):
        verify_compact(key, case.claim, mended)
    assert isinstance(batch.verify(key, [replace(case, proof=mended)])[0], ChallengeMismatch)


def test_guessing_again_and_again_does_not_converge(key):
    guess = 5
    for _ in range(10):
        case = simulate(key, STATEMENT, FALSE, guess, seed("guess"))
        guess = _hash_of(key, case)
        with pytest.raises(ChallengeMismatch):
            verify_compact(key, case.claim, case.proof)


def test_the_same_prover_wins_against_a_challenge_of_three_bits(key, monkeypatch):
    # Shows that the simulator is right, and that only the length of the challenge defeats it.
    monkeypatch.setattr(membership, "challenge", lambda *arguments: challenge(*arguments) & 7)
    for attempt in range(200):
        case = simulate(key, STATEMENT, FALSE, 5, seed(attempt))
        if _hash_of(key, case) & 7 == 5:
            break
    verify_compact(key, case.claim, case.proof)


def test_the_simulator_proves_true_statements_no_better(key):
    case = simulate(key, STATEMENT, 1, 5, seed("guess"))
    with pytest.raises(ChallengeMismatch):
        verify_compact(key, case.claim, case.proof)
