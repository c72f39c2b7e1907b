# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.crypto.errors import (
    ChallengeMismatch,
    ChallengeSumMismatch,
    CryptoError,
    NotAUnit,
    OutOfRange,
    ShapeMismatch,
)
from tally.crypto.membership import BallotProof, Claim, StatementProof, prove, verify_compact
from tally.crypto.parameters import response_bits
from tally.crypto.randomness import Draws
from tally.crypto.statements import Statement
from tally.crypto.transcript import challenge
from tests.keys import public_key_1024
from tests.proofs import CHALLENGES, CONTEXT, KINDS, case_of, choice, flipped, total, variable, with_part

KEY = public_key_1024()
CASES = tuple(case_of(KEY, kind) for kind in KINDS)
SOME_CASE = st.sampled_from(CASES)


@settings(deadline=None, max_examples=40)
@given(SOME_CASE, st.data())
def test_any_flipped_bit_of_a_ciphertext_is_refused(case, data):
    ciphertexts = case.claim.ciphertexts
    index = data.draw(st.integers(0, len(ciphertexts) - 1))
    changed = flipped(ciphertexts, index, data.draw(st.integers(0, 8 * KEY.width - 1)))
    with pytest.raises((ChallengeMismatch, OutOfRange)):
        verify_compact(KEY, replace(case.claim, ciphertexts=changed), case.proof)


@settings(deadline=None, max_examples=40)
@given(SOME_CASE, st.data())
def test_any_flipped_bit_of_a_sub_challenge_is_refused(case, data):
    statement = data.draw(st.integers(0, len(case.proof.statements) - 1))
    old = case.proof.statements[statement].challenges
    changed = flipped(old, data.draw(st.integers(0, len(old) - 1)), data.draw(st.integers(0, 127)))
    with pytest.raises(ChallengeSumMismatch) as caught:
        verify_compact(KEY, case.claim, with_part(case.proof, statement, challenges=changed))
    assert caught.value.expected == case.proof.challenge


@settings(deadline=None, max_examples=40)
@given(SOME_CASE, st.data())
def test_any_flipped_bit_of_a_response_is_refused(case, data):
    statement = data.draw(st.integers(0, len(case.proof.statements) - 1))
    old = case.proof.statements[statement].responses
    changed = flipped(old, data.draw(st.integers(0, len(old) - 1)), data.draw(st.integers(0, 800)))
    with pytest.raises((ChallengeMismatch, OutOfRange)):
        verify_compact(KEY, case.claim, with_part(case.proof, statement, responses=changed))


@settings(deadline=None)
@given(SOME_CASE, st.integers(0, 127))
def test_any_flipped_bit_of_the_challenge_is_refused(case, bit):
    with pytest.raises(ChallengeSumMismatch):
        verify_compact(KEY, case.claim, replace(case.proof, challenge=int(case.proof.challenge) ^ 1 << bit))


CHANGES = {
    "another election": {"fingerprint": b"\x09" * 32},
    "another credential": {"credential": b"\x09" * 32},
    "another predecessor": {"supersedes": b"\x09" * 32},
    "no predecessor": {"supersedes": b""},
    "fingerprint for credential": {"fingerprint": b"\x02" * 32, "credential": b"\x01" * 32},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_a_proof_is_refused_in_any_other_context(changes):
    case = case_of(KEY, "approval")
    claim = replace(case.claim, context=replace(CONTEXT, **changes))
    with pytest.raises(ChallengeMismatch):
        verify_compact(KEY, claim, case.proof)


def test_ciphertexts_in_another_order_are_refused():
    case = case_of(KEY, "score")
    claim = replace(case.claim, ciphertexts=case.claim.ciphertexts[::-1])
    with pytest.raises(ChallengeMismatch):
        verify_compact(KEY, claim, case.proof)


def test_a_ciphertext_of_the_same_plaintext_is_refused():
    # Re-randomised, and negated: neither changes what is encrypted.
    case = case_of(KEY, "choose one")
    (c,) = case.claim.ciphertexts
    for other in (c * KEY.base % KEY.modulus, KEY.modulus - c):
        with pytest.raises(ChallengeMismatch):
            verify_compact(KEY, replace(case.claim, ciphertexts=(other,)), case.proof)


def test_branches_or_statements_in_another_order_are_refused():
    case = case_of(KEY, "approval")
    part = case.proof.statements[0]
    turned = with_part(case.proof, 0, challenges=part.challenges[::-1], responses=part.responses[::-1])
    swapped = replace(case.proof, statements=(*case.proof.statements[1::-1], case.proof.statements[2]))
    for proof in (turned, swapped):
        with pytest.raises(ChallengeMismatch):
            verify_compact(KEY, case.claim, proof)


@pytest.mark.parametrize(
    "statement",
    [variable(0, 1, 1 << 8, 1 << 17), variable(0, 1, 1 << 8, 2), total((2,), 1, 1 << 8, 1 << 16)],
    ids=["another value", "a lesser value", "another coefficient"],
)
def test_a_proof_of_another_statement_is_refused(statement):
    case = case_of(KEY, "choose one")
    claim = replace(case.claim, statements=(statement,))
    with pytest.raises(ChallengeMismatch):
        verify_compact(KEY, claim, case.proof)


# Shape


def _without_last(numbers):
    return numbers[:-1]


def _one_more(numbers):
    return (*numbers, 0)


def _none(numbers):
    return ()


@pytest.mark.parametrize("change", [_without_last, _one_more, _none])
@pytest.mark.parametrize("name", ["challenges", "responses"])
def test_missing_and_extra_branches_are_refused(name, change):
    case = case_of(KEY, "approval")
    old = getattr(case.proof.statements[1], name)
    with pytest.raises(ShapeMismatch):
        verify_compact(KEY, case.claim, with_part(case.proof, 1, **{name: change(old)}))


def test_a_missing_or_extra_proof_of_a_statement_is_refused():
    case = case_of(KEY, "approval")
    parts = case.proof.statements
    for changed in (parts[:-1], (*parts, parts[-1]), ()):
        with pytest.raises(ShapeMismatch):
            verify_compact(KEY, case.claim, replace(case.proof, statements=changed))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_missing_or_extra_ciphertext_is_refused(count):
    # An extra one would be tallied though no statement speaks of it.
    case = case_of(KEY, "score")
    claim = replace(case.claim, ciphertexts=(*case.claim.ciphertexts, case.claim.ciphertexts[0])[:count])
    with pytest.raises(ShapeMismatch):
        verify_compact(KEY, claim, case.proof)


def _handmade(statement, proof_values):
    """An otherwise right claim about one ciphertext and whatever statement."""
    claim = Claim(context=CONTEXT, ciphertexts=(KEY.base,), statements=(statement,))
    e = challenge(CONTEXT, (KEY.base, *proof_values), KEY.width)
    part = StatementProof(challenges=(e,), responses=(1,))
    return claim, BallotProof(challenge=e, statements=(part,))


@pytest.mark.parametrize(
    "statement",
    [
        Statement(terms=(), values=(0,)),
        Statement(terms=((0, 0),), values=(0,)),
        Statement(terms=((-1, 1),), values=(0,)),
        Statement(terms=((0, 1), (1, 1)), values=(0,)),
        Statement(terms=((10**30, 1),), values=(0,)),
    ],
    ids=["about nothing", "coefficient 0", "counted from the end", "beyond the last", "far beyond"],
)
def test_a_statement_that_misses_the_ciphertext_is_refused(statement):
    with pytest.raises(ShapeMismatch):
        verify_compact(KEY, *_handmade(statement, (1,)))


def test_a_statement_without_values_cannot_be_proved():
    claim = Claim(
        context=CONTEXT, ciphertexts=(KEY.base,), statements=(Statement(terms=((0, 1),), values=()),)
    )
    e = challenge(CONTEXT, (KEY.base,), KEY.width)
    empty = StatementProof(challenges=(), responses=())
    with pytest.raises(ChallengeSumMismatch):
        verify_compact(KEY, claim, BallotProof(challenge=e, statements=(empty,)))


def test_a_further_statement_without_coefficients_is_refused():
    statements = (variable(0, 0, 1), Statement(terms=((0, 0),), values=(0,)))
    with pytest.raises(OutOfRange):
        prove(KEY, CONTEXT, statements, (1,), Draws(bytes(32)))
    case = case_of(KEY, "huge cost")
    one_branch = with_part(case.proof, 1, challenges=(0,), responses=(0,))
    with pytest.raises(OutOfRange):
        verify_compact(KEY, replace(case.claim, statements=statements), one_branch)


# Ranges


@pytest.mark.parametrize(
    "ciphertext", [0, -1, KEY.modulus, KEY.modulus + 1, 1 << 8 * KEY.width, -(1 << 9000)]
)
def test_a_ciphertext_outside_its_range_is_refused(ciphertext):
    case = case_of(KEY, "score")
    claim = replace(case.claim, ciphertexts=(case.claim.ciphertexts[0], ciphertext))
    with pytest.raises(OutOfRange):
        verify_compact(KEY, claim, case.proof)


def test_a_ciphertext_that_is_no_unit_is_refused(factors):
    case = case_of(KEY, "score")
    for other in (KEY.n, 2 * KEY.n, factors[0], factors[1] ** 2):
        claim = replace(case.claim, ciphertexts=(case.claim.ciphertexts[0], other))
        with pytest.raises(NotAUnit):
            verify_compact(KEY, claim, case.proof)


@pytest.mark.parametrize("shift", [-CHALLENGES, CHALLENGES, 5 * CHALLENGES])
def test_a_sub_challenge_shifted_by_the_modulus_of_the_sum_is_refused(shift):
    case = case_of(KEY, "score")
    first, *rest = case.proof.statements[0].challenges
    with pytest.raises(OutOfRange):
        verify_compact(KEY, case.claim, with_part(case.proof, 0, challenges=(first + shift, *rest)))


def test_sub_challenges_that_add_up_to_another_residue_are_refused():
    # Σ e_ij = e over the integers, or modulo anything but 2^128, is not enough.
    case = case_of(KEY, "score")
    first, second, *rest = case.proof.statements[0].challenges
    lower = (first - 1) % CHALLENGES
    for shift in (1, 2, 1 << 64):
        changed = (lower, (second + shift + 1) % CHALLENGES, *rest)
        with pytest.raises(ChallengeSumMismatch):
            verify_compact(KEY, case.claim, with_part(case.proof, 0, challenges=changed))


@pytest.mark.parametrize("kind", ["score", "huge cost"])
def test_a_response_outside_its_range_is_refused(kind):
    case = case_of(KEY, kind)
    statement = case.claim.statements[-1]
    bound = 2 << response_bits(KEY.bits, sum(abs(a) for _, a in statement.terms))
    *rest, _ = case.proof.statements[-1].responses
    for z in (-1, bound, bound + 1, 1 << 20_000):
        with pytest.raises(OutOfRange):
            verify_compact(KEY, case.claim, with_part(case.proof, -1, responses=(*rest, z)))


@pytest.mark.parametrize("e", [-1, CHALLENGES])
def test_a_challenge_outside_its_range_is_refused(e):
    case = case_of(KEY, "score")
    with pytest.raises(ChallengeSumMismatch):
        verify_compact(KEY, case.claim, replace(case.proof, challenge=e))


def test_a_response_of_a_known_order_is_still_refused(factors):
    # The dealer knows the order of h; z plus a multiple of it satisfies equation 4 but not the range.
    p, q = factors
    case = choice(KEY, 0, 2, "order")
    order = (p - 1) * (q - 1)
    first, *rest = case.proof.statements[0].responses
    with pytest.raises(OutOfRange):
        verify_compact(KEY, case.claim, with_part(case.proof, 0, responses=(first + order, *rest)))


@settings(deadline=None, max_examples=25)
@given(st.integers(-(2**2100), 2**2100), st.integers(-(2**140), 2**140), st.integers(-(2**900), 2**900))
def test_whatever_numbers_come_the_refusal_is_one_of_ours(c, e, z):
    claim, proof = _handmade(variable(0, 0), (1,))
    proof = replace(proof, statements=(StatementProof(challenges=(e,), responses=(z,)),))
    with pytest.raises(CryptoError):
        verify_compact(KEY, replace(claim, ciphertexts=(c,)), proof)
