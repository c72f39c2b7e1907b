# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many ballots at once, from their given commitments (docs/spec/protocol.md, "Batch").

h^{2Σρz} · g^{2Σρev} = Π a^{2ρ} · Π c^{2Σρe·coefficient} mod N (Bellare–Garay–Rabin 1998), with ρ_ij drawn
here, fresh and secret; on squares, for a commitment is known up to sign (Boyd–Pavlovski 2000). No ballot is
refused by a batch: whatever fails here is judged by `membership.verify_compact`.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gmpy2 import mpz

from tally.crypto.errors import CommitmentMismatch, CryptoError, OutOfRange, ShapeMismatch
from tally.crypto.membership import (
    BallotProof,
    Claim,
    check_challenge,
    check_challenge_sums,
    check_ranges,
    check_shape,
    coefficient_sum,
    verify_compact,
)
from tally.crypto.multiexp import multi_power
from tally.crypto.numbers import check_units
from tally.crypto.paillier import g_power
from tally.crypto.parameters import PublicKey, response_bits
from tally.crypto.statements import Statement

_RHO_BYTES = 16
_SINGLE = 8  # below this many ballots, bisection costs more than compact checks

Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A claim, its proof, and the commitments that came beside it (None if none did)."""

    claim: Claim
    proof: BallotProof
    commitments: tuple[int, ...] | None


def check_cached(key: PublicKey, case: Case) -> None:
    """Checks 1 to 3 with the given commitments, one ballot. Raises CryptoError."""
    check_shape(case.claim, case.proof)
    check_ranges(key, case.claim, case.proof)
    check_challenge_sums(case.proof)
    commitments = _given_commitments(case)
    half = key.modulus >> 1
    if not all(0 < a <= half for a in commitments):
        raise OutOfRange("a commitment lies outside (0, (N−1)/2]")
    check_units(commitments, key.n)
    check_challenge(key, case.claim, case.proof, commitments)


def _given_commitments(case: Case) -> tuple[int, ...]:
    branches = sum(len(s.values) for s in case.claim.statements)
    if case.commitments is None or len(case.commitments) != branches:
        raise ShapeMismatch("commitments do not match the statements", expected=branches)
    return case.commitments


def verify_equations(
    key: PublicKey, cases: Sequence[Case], *, entropy: Entropy = secrets.token_bytes
) -> None:
    """Check 4 of every branch of every case in one equation; checks 1 to 3 have been made.

    A false equation passes with probability 2^-128. Raises CommitmentMismatch, ShapeMismatch.
    """
    left, right = _Side(), _Side()
    z_sum = mpz(0)  # Σ ρ·z
    g_sum = mpz(0)  # Σ ρ·e·v
    for case in cases:
        weights = [mpz(0)] * len(case.claim.ciphertexts)  # Σ ρ·e·coefficient of each ciphertext
        commitments = iter(_given_commitments(case))
        for statement, part in zip(case.claim.statements, case.proof.statements, strict=True):
            e_sum = mpz(0)
            for v, e, z in zip(statement.values, part.challenges, part.responses, strict=True):
                rho = mpz(int.from_bytes(entropy(_RHO_BYTES), "big"))
                weighted = rho * e
                z_sum += rho * z
                g_sum += weighted * v
                e_sum += weighted
                right.add(next(commitments), rho)
            for k, a in statement.terms:
                weights[k] += a * e_sum
        for c, weight in zip(case.claim.ciphertexts, weights, strict=True):
            (right if weight >= 0 else left).add(c, abs(weight))
    lhs = _base_power(key, z_sum) * left.power(key.modulus) % key.modulus * g_power(key, g_sum) % key.modulus
    rhs = right.power(key.modulus)
    if lhs * lhs % key.modulus != rhs * rhs % key.modulus:
        raise CommitmentMismatch("equation 4 fails for a commitment of this batch")


def _base_power(key: PublicKey, exponent: mpz) -> mpz:
    """h^exponent from the table if it is long enough, else by squaring: a table costs 25 powers."""
    if key.powers.covers(exponent):
        return key.powers.power(exponent)
    return multi_power((key.base,), (exponent,), key.modulus)


def base_bits(key: PublicKey, statements: Sequence[Statement], ballots: int) -> int:
    """A bound on the bits of the exponent Σ ρz of h in a batch of so many ballots of these statements."""
    longest = max(response_bits(key.bits, coefficient_sum(s)) for s in statements) + 1
    branches = ballots * sum(len(s.values) for s in statements)
    return longest + 8 * _RHO_BYTES + branches.bit_length()


class _Side:
    """One side of the batch equation: bases with their exponents."""

    def __init__(self) -> None:
        self._bases: list[int] = []
        self._exponents: list[mpz] = []

    def add(self, base: int, exponent: mpz) -> None:
        self._bases.append(base)
        self._exponents.append(exponent)

    def power(self, modulus: mpz) -> mpz:
        return multi_power(self._bases, self._exponents, modulus)


def verify(
    key: PublicKey, cases: Sequence[Case], *, entropy: Entropy = secrets.token_bytes
) -> dict[int, CryptoError]:
    """The verdict on every ballot: index → error for each refused one; the others hold.

    Ballots with good commitments go through batches; what fails is bisected, and whatever a batch would
    refuse, or came without commitments, is judged compactly.
    """
    batched: list[int] = []
    single: list[int] = []
    for index, case in enumerate(cases):
        (batched if _is_cached(key, case) else single).append(index)
    single += _bisect(key, cases, batched, entropy)
    refused = {}
    for index in sorted(single):
        try:
            verify_compact(key, cases[index].claim, cases[index].proof)
        except CryptoError as error:
            refused[index] = error
    return refused


def _is_cached(key: PublicKey, case: Case) -> bool:
    try:
        check_cached(key, case)
    except CryptoError:
        return False
    return True


def _bisect(key: PublicKey, cases: Sequence[Case], indices: list[int], entropy: Entropy) -> list[int]:
    """Indices that no passing batch covers; small or hopeless groups go to single checks."""
    suspects: list[int] = []
    # failed batches allowed before all the rest is checked singly
    budget = 2 * max(1, len(indices)).bit_length()
    pending = [indices] if indices else []
    while pending:
        group = pending.pop()
        if budget <= 0 or _is_sound(key, [cases[i] for i in group], entropy) is False:
            budget -= 1
            if budget <= 0 or len(group) <= _SINGLE:
                suspects += group
            else:
                half = len(group) // 2
                pending += [group[half:], group[:half]]
    return suspects


def _is_sound(key: PublicKey, cases: Sequence[Case], entropy: Entropy) -> bool:
    try:
        verify_equations(key, cases, entropy=entropy)
    except CommitmentMismatch:
        return False
    return True
