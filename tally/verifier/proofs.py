# SPDX-License-Identifier: AGPL-3.0-or-later
"""Judging the proofs of many ballots, here or in several processes (check F.5).

Batches of 200 keep memory bounded; a worker gets bytes and gives verdicts. The verdicts are `crypto.batch`'s.
"""

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass

from tally.admission import case_of
from tally.crypto import batch
from tally.crypto.errors import CryptoError
from tally.opened import OpenedElection
from tally.record.ballot import Ballot

BATCH = 200  # ballots; larger ones gain little
_AHEAD = 2  # batches in flight for each process


def even_batch(ballots: int, jobs: int) -> int:
    """The size of batches, at most BATCH, that gives every process the same number of them."""
    rounds = max(1, -(-ballots // (BATCH * jobs)))
    return max(1, min(BATCH, -(-ballots // (rounds * jobs))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A ballot whose proof is to be judged: where it stands, its bytes, and the cache beside it."""

    where: str
    payload: bytes
    commitments: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A ballot whose proof does not hold."""

    where: str
    error: CryptoError


@dataclass(frozen=True, slots=True, kw_only=True)
class Payloads:
    """The four payloads that make an OpenedElection: what a worker process starts from."""

    manifest: bytes
    roll: bytes
    key: bytes
    opening: bytes

    def open(self, *, allow_test_modulus: bool) -> OpenedElection:
        """Parse and bind them. Raises what `OpenedElection.from_payloads` raises."""
        return OpenedElection.from_payloads(
            manifest=self.manifest,
            roll=self.roll,
            key=self.key,
            opening=self.opening,
            allow_test_modulus=allow_test_modulus,
        )


def judge(opened: OpenedElection, submitted: Sequence[Submitted]) -> list[Refused]:
    """The refused ones among ballots that have already been read once without error."""
    cases = [
        case_of(opened, Ballot.from_bytes(item.payload, opened.shape), item.commitments) for item in submitted
    ]
    verdicts = batch.verify(opened.public_key, cases)
    return [Refused(where=submitted[index].where, error=error) for index, error in verdicts.items()]


class ProofQueue:
    """Collects ballots into batches and yields refusals, in order."""

    def __init__(
        self, opened: OpenedElection, pool: ProcessPoolExecutor | None, jobs: int, *, size: int | None = None
    ) -> None:
        self._opened = opened
        self._pool = pool
        self._waiting: list[Submitted] = []
        self._running: deque[Future[list[Refused]]] = deque()
        self._limit = _AHEAD * jobs
        self._size = size or BATCH

    def add(self, item: Submitted) -> Iterator[Refused]:
        """Take one ballot; yield refusals that have become known."""
        self._waiting.append(item)
        if len(self._waiting) >= self._size:
            yield from self._start()

    def finish(self) -> Iterator[Refused]:
        """Judge what is left; yield all refusals still to come."""
        if self._waiting:
            yield from self._start()
        while self._running:
            yield from self._running.popleft().result()

    def _start(self) -> Iterator[Refused]:
        items, self._waiting = self._waiting, []
        if self._pool is None:
            yield from judge(self._opened, items)
            return
        self._running.append(self._pool.submit(judge_in_worker, items))
        while len(self._running) > self._limit:
            yield from self._running.popleft().result()


def start_pool(payloads: Payloads, jobs: int, *, allow_test_modulus: bool) -> ProcessPoolExecutor | None:
    """Worker processes that hold the election; None if this process is to do the work."""
    if jobs == 1:
        return None
    return ProcessPoolExecutor(
        max_workers=jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_open_in_worker,
        initargs=(payloads, allow_test_modulus),
    )


_worker: dict[str, OpenedElection] = {}  # of a worker process: the election it judges for


def _open_in_worker(payloads: Payloads, allow_test_modulus: bool) -> None:  # noqa: FBT001  # initargs are positional
    _worker["opened"] = payloads.open(allow_test_modulus=allow_test_modulus)


def check_credentials_in_worker() -> None:
    """`Roll.check_credentials`, in a process of `start_pool`'s."""
    _worker["opened"].roll.check_credentials()


def judge_in_worker(items: list[Submitted]) -> list[Refused]:
    """`judge`, in a process of `start_pool`'s."""
    return judge(_worker["opened"], items)
