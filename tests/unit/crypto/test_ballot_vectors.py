# SPDX-License-Identifier: AGPL-3.0-or-later
"""tests/vectors/ballot.json: our code gives it, and a verifier of thirty lines, sharing no code, agrees."""

import hashlib
import json

import pytest
from gmpy2 import mpz

from tally.crypto import errors
from tally.crypto.membership import BallotProof, Claim, StatementProof, verify_compact
from tally.crypto.parameters import derive_base
from tally.crypto.randomness import Draws
from tally.crypto.statements import Statement
from tally.crypto.transcript import Context
from tests.keys import public_key_1024
from tests.vectors import make_ballot

VECTORS = json.loads(make_ballot.FILE.read_text())


def _named(key):
    return [pytest.param(case, id=case["name"]) for case in VECTORS[key]]


def test_the_script_gives_the_file_again():
    assert make_ballot.build() == VECTORS


@pytest.mark.parametrize("case", VECTORS["bases"], ids=lambda case: f"{len(case['modulus']) * 4}")
def test_h_is_derived_from_n(case):
    assert derive_base(int(case["modulus"], 16)) == int(case["base"], 16)


@pytest.mark.parametrize("case", VECTORS["draws"], ids=lambda case: f"{case['name']} {case['attempt']}")
def test_draws_follow_from_the_seed(case):
    draws = Draws(bytes.fromhex(case["seed"]), case["attempt"])
    assert draws.draw(case["name"], tuple(case["index"]), case["bits"]) == int(case["value"], 16)


def _numbers(texts):
    return [mpz(text, 16) for text in texts]


def _naive_commitments(case):
    """|h^z · (Π c^a · g^−v)^−e| by `pow` alone."""
    n = mpz(case["modulus"], 16)
    modulus = n * n
    u_bytes = b"".join(
        len(item).to_bytes(4, "big") + item
        for item in (b"veritally/h/1", int(n).to_bytes(len(case["modulus"]) // 2, "big"))
    )
    u = mpz(int.from_bytes(hashlib.shake_256(u_bytes).digest(len(case["modulus"]) // 2 + 16), "big"))
    h = pow(u, 2 * n, modulus)
    ciphertexts = _numbers(case["ciphertexts"])
    for statement, es, zs in zip(case["statements"], case["challenges"], case["responses"], strict=True):
        combined = mpz(1)
        for index, coefficient in statement["terms"]:
            combined = combined * pow(ciphertexts[index], mpz(coefficient, 16), modulus) % modulus
        for v, e, z in zip(_numbers(statement["values"]), _numbers(es), _numbers(zs), strict=True):
            inner = combined * pow(1 + n, -v, modulus) % modulus
            a = pow(h, z, modulus) * pow(inner, -e, modulus) % modulus
            yield min(a, modulus - a)


def _naive_transcript(case, commitments):
    width = len(case["modulus"])  # two hexadecimal digits of n are two bytes of N in four
    head = (
        b"veritally/ballot-proof/1",
        *(bytes.fromhex(case[k]) for k in ("fingerprint", "credential", "supersedes")),
    )
    numbers = (int(x).to_bytes(width, "big") for x in (*_numbers(case["ciphertexts"]), *commitments))
    return b"".join(len(item).to_bytes(4, "big") + item for item in (*head, *numbers))


@pytest.mark.parametrize("case", _named("ballots"))
def test_an_independent_verifier_accepts_every_ballot(case):
    commitments = list(_naive_commitments(case))
    assert commitments == _numbers(case["commitments"])
    transcript = _naive_transcript(case, commitments)
    assert len(transcript) == case["transcript_length"]
    digest = hashlib.sha256(transcript).digest()
    assert digest.hex() == case["transcript_sha256"]
    e = int.from_bytes(digest[:16], "big")
    assert e == int(case["challenge"], 16)
    assert all(sum(_numbers(row)) % 2**128 == e for row in case["challenges"])


@pytest.mark.parametrize("case", _named("ballots"))
def test_responses_are_made_of_masks_and_secrets(case):
    secrets = _numbers(case["secrets"])
    rows = zip(case["statements"], case["masks"], case["challenges"], case["responses"], strict=True)
    for statement, masks, es, zs in rows:
        s = sum(int(a, 16) * secrets[k] for k, a in statement["terms"])
        assert [t + s * e for t, e in zip(_numbers(masks), _numbers(es), strict=True)] == _numbers(zs)


@pytest.mark.parametrize("case", _named("ballots"))
def test_simulated_branches_carry_the_challenges_drawn_for_them(case):
    for drawn, carried in zip(case["drawn_challenges"], case["challenges"], strict=True):
        assert [c for d, c in zip(drawn, carried, strict=True) if d != "0"] == [d for d in drawn if d != "0"]
        assert drawn.count("0") == 1


def _read(case):
    context = Context(**{k: bytes.fromhex(case[k]) for k in ("fingerprint", "credential", "supersedes")})
    statements = tuple(
        Statement(
            terms=tuple((index, int(a, 16)) for index, a in statement["terms"]),
            values=tuple(_numbers(statement["values"])),
        )
        for statement in case["statements"]
    )
    parts = tuple(
        StatementProof(challenges=tuple(_numbers(es)), responses=tuple(_numbers(zs)))
        for es, zs in zip(case["challenges"], case["responses"], strict=True)
    )
    claim = Claim(context=context, ciphertexts=tuple(_numbers(case["ciphertexts"])), statements=statements)
    return claim, BallotProof(challenge=mpz(case["challenge"], 16), statements=parts)


@pytest.mark.parametrize("case", _named("refused"))
def test_every_refused_ballot_is_refused_for_its_reason(case):
    with pytest.raises(getattr(errors, case["reason"])):
        verify_compact(public_key_1024(), *_read(case))


def test_the_refused_ballots_are_of_the_test_modulus():
    assert {case["modulus"] for case in VECTORS["refused"]} == {f"{public_key_1024().n:x}"}
