# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making many voters' ballots over several processes, in order, a few chunks ahead of whoever takes them in.

No Django: each process opens the election once from its payloads. Every voter casts one ballot.
"""

import secrets
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context

from tally import casting
from tally.opened import OpenedElection
from voting.rehearsal.parties import voter_seed
from voting.services.submissions import Submission

CHUNK = 25  # ballots
_AHEAD = 4  # chunks for each process
_SEED_BYTES = 32

Selections = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payloads:
    """The four payloads that open an election, and the seed of its voters."""

    manifest: bytes
    roll: bytes
    key: bytes
    opening: bytes
    voters: bytes = field(repr=False)
    allow_test_modulus: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prover:
    opened: OpenedElection
    voters: bytes = field(repr=False)

    def prove(self, first: int, selections: Sequence[Selections]) -> list[Submission]:
        return [self._ballot(first + place, chosen) for place, chosen in enumerate(selections)]

    def _ballot(self, voter: int, selections: Selections) -> Submission:
        prepared = casting.make_ballot(
            self.opened,
            credential_seed=voter_seed(self.voters, voter),
            selections=selections,
            supersedes="",
            ballot_seed=secrets.token_bytes(_SEED_BYTES),
        )
        return Submission(ballot=prepared.ballot.to_bytes(), commitments=prepared.commitments)


_prover: list[_Prover] = []  # of this process, once it is opened


def make_ballots(payloads: Payloads, selections: Sequence[Selections], *, jobs: int) -> Iterator[Submission]:
    """Yield the ballot of voter 0, 1, 2 …, made by `jobs` processes. Raises InvalidSelection."""
    pool = ProcessPoolExecutor(
        max_workers=jobs, mp_context=get_context("spawn"), initializer=_open, initargs=(payloads,)
    )
    try:
        chunks = (
            pool.submit(_prove, start, selections[start : start + CHUNK])
            for start in range(0, len(selections), CHUNK)
        )
        waiting: deque[Future[list[Submission]]] = deque(islice(chunks, jobs * _AHEAD))
        while waiting:
            yield from waiting.popleft().result()
            waiting.extend(islice(chunks, 1))
    finally:
        pool.shutdown(cancel_futures=True)


def _open(payloads: Payloads) -> None:
    opened = OpenedElection.from_payloads(
        manifest=payloads.manifest,
        roll=payloads.roll,
        key=payloads.key,
        opening=payloads.opening,
        allow_test_modulus=payloads.allow_test_modulus,
    )
    _prover[:] = [_Prover(opened=opened, voters=payloads.voters)]


def _prove(first: int, selections: Sequence[Selections]) -> list[Submission]:
    (prover,) = _prover
    return prover.prove(first, selections)
