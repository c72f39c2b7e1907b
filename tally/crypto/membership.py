# SPDX-License-Identifier: AGPL-3.0-or-later
"""The proof that every statement of a ballot holds: prove, verify compactly (docs/spec/protocol.md, "Proof").

OR proofs (Cramer–Damgård–Schoenmakers 1994) under one challenge. The ballot keeps ciphertexts, e_ij and z_ij;
commitments are recomputed here, or used as a cache in `batch`. This compact form defines validity.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gmpy2 import mpz

from tally.crypto.errors import ChallengeMismatch, ChallengeSumMismatch, NotAMember, OutOfRange, ShapeMismatch
from tally.crypto.fixed_base import FixedBase
from tally.crypto.numbers import check_units, inverses
from tally.crypto.paillier import combine, encrypt, g_power
from tally.crypto.parameters import CHALLENGE_BITS, PublicKey, response_bits
from tally.crypto.randomness import Draws
from tally.crypto.statements import Statement
from tally.crypto.transcript import Context, challenge

_CHALLENGES = 1 << CHALLENGE_BITS


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementProof:
    """e_ij and z_ij of one statement, in branch order."""

    challenges: tuple[int, ...]
    responses: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotProof:
    """e, and a StatementProof for each statement."""

    challenge: int
    statements: tuple[StatementProof, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a proof is about: context, the ballot's ciphertexts, and the statements over them."""

    context: Context
    ciphertexts: tuple[int, ...]
    statements: tuple[Statement, ...]


def coefficient_sum(statement: Statement) -> int:
    """Σ|a_i|."""
    return sum(abs(a) for _, a in statement.terms)


def absolute(value: mpz, modulus: mpz) -> mpz:
    """|a| = min(a, N − a): a commitment lives in Z*_N/{±1}."""
    return min(value, modulus - value)


def prove(
    key: PublicKey,
    context: Context,
    statements: tuple[Statement, ...],
    values: Sequence[int],
    draws: Draws,
) -> tuple[Claim, BallotProof, tuple[mpz, ...]]:
    """Encrypt `values` (x_k) and prove every statement; also gives the commitments |a_ij|.

    A negative response is redrawn with everything fresh. Raises NotAMember if a statement is false.
    """
    while True:
        claim, proof, commitments = _attempt(key, context, statements, values, draws)
        if all(z >= 0 for s in proof.statements for z in s.responses):
            return claim, proof, commitments
        draws = draws.redraw()


def _attempt(
    key: PublicKey,
    context: Context,
    statements: tuple[Statement, ...],
    values: Sequence[int],
    draws: Draws,
) -> tuple[Claim, BallotProof, tuple[mpz, ...]]:
    secrets = [draws.draw("s", (k,), key.randomness_bits) for k in range(len(values))]
    ciphertexts = tuple(encrypt(key, x, s) for x, s in zip(values, secrets, strict=True))
    branches = [_commit(key, i, s, values, draws) for i, s in enumerate(statements)]
    commitments = tuple(a for branch in branches for a in branch.commitments)
    e = challenge(context, (*ciphertexts, *commitments), key.width)
    proofs = tuple(b.respond(s, secrets, e) for b, s in zip(branches, statements, strict=True))
    claim = Claim(context=context, ciphertexts=ciphertexts, statements=statements)
    return claim, BallotProof(challenge=e, statements=proofs), commitments


@dataclass(frozen=True, slots=True, kw_only=True)
class _Branches:
    """The prover's side of one statement between commitment and challenge."""

    real: int
    masks: tuple[int, ...]
    challenges: tuple[int, ...]  # 0 at `real`
    commitments: tuple[mpz, ...]

    def respond(self, statement: Statement, secrets: Sequence[int], e: int) -> StatementProof:
        randomness = sum(a * secrets[k] for k, a in statement.terms)  # S_i
        challenges = list(self.challenges)
        challenges[self.real] = (e - sum(challenges)) % _CHALLENGES
        # z = mask + S_i·e_ij, over the integers
        responses = tuple(t + randomness * c for t, c in zip(self.masks, challenges, strict=True))
        return StatementProof(challenges=tuple(challenges), responses=responses)


def _commit(
    key: PublicKey, index: int, statement: Statement, values: Sequence[int], draws: Draws
) -> _Branches:
    plaintext = sum(a * values[k] for k, a in statement.terms)
    if plaintext not in statement.values:
        raise NotAMember("a statement about these values is false")
    real = statement.values.index(plaintext)
    bits = response_bits(key.bits, coefficient_sum(statement))
    masks, challenges, commitments = [], [], []
    for j, v in enumerate(statement.values):
        mask = draws.draw("t", (index, j), bits)
        e = 0 if j == real else draws.draw("e", (index, j), CHALLENGE_BITS)
        # a = h^t · g^{(v − m)·e}; the real branch has e = 0 here
        a = key.powers.power(mask) * g_power(key, (v - plaintext) * e) % key.modulus
        masks.append(mask)
        challenges.append(e)
        commitments.append(absolute(a, key.modulus))
    return _Branches(
        real=real, masks=tuple(masks), challenges=tuple(challenges), commitments=tuple(commitments)
    )


def check_shape(claim: Claim, proof: BallotProof) -> None:
    """Every ciphertext is the subject of a statement, and there is one sub-challenge and one response for
    every branch of every statement. Raises ShapeMismatch.
    """
    subjects = {k for s in claim.statements for k, a in s.terms if a}
    if subjects != set(range(len(claim.ciphertexts))):
        raise ShapeMismatch(
            "ciphertexts do not match the statements", expected=len(subjects), computed=len(claim.ciphertexts)
        )
    expected = [len(s.values) for s in claim.statements]
    challenges = [len(s.challenges) for s in proof.statements]
    responses = [len(s.responses) for s in proof.statements]
    if not expected == challenges == responses:
        raise ShapeMismatch("branches do not match the statements", expected=expected, computed=challenges)


def check_ranges(key: PublicKey, claim: Claim, proof: BallotProof) -> None:
    """Check 2: 0 < c < N, a unit; 0 ≤ e_ij < 2^128; 0 ≤ z < 2^(L_i+1). Raises OutOfRange, NotAUnit."""
    if not all(0 < c < key.modulus for c in claim.ciphertexts):
        raise OutOfRange("a ciphertext lies outside (0, N)")
    check_units(claim.ciphertexts, key.n)
    for statement, part in zip(claim.statements, proof.statements, strict=True):
        bound = 2 << response_bits(key.bits, coefficient_sum(statement))
        if not all(0 <= e < _CHALLENGES for e in part.challenges):
            raise OutOfRange("a sub-challenge lies outside [0, 2^128)")
        if not all(0 <= z < bound for z in part.responses):
            raise OutOfRange("a response lies outside its range")


def check_challenge_sums(proof: BallotProof) -> None:
    """Check 3, second half: Σ_j e_ij ≡ e mod 2^128. Raises ChallengeSumMismatch."""
    for index, part in enumerate(proof.statements):
        total = sum(part.challenges) % _CHALLENGES
        if total != proof.challenge:
            raise ChallengeSumMismatch(
                f"sub-challenges of statement {index} do not add up", expected=proof.challenge, computed=total
            )


def check_challenge(key: PublicKey, claim: Claim, proof: BallotProof, commitments: Sequence[int]) -> None:
    """Check 3, first half: e is the hash of the transcript. Raises ChallengeMismatch."""
    e = challenge(claim.context, (*claim.ciphertexts, *commitments), key.width)
    if e != proof.challenge:
        raise ChallengeMismatch(
            "the challenge is not the hash of the transcript", expected=e, computed=proof.challenge
        )


def verify_compact(key: PublicKey, claim: Claim, proof: BallotProof) -> None:
    """All of checks 1 to 4 from ciphertexts, e_ij and z_ij alone. Raises CryptoError.

    Cost: for each branch ⌈(L_i+1)/8⌉ multiplications for h^z and a shared table for C^-e.
    """
    check_shape(claim, proof)
    check_ranges(key, claim, proof)
    check_challenge_sums(proof)
    check_challenge(key, claim, proof, tuple(recompute_commitments(key, claim, proof)))


def recompute_commitments(key: PublicKey, claim: Claim, proof: BallotProof) -> Iterator[mpz]:
    """|a_ij| = |h^z · (C·g^-v)^-e| = |h^z · (C^-1)^e · g^{v·e}|, statement by statement."""
    combined = [combine(key, claim.ciphertexts, s.terms) for s in claim.statements]
    inverted = inverses(combined, key.modulus)
    for statement, part, c_inverse in zip(claim.statements, proof.statements, inverted, strict=True):
        table = FixedBase(c_inverse, key.modulus, window=_table_window(len(statement.values)))
        for v, e, z in zip(statement.values, part.challenges, part.responses, strict=True):
            a = key.powers.power(z) * table.power(e) % key.modulus * g_power(key, v * e) % key.modulus
            yield absolute(a, key.modulus)


def _table_window(branches: int) -> int:
    """The window that makes ⌈128/w⌉·(2^w − 1 + branches) least."""
    return min(range(1, 9), key=lambda w: -(-CHALLENGE_BITS // w) * (2**w - 1 + branches * (1 - 2.0**-w)))
