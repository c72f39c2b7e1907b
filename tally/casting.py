# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making a ballot (docs/spec/protocol.md, "Ballot"): the voter's side, as the booth does it in the browser.

Pure: the ballot's seed and the credential's seed are arguments. Sending it is the client's business.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tally.admission import context_of
from tally.crypto import ed25519
from tally.crypto.membership import prove
from tally.crypto.randomness import Draws
from tally.opened import OpenedElection
from tally.record.ballot import Ballot
from tally.record.challenged import Challenged
from tally.record.commitments import commitments_to_bytes

Selections = Mapping[str, Mapping[str, int]]  # contest id -> option id -> amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A ballot that is fixed but not yet signed, and its commitments (fixed width of N each)."""

    ballot: Ballot
    commitments: bytes


def prepare(
    opened: OpenedElection,
    *,
    credential: bytes,
    selections: Selections,
    supersedes: str,
    ballot_seed: bytes,
) -> Prepared:
    """Encrypt the selections (a contest left out is blank) and prove them.

    The tracker is fixed here, before the voter says cast or test. Raises InvalidSelection.
    """
    values = [x for row in _encoded(opened, selections) for x in row]
    fingerprint, shape = opened.fingerprint, opened.shape
    context = context_of(fingerprint=fingerprint, credential=credential, supersedes=supersedes)
    claim, proof, commitments = prove(
        opened.public_key, context, shape.statements, values, Draws(ballot_seed)
    )
    ballot = Ballot.of(
        shape,
        election=fingerprint,
        credential=credential,
        supersedes=supersedes,
        ciphertexts=claim.ciphertexts,
        proof=proof,
    )
    return Prepared(ballot=ballot, commitments=commitments_to_bytes(commitments, shape))


def cast(prepared: Prepared, credential_seed: bytes) -> Ballot:
    """Sign the ballot: now it can be counted."""
    return prepared.ballot.sign(credential_seed)


def challenge(prepared: Prepared, credential_seed: bytes) -> Challenged:
    """Sign its challenge instead: now it never can."""
    ballot = prepared.ballot
    unsigned = Challenged(election=ballot.election, credential=ballot.credential, tracker=ballot.tracker)
    return unsigned.sign(credential_seed)


def make_ballot(
    opened: OpenedElection,
    *,
    credential_seed: bytes,
    selections: Selections,
    supersedes: str,
    ballot_seed: bytes,
) -> Prepared:
    """Prepare and cast in one step, for programs that never test a ballot."""
    prepared = prepare(
        opened,
        credential=ed25519.public_key(credential_seed),
        selections=selections,
        supersedes=supersedes,
        ballot_seed=ballot_seed,
    )
    return Prepared(ballot=cast(prepared, credential_seed), commitments=prepared.commitments)


def _encoded(opened: OpenedElection, selections: Selections) -> Iterator[tuple[int, ...]]:
    parameters = opened.manifest.parameters
    for contest in opened.manifest.contests:
        yield contest.encode(
            selections.get(contest.id, {}),
            counter_bits=parameters.counter_bits,
            modulus_bits=parameters.modulus_bits,
        )
