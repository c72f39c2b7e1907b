# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verdict on every ballot of a batch: bad ones named, good ones untouched, whatever the caches are."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.crypto import batch
from tally.crypto.errors import (
    ChallengeMismatch,
    ChallengeSumMismatch,
    CommitmentMismatch,
    CryptoError,
    NotAUnit,
    OutOfRange,
    ShapeMismatch,
)
from tally.crypto.membership import absolute, verify_compact
from tally.crypto.paillier import g_power
from tests.keys import factors_1024, public_key_1024
from tests.proofs import case_of, choice, prove_with, seed, variable, with_part

KEY = public_key_1024()
COUNT = 30


@cache
def _good(index):
    return choice(KEY, index % 2, 2, index)


@cache
def _bad(index):
    """Passes checks 1 to 3 with its commitments, fails equation 4."""

    def tamper(commitments):
        return [absolute(a * g_power(KEY, 1) % KEY.modulus, KEY.modulus) for a in commitments]

    return prove_with(KEY, (variable(0, 1, 256),), (1,), seed(("bad", index)), tamper)


def _cases(bad):
    return [_bad(i) if i in bad else _good(i) for i in range(COUNT)]


@settings(deadline=None, max_examples=12)
@given(st.sets(st.integers(0, COUNT - 1)))
def test_bisection_names_exactly_the_bad_ballots(bad):
    verdict = batch.verify(KEY, _cases(bad))
    assert set(verdict) == bad
    assert all(isinstance(error, ChallengeMismatch) for error in verdict.values())


@pytest.mark.parametrize("bad", [set(), {0}, {COUNT - 1}, {3, 17}, set(range(COUNT))], ids=str)
def test_bisection_names_none_one_and_all(bad):
    assert set(batch.verify(KEY, _cases(bad))) == bad


def test_one_bad_ballot_costs_few_compact_checks(monkeypatch):
    judged = []
    monkeypatch.setattr(batch, "verify_compact", lambda *arguments: judged.append(arguments[1]))
    batch.verify(KEY, _cases({7}))
    assert _bad(7).claim in judged
    assert len(judged) <= batch._SINGLE


def test_many_bad_ballots_cannot_buy_more_than_a_few_batches(monkeypatch):
    tried = []

    def equations(key, cases, **_):
        tried.append(len(cases))
        raise CommitmentMismatch("always")

    monkeypatch.setattr(batch, "verify_equations", equations)
    cases = [_good(i % COUNT) for i in range(10 * COUNT)]
    assert batch.verify(KEY, cases) == {}
    assert len(tried) <= 2 * len(cases).bit_length()


def test_good_ballots_are_never_judged_singly(monkeypatch):
    monkeypatch.setattr(batch, "verify_compact", None)
    assert batch.verify(KEY, _cases(set())) == {}


# Commitments are a cache


def _roots_of_unity():
    p2, q2 = (factor * factor for factor in factors_1024())
    tau = (1 + p2 * (-2 * pow(p2, -1, q2) % q2)) % KEY.modulus
    return tau, KEY.modulus - tau


def _absolute(value):
    return absolute(value % KEY.modulus, KEY.modulus)


CACHES = {
    "missing": lambda _: None,
    "empty": lambda _: (),
    "short": lambda given: given[:-1],
    "long": lambda given: (*given, 1),
    "negated": lambda given: tuple(KEY.modulus - a for a in given),
    "one negated": lambda given: (KEY.modulus - given[0], *given[1:]),
    "times −1, minus the modulus": lambda given: tuple(-a for a in given),
    "times an element of order 2": lambda given: tuple(_absolute(a * _roots_of_unity()[0]) for a in given),
    "times its negative": lambda given: tuple(_absolute(a * _roots_of_unity()[1]) for a in given),
    "one times it": lambda given: (_absolute(given[0] * _roots_of_unity()[0]), *given[1:]),
    "zero": lambda given: (0,) * len(given),
    "one": lambda given: (1,) * len(given),
    "no units": lambda given: (KEY.n,) * len(given),
    "reversed": lambda given: given[::-1],
    "huge": lambda given: (1 << 9000,) * len(given),
    "shifted by the modulus": lambda given: tuple(a + KEY.modulus for a in given),
}


@pytest.mark.parametrize("change", CACHES.values(), ids=CACHES)
def test_no_cache_whatsoever_changes_a_verdict(change):
    good = case_of(KEY, "approval")
    bad = replace(good, proof=with_part(good.proof, 2, responses=(1, 2, 3)))
    cases = [replace(case, commitments=change(good.commitments)) for case in (good, bad, good)]
    assert set(batch.verify(KEY, [good, *cases])) == {2}


# Names of refusals


def _claimed(case, **changes):
    return replace(case, claim=replace(case.claim, **changes))


def _refusals():
    good = case_of(KEY, "approval")
    first, second = good.proof.statements[0].challenges
    context = replace(good.claim.context, credential=b"\x07" * 32)
    return {
        ShapeMismatch: replace(good, proof=replace(good.proof, statements=())),
        OutOfRange: _claimed(good, ciphertexts=(0, 1)),
        NotAUnit: _claimed(good, ciphertexts=(KEY.n, 1)),
        ChallengeSumMismatch: replace(good, proof=with_part(good.proof, 0, challenges=(first ^ 1, second))),
        ChallengeMismatch: _claimed(good, context=context),
    }


def test_every_bad_ballot_keeps_the_name_of_its_own_error():
    refusals = _refusals()
    verdict = batch.verify(KEY, [_good(0), *refusals.values(), _good(1)])
    assert [type(verdict[i]) for i in sorted(verdict)] == list(refusals)
    assert 0 not in verdict


def test_the_verdict_is_the_compact_one_for_every_bad_ballot():
    for case in _refusals().values():
        (error,) = batch.verify(KEY, [case]).values()
        with pytest.raises(CryptoError) as caught:
            verify_compact(KEY, case.claim, case.proof)
        assert (type(error), str(error)) == (type(caught.value), str(caught.value))
