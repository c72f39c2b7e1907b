# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every ballot must satisfy by itself (docs/spec/protocol.md, "Checks"): intake and verifier share it.

Roll and signature come before any exponentiation. Succession is left to `count`, the proof to `crypto.batch`.
"""

from tally.crypto.batch import Case
from tally.crypto.membership import Claim
from tally.crypto.transcript import Context
from tally.enrolment import Enrolment
from tally.opened import OpenedElection
from tally.record.ballot import Ballot
from tally.record.base import check_same_election
from tally.record.challenged import Challenged
from tally.record.commitments import commitments_from_bytes
from tally.record.errors import RecordError
from tally.record.roll_change import RollChange


def read_ballot(opened: OpenedElection, data: bytes) -> Ballot:
    """The ballot of these bytes: well formed, within ranges, and for this election.

    Raises BoardError or RecordError.
    """
    ballot = Ballot.from_bytes(data, opened.shape)
    check_same_election(opened.fingerprint, ballot.election)
    ballot.check_ranges(opened.public_key.modulus)
    return ballot


def check_signed(roll: Enrolment, signed: Ballot | Challenged) -> None:
    """It is signed by a credential on the roll as it stands; the key itself was checked when it was enrolled.

    Raises NotOnRoll, Revoked, CryptoError.
    """
    roll.weight_of(signed.credential)
    signed.check_signature(signed.credential, checked=True)


def read_challenged(opened: OpenedElection, data: bytes) -> Challenged:
    """The challenge of these bytes, for this election. Raises BoardError, RecordError."""
    challenged = Challenged.from_bytes(data)
    check_same_election(opened.fingerprint, challenged.election)
    return challenged


def read_roll_change(opened: OpenedElection, data: bytes) -> RollChange:
    """The roll change of these bytes, for this election and signed by its registrar.

    Raises BoardError, RecordError, CryptoError. Whether it may come next is said by `Enrolment`.
    """
    change = RollChange.from_bytes(data)
    check_same_election(opened.fingerprint, change.election)
    change.check_signature(opened.manifest.registrar.key)
    return change


def context_of(*, fingerprint: str, credential: bytes, supersedes: str) -> Context:
    """The head of a ballot's transcript."""
    return Context(
        fingerprint=bytes.fromhex(fingerprint), credential=credential, supersedes=bytes.fromhex(supersedes)
    )


def case_of(opened: OpenedElection, ballot: Ballot, commitments: bytes | None) -> Case:
    """The ballot as `crypto.batch` judges it; commitments of the wrong length count as missing."""
    context = context_of(
        fingerprint=ballot.election, credential=ballot.credential, supersedes=ballot.supersedes
    )
    claim = Claim(context=context, ciphertexts=ballot.ciphertexts, statements=opened.shape.statements)
    return Case(claim=claim, proof=ballot.proof, commitments=_numbers(opened, commitments))


def _numbers(opened: OpenedElection, commitments: bytes | None) -> tuple[int, ...] | None:
    if commitments is None:
        return None
    try:
        return commitments_from_bytes(commitments, opened.shape)
    except RecordError:
        return None
