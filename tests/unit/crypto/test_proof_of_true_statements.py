# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import replace

import pytest
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.crypto import batch
from tally.crypto.batch import Case, check_cached, verify_equations
from tally.crypto.errors import NotAMember, OutOfRange
from tally.crypto.membership import (
    BallotProof,
    Claim,
    StatementProof,
    prove,
    recompute_commitments,
    verify_compact,
)
from tally.crypto.parameters import response_bits
from tally.crypto.randomness import Draws
from tally.crypto.statements import Statement
from tests.keys import public_key_1024
from tests.proofs import CONTEXT, KINDS, case_of, prove_with, seed, variable

KEY = public_key_1024()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_statement_verifies_compactly_and_in_a_batch(key, kind):
    case = case_of(key, kind)
    verify_compact(key, case.claim, case.proof)
    check_cached(key, case)
    verify_equations(key, [case, case_of(key, kind, "another")])


@pytest.mark.parametrize("kind", KINDS)
def test_the_commitments_can_be_recomputed_from_the_compact_form(key, kind):
    case = case_of(key, kind)
    assert tuple(recompute_commitments(key, case.claim, case.proof)) == case.commitments


@settings(deadline=None, max_examples=20)
@given(st.data())
def test_any_program_of_small_statements_that_holds_can_be_proved(data):
    values = data.draw(st.lists(st.integers(0, 9), min_size=1, max_size=3))
    statements = []
    for index, value in enumerate(values):
        domain = data.draw(st.sets(st.integers(0, 9), max_size=3)) | {value}
        statements.append(variable(index, *sorted(domain)))
    coefficients = data.draw(st.lists(st.integers(-9, 9), min_size=len(values), max_size=len(values)))
    if any(coefficients):
        plaintext = sum(a * x for a, x in zip(coefficients, values, strict=True))
        allowed = sorted(data.draw(st.sets(st.integers(-99, 99), max_size=2)) | {plaintext})
        statements.append(Statement(terms=tuple(enumerate(coefficients)), values=tuple(allowed)))
    draws = Draws(data.draw(st.binary(min_size=32, max_size=32)))
    claim, proof, commitments = prove(KEY, CONTEXT, tuple(statements), values, draws)
    verify_compact(KEY, claim, proof)
    verify_equations(KEY, [Case(claim=claim, proof=proof, commitments=commitments)])


def _as(number, case: Case) -> Case:
    parts = tuple(
        StatementProof(challenges=tuple(map(number, p.challenges)), responses=tuple(map(number, p.responses)))
        for p in case.proof.statements
    )
    return Case(
        claim=replace(case.claim, ciphertexts=tuple(map(number, case.claim.ciphertexts))),
        proof=BallotProof(challenge=number(case.proof.challenge), statements=parts),
        commitments=tuple(map(number, case.commitments)),
    )


@pytest.mark.parametrize("number", [int, mpz])
def test_plain_and_gmp_integers_are_verified_alike(key, number):
    case = _as(number, case_of(key, "difference"))
    verify_compact(key, case.claim, case.proof)
    check_cached(key, case)
    verify_equations(key, [case])
    assert batch.verify(key, [replace(case, commitments=None), case]) == {}


def test_the_same_seed_gives_the_same_ballot(key):
    assert case_of(key, "approval") == case_of(key, "approval")
    assert case_of(key, "approval").claim != case_of(key, "approval", "another").claim


def test_every_response_fits_the_bits_that_the_format_gives_it(key):
    statements, _ = KINDS["huge cost"]
    case = case_of(key, "huge cost")
    for statement, part in zip(statements, case.proof.statements, strict=True):
        bits = response_bits(key.bits, sum(abs(a) for _, a in statement.terms))
        assert all(0 <= z < 2 << bits for z in part.responses)


class _NoMasks(Draws):
    """Draws whose masks are zero, so that a negative S_i gives a negative response."""

    def draw(self, name, index, bits):
        return 0 if name == "t" else super().draw(name, index, bits)


def test_a_negative_response_is_redrawn_with_everything_fresh(key):
    statements, values = KINDS["only negative"]
    draws = _NoMasks(bytes(32))
    claim, proof, _ = prove(key, CONTEXT, statements, values, draws)
    assert (claim, proof) == prove(key, CONTEXT, statements, values, draws.redraw())[:2]
    assert all(z >= 0 for part in proof.statements for z in part.responses)
    verify_compact(key, claim, proof)


def test_the_test_prover_agrees_with_the_real_one(key):
    statements, values = KINDS["approval"]
    assert prove_with(key, statements, values, seed(("approval", 0)), list) == case_of(key, "approval")


@pytest.mark.parametrize("kind", KINDS)
def test_the_prover_refuses_a_value_outside_a_domain(key, kind):
    statements, values = KINDS[kind]
    with pytest.raises(NotAMember):
        prove(key, CONTEXT, statements, (4, *values[1:]), seed(0))


def test_the_prover_refuses_a_sum_that_is_not_allowed(key):
    statements, _ = KINDS["exact sum"]
    with pytest.raises(NotAMember):
        prove(key, CONTEXT, statements, (1, 2), seed(0))


def test_the_prover_refuses_a_value_that_is_no_plaintext(key):
    with pytest.raises(OutOfRange):
        prove(key, CONTEXT, (variable(0, -1, 0),), (-1,), seed(0))


def test_a_claim_without_statements_holds_only_with_its_own_challenge(key):
    claim, proof, commitments = prove(key, CONTEXT, (), (), seed(0))
    assert (claim, commitments) == (Claim(context=CONTEXT, ciphertexts=(), statements=()), ())
    verify_compact(key, claim, proof)
