# SPDX-License-Identifier: AGPL-3.0-or-later
"""Statements of every shape, honest proofs of them, and provers that cheat, for tests."""

import hashlib
from dataclasses import replace

from tally.crypto import membership
from tally.crypto.batch import Case
from tally.crypto.membership import BallotProof, Claim, StatementProof, coefficient_sum, prove
from tally.crypto.paillier import encrypt, g_power
from tally.crypto.parameters import CHALLENGE_BITS, PublicKey, response_bits
from tally.crypto.randomness import Draws
from tally.crypto.statements import Statement
from tally.crypto.transcript import Context, challenge

CHALLENGES = 1 << CHALLENGE_BITS
CONTEXT = Context(fingerprint=b"\x01" * 32, credential=b"\x02" * 32, supersedes=b"\x03" * 32)


def variable(index: int, *values: int) -> Statement:
    return Statement(terms=((index, 1),), values=values)


def total(coefficients: tuple[int, ...], *values: int) -> Statement:
    return Statement(terms=tuple(enumerate(coefficients)), values=values)


# name → (statements, values that satisfy them)
KINDS = {
    "choose one": ((variable(0, 1, 1 << 8, 1 << 16),), (1 << 8,)),
    "approval": ((variable(0, 0, 1), variable(1, 0, 1), total((1, 1), 0, 1, 2)), (1, 1)),
    "score": ((variable(0, 0, 1, 2, 3), variable(1, 0, 1, 2, 3)), (3, 0)),
    "exact sum": ((variable(0, 0, 1, 2), variable(1, 0, 1, 2), total((1, 1), 2)), (0, 2)),
    "costs": ((variable(0, 0, 1), variable(1, 0, 1), variable(2, 0, 1), total((5, 7, 1), 8)), (0, 1, 1)),
    "one value": ((variable(0, 5),), (5,)),
    "huge cost": ((variable(0, 0, 1), total((2**53 - 1,), 0, 2**53 - 1)), (1,)),
    "difference": ((variable(0, 0, 3), variable(1, 0, 3), total((-1, 1), -3, 0, 3)), (3, 0)),
    "only negative": ((variable(0, 0, 1), total((-9,), -9, 0)), (1,)),
}


def seed(label: object) -> Draws:
    return Draws(hashlib.sha256(repr(label).encode()).digest())


def case_of(key: PublicKey, kind: str, label: object = 0, context: Context = CONTEXT) -> Case:
    """An honest ballot of this kind, with its commitments; `label` chooses the randomness."""
    statements, values = KINDS[kind]
    claim, proof, commitments = prove(key, context, statements, values, seed((kind, label)))
    return Case(claim=claim, proof=proof, commitments=commitments)


def choice(key: PublicKey, chosen: int, options: int, label: object) -> Case:
    """A choose-one ballot of so many options."""
    values = tuple(1 << 8 * j for j in range(options))
    claim, proof, commitments = prove(
        key, CONTEXT, (variable(0, *values),), (values[chosen],), seed((chosen, label))
    )
    return Case(claim=claim, proof=proof, commitments=commitments)


def with_part(proof: BallotProof, index: int, **changes: tuple[int, ...]) -> BallotProof:
    """The proof with the challenges or responses of one statement replaced."""
    parts = list(proof.statements)
    parts[index] = replace(parts[index], **changes)
    return replace(proof, statements=tuple(parts))


def flipped(numbers: tuple[int, ...], index: int, bit: int) -> tuple[int, ...]:
    changed = list(numbers)
    changed[index] = int(changed[index]) ^ 1 << bit
    return tuple(changed)


def prove_with(key, statements, values, draws, tamper, context=CONTEXT) -> Case:
    """An honest proof, but the commitments that are hashed and sent are tamper(commitments)."""
    secrets = [draws.draw("s", (k,), key.randomness_bits) for k in range(len(values))]
    ciphertexts = tuple(encrypt(key, x, s) for x, s in zip(values, secrets, strict=True))
    branches = [membership._commit(key, i, s, values, draws) for i, s in enumerate(statements)]
    commitments = tuple(tamper([a for b in branches for a in b.commitments]))
    e = challenge(context, (*ciphertexts, *commitments), key.width)
    parts = tuple(b.respond(s, secrets, e) for b, s in zip(branches, statements, strict=True))
    claim = Claim(context=context, ciphertexts=ciphertexts, statements=statements)
    return Case(claim=claim, proof=BallotProof(challenge=e, statements=parts), commitments=commitments)


def simulate(key, statement, plaintext, guess, draws):
    """Prove a false statement about one ciphertext by guessing the challenge: every branch is simulated for
    sub-challenges that add up to the guess. Only the hash decides whether the guess was right.
    """
    s = draws.draw("s", (0,), key.randomness_bits)
    bits = response_bits(key.bits, coefficient_sum(statement))
    count = len(statement.values)
    masks = [draws.draw("t", (0, j), bits) for j in range(count)]
    parts = [draws.draw("e", (0, j), CHALLENGE_BITS) for j in range(count - 1)]
    parts.append((guess - sum(parts)) % CHALLENGES)
    commitments = tuple(
        membership.absolute(
            key.powers.power(t) * g_power(key, (v - plaintext) * e) % key.modulus, key.modulus
        )
        for v, e, t in zip(statement.values, parts, masks, strict=True)
    )
    responses = tuple(t + s * e for t, e in zip(masks, parts, strict=True))
    claim = Claim(context=CONTEXT, ciphertexts=(encrypt(key, plaintext, s),), statements=(statement,))
    part = StatementProof(challenges=tuple(parts), responses=responses)
    return Case(claim=claim, proof=BallotProof(challenge=guess, statements=(part,)), commitments=commitments)
