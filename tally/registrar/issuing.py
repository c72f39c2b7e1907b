# SPDX-License-Identifier: AGPL-3.0-or-later
"""Draw a code for every voter and derive its credential (docs/registrar.md, section "The codes").

The derivation is slow on purpose, so it runs on several cores; threads are enough, since the key derivation
runs without the interpreter's lock, and no secret passes between processes. Nothing is written here.
"""

import csv
import io
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from tally.registrar.codes import format_voting_code, new_code
from tally.registrar.derivation import ROUNDS, derive_credential
from tally.registrar.voters import Voter

CODES_HEADING = ("name", "email", "code", "weight", "group")
KEYS_HEADING = ("name", "email", "key", "weight", "group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A voter, the code for the letter, and the public key for the roll; the code stays out of `repr`."""

    voter: Voter
    code: bytes = field(repr=False)
    key: bytes


def _nothing() -> None:
    pass


def issue(
    voters: Sequence[Voter],
    election_id: str,
    *,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
    jobs: int = 2,
    rounds: int = ROUNDS,
    advance: Callable[[], None] = _nothing,
) -> tuple[Issued, ...]:
    """Return one `Issued` per voter, in their order; `advance` is called once for each.

    Fewer `rounds` are for tests only. Raises BadElectionId, BadRounds.
    """
    codes = [new_code(entropy=entropy) for _ in voters]
    derive = partial(_key, election_id=election_id, rounds=rounds)
    issued = []
    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        for voter, code, key in zip(voters, codes, pool.map(derive, codes), strict=True):
            issued.append(Issued(voter=voter, code=code, key=key))
            advance()
    finally:
        pool.shutdown(cancel_futures=True)
    return tuple(issued)


def codes_csv(issued: Sequence[Issued]) -> bytes:
    """Return the secret list for the letters, in the order of the registrar's own list: UTF-8 CSV."""
    return _csv(CODES_HEADING, [(one.voter, format_voting_code(one.code)) for one in issued])


def keys_csv(issued: Sequence[Issued]) -> bytes:
    """Return the list of whose key is whose, in the same order: nobody can vote with it."""
    return _csv(KEYS_HEADING, [(one.voter, one.key.hex()) for one in issued])


def _csv(heading: Sequence[str], rows: Sequence[tuple[Voter, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    for voter, cell in rows:
        writer.writerow((voter.name, voter.email, cell, voter.weight, voter.group))
    return text.getvalue().encode("utf-8")


def _key(code: bytes, *, election_id: str, rounds: int) -> bytes:
    return derive_credential(code, election_id, rounds=rounds).key
