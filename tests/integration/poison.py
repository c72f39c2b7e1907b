# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots of somebody who knows a factor of n: accepted in a batch, refused compactly (protocol.md)."""

import hashlib

from tally import casting
from tally.admission import context_of
from tally.crypto import ed25519
from tally.crypto.membership import absolute
from tally.crypto.randomness import Draws
from tally.dealer import dealing
from tally.record.ballot import Ballot
from tally.record.commitments import commitments_to_bytes
from tests.proofs import prove_with
from voting.services.submissions import Submission

_FACTORS = {}  # of the keys dealt while `remember_factors` was in force, by n


def remember_factors(monkeypatch):
    """What no real dealer does."""
    deal = dealing.deal

    def remembering(**options):
        dealt = deal(**options)
        secret = dealt.oracle._key
        _FACTORS[int(dealt.key.n)] = (secret.p, secret.q)
        return dealt

    monkeypatch.setattr(dealing, "deal", remembering)


def root_of_unity(key):
    """τ with τ² = 1, τ ≠ ±1."""
    p2, q2 = (factor * factor for factor in _FACTORS[int(key.n)])
    return (1 + p2 * (-2 * pow(p2, -1, q2) % q2)) % key.modulus


def submission(opened, seed, selections, *, supersedes=""):
    """A signed ballot whose hash covers one commitment that was multiplied by τ."""
    key, shape = opened.public_key, opened.shape
    credential = ed25519.public_key(seed)
    tau = root_of_unity(key)

    def tamper(commitments):
        return [absolute(commitments[0] * tau % key.modulus, key.modulus), *commitments[1:]]

    case = prove_with(
        key,
        shape.statements,
        [x for row in casting._encoded(opened, selections) for x in row],
        Draws(hashlib.sha256(seed + repr(selections).encode()).digest()),
        tamper,
        context_of(fingerprint=opened.fingerprint, credential=credential, supersedes=supersedes),
    )
    ballot = Ballot.of(
        shape,
        election=opened.fingerprint,
        credential=credential,
        supersedes=supersedes,
        ciphertexts=case.claim.ciphertexts,
        proof=case.proof,
    )
    data = ballot.sign(seed).to_bytes()
    return Submission(ballot=data, commitments=commitments_to_bytes(case.commitments, shape))
