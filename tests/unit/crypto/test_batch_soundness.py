# SPDX-License-Identifier: AGPL-3.0-or-later
"""The equation of a batch: what it accepts, and the errors that must not cancel (Boyd–Pavlovski 2000)."""

from dataclasses import replace

import pytest

from tally.crypto import batch
from tally.crypto.batch import check_cached, verify_equations
from tally.crypto.errors import (
    ChallengeMismatch,
    ChallengeSumMismatch,
    CommitmentMismatch,
    NotAUnit,
    OutOfRange,
    ShapeMismatch,
)
from tally.crypto.membership import absolute, verify_compact
from tally.crypto.paillier import g_power
from tests.proofs import KINDS, case_of, choice, prove_with, seed, with_part

STATEMENTS, VALUES = KINDS["approval"]


def _equal(length):
    """The entropy of a verifier that gives every equation the same weight."""
    return bytes(length - 1) + b"\x01"


def _shifted(key, label, index, factor):
    """A ballot whose hash covers commitments of which one was multiplied by `factor`: checks 1 to 3 pass."""

    def tamper(commitments):
        commitments[index] = absolute(commitments[index] * factor % key.modulus, key.modulus)
        return commitments

    case = prove_with(key, STATEMENTS, VALUES, seed(label), tamper)
    check_cached(key, case)
    return case


def test_all_kinds_together_hold_in_one_equation(key):
    verify_equations(key, [case_of(key, kind) for kind in KINDS])


def test_an_empty_batch_holds(key):
    verify_equations(key, [])
    assert batch.verify(key, []) == {}


def test_a_single_false_commitment_is_refused(key):
    for factor in (g_power(key, 1), key.base, key.n + 2):
        with pytest.raises(CommitmentMismatch):
            verify_equations(key, [_shifted(key, "a", 0, factor)])


def test_one_false_commitment_among_many_is_refused(key):
    good = [choice(key, j % 3, 3, j) for j in range(12)]
    with pytest.raises(CommitmentMismatch):
        verify_equations(key, [*good, _shifted(key, "a", 4, g_power(key, 1))])


@pytest.mark.parametrize("power", [1, 1 << 40])
@pytest.mark.parametrize("name", ["plaintext", "randomness"])
def test_two_errors_that_cancel_under_equal_weights_are_refused(key, name, power):
    factor = g_power(key, power) if name == "plaintext" else key.powers.power(power)
    pair = [_shifted(key, "a", 0, factor), _shifted(key, "b", 0, pow(factor, -1, key.modulus))]
    with pytest.raises(CommitmentMismatch):
        verify_equations(key, pair)
    assert set(batch.verify(key, pair)) == {0, 1}


def test_those_two_errors_do_cancel_under_equal_weights(key):
    # The attack is real: only fresh and secret weights stop it.
    factor = g_power(key, 1)
    pair = [_shifted(key, "a", 0, factor), _shifted(key, "b", 0, pow(factor, -1, key.modulus))]
    verify_equations(key, pair, entropy=_equal)


def test_two_errors_within_one_ballot_do_not_cancel(key):
    factor = g_power(key, 1)

    def tamper(commitments):
        commitments[0] = absolute(commitments[0] * factor % key.modulus, key.modulus)
        commitments[1] = absolute(commitments[1] * pow(factor, -1, key.modulus) % key.modulus, key.modulus)
        return commitments

    case = prove_with(key, STATEMENTS, VALUES, seed("a"), tamper)
    with pytest.raises(CommitmentMismatch):
        verify_equations(key, [case])


def test_every_branch_gets_sixteen_fresh_bytes(key):
    asked = []

    def entropy(length):
        asked.append(length)
        return bytes([len(asked)]) * length

    verify_equations(key, [choice(key, 0, 3, 0), case_of(key, "approval")], entropy=entropy)
    assert asked == [16] * (3 + 7)


def test_swapped_commitments_of_two_branches_are_refused(key):
    case = case_of(key, "approval")
    first, second, *rest = case.commitments
    with pytest.raises(CommitmentMismatch):
        verify_equations(key, [replace(case, commitments=(second, first, *rest))])


def test_commitments_of_two_ballots_are_not_exchangeable(key):
    a, b = choice(key, 0, 3, "a"), choice(key, 1, 3, "b")
    with pytest.raises(CommitmentMismatch):
        verify_equations(key, [replace(a, commitments=b.commitments), replace(b, commitments=a.commitments)])


@pytest.mark.parametrize("kind", KINDS)
def test_a_false_response_is_refused_for_every_kind(key, kind):
    case = case_of(key, kind)
    *rest, last = case.proof.statements[-1].responses
    proof = with_part(case.proof, -1, responses=(*rest, last + 1))
    with pytest.raises(CommitmentMismatch):
        verify_equations(key, [case, replace(case, proof=proof)])


def test_a_table_of_h_that_is_too_short_gives_the_same_verdict(key):
    fresh = type(key).from_modulus(key.n)
    case = case_of(key, "difference")
    verify_equations(fresh, [case])
    with pytest.raises(CommitmentMismatch):
        verify_equations(fresh, [_shifted(key, "a", 0, key.base)])


# Checks 1 to 3 with given commitments


@pytest.mark.parametrize("change", [None, (), "short", "long"])
def test_missing_short_and_long_caches_are_named(key, change):
    case = case_of(key, "approval")
    given = {"short": case.commitments[:-1], "long": (*case.commitments, 1)}.get(change, change)
    for check in (check_cached, lambda k, c: verify_equations(k, [c])):
        with pytest.raises(ShapeMismatch):
            check(key, replace(case, commitments=given))


def test_a_commitment_outside_its_range_is_refused(key):
    case = case_of(key, "approval")
    half = key.modulus >> 1
    for a in (0, -1, half + 1, key.modulus - case.commitments[0], key.modulus, 1 << 9000):
        with pytest.raises(OutOfRange):
            check_cached(key, replace(case, commitments=(a, *case.commitments[1:])))


def test_the_greatest_commitment_in_range_fails_only_the_hash(key):
    case = case_of(key, "approval")
    with pytest.raises(ChallengeMismatch):
        check_cached(key, replace(case, commitments=(key.modulus >> 1, *case.commitments[1:])))


def test_a_commitment_that_is_no_unit_is_refused(key, factors):
    case = case_of(key, "approval")
    for a in (key.n, factors[0]):
        with pytest.raises(NotAUnit):
            check_cached(key, replace(case, commitments=(a, *case.commitments[1:])))


def test_the_compact_checks_are_made_with_given_commitments_too(key):
    case = case_of(key, "approval")
    first, second = case.proof.statements[0].challenges
    wrong_sum = with_part(case.proof, 0, challenges=(first ^ 1, second))
    with pytest.raises(ChallengeSumMismatch):
        check_cached(key, replace(case, proof=wrong_sum))
    with pytest.raises(OutOfRange):
        check_cached(key, replace(case, claim=replace(case.claim, ciphertexts=(0, 1))))
    with pytest.raises(ShapeMismatch):
        check_cached(key, replace(case, claim=replace(case.claim, ciphertexts=())))


# Elements of order 2, which only someone who knows the factors can find


def _root_of_unity(key, factors):
    """τ with τ² = 1, τ ≠ ±1: 1 modulo p², −1 modulo q²."""
    p2, q2 = (factor * factor for factor in factors)
    return (1 + p2 * (-2 * pow(p2, -1, q2) % q2)) % key.modulus


def test_there_is_such_an_element(key, factors, dealt):
    tau = _root_of_unity(key, factors)
    assert pow(tau, 2, key.modulus) == 1
    assert tau not in (1, key.modulus - 1)
    assert dealt.oracle.decrypt(tau) == 0


def test_a_hash_over_such_a_commitment_passes_the_batch_and_not_the_compact_form(key, factors):
    # docs/spec/protocol.md, "Compact validity": no plaintext changes by it, and the compact verdict stands.
    case = _shifted(key, "a", 0, _root_of_unity(key, factors))
    verify_equations(key, [case])
    with pytest.raises(ChallengeMismatch):
        verify_compact(key, case.claim, case.proof)
