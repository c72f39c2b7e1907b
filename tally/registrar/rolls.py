# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make and check a signed roll (docs/spec/credentials.md, section "The roll").

The record's form belongs to `tally.record.roll`. Voters are sorted by the octets of their keys, which are as
good as random: the order of the roll says nothing of the registrar's list.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from tally.crypto import ed25519
from tally.crypto.errors import CryptoError
from tally.record.base import check_same_election
from tally.record.errors import InvalidCredential
from tally.record.roll import Roll
from tally.registrar.derivation import election_id_octets
from tally.registrar.errors import DuplicateCredential, EmptyRoll


@dataclass(frozen=True, slots=True, kw_only=True)
class RollSummary:
    """What the registrar reads aloud: numbers of voters, total weight, SHA-256 of the roll's octets."""

    voters: int
    weight: int
    sha256: str


def make_roll(election_id: str, voters: Iterable[tuple[bytes, int]], registrar_seed: bytes) -> Roll:
    """Return the signed roll of (public key of 32 octets, weight) pairs in any order.

    Raises BadElectionId, EmptyRoll, DuplicateCredential, and what the record refuses.
    """
    election_id_octets(election_id)
    ordered = tuple(sorted(voters))
    if not ordered:
        raise EmptyRoll("a roll without voters")
    for (first, _), (second, _) in pairwise(ordered):
        if first == second:
            raise DuplicateCredential("two voters have the same public key", computed=first.hex())
    return Roll(election_id=election_id, voters=ordered).sign(registrar_seed)


def _nothing() -> None:
    pass


def check_roll(
    data: bytes, election_id: str, registrar_key: bytes, *, advance: Callable[[], None] = _nothing
) -> RollSummary:
    """Check the octets of a roll: form, order, sums, election, signature, and every voter's key.

    `advance` is called after every key. Raises the codec's errors, ForeignRecord, InvalidCredential and other
    RecordErrors, and the CryptoErrors of the registrar's key and signature.
    """
    roll = Roll.from_bytes(data)
    check_same_election(election_id, roll.election_id)
    roll.check_signature(registrar_key)
    for number, (key, _) in enumerate(roll.voters, start=1):
        try:
            ed25519.check_public_key(key)
        except CryptoError as error:
            raise InvalidCredential(f"voter {number}: {error}", computed=key.hex()) from error
        advance()
    return RollSummary(voters=len(roll.voters), weight=roll.weight, sha256=hashlib.sha256(data).hexdigest())
