# SPDX-License-Identifier: AGPL-3.0-or-later
"""The compact check of a rehearsal's ballots, over several processes, before the closing entry.

A server's own worker does it while ballots arrive; a rehearsal has no worker, and its closing entry waits for
it all the same. Left to the final verification it would cost as much and come too late for the count.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial

from django.utils import timezone

from tally.opened import OpenedElection
from tally.verifier import proofs
from tally.verifier.proofs import Payloads, Refused, Submitted
from voting.models import Election
from voting.services import rechecking
from voting.services.opened import allow_test_modulus, opening_of

_PART = 10  # ballots that one process checks at a time
_PARTS = 4  # for each process, between two writes of how far it has come


def recheck(election: Election, *, jobs: int, advance: Callable[[int], None]) -> None:
    """Check all accepted ballots; the rows say what was found."""
    payloads = Payloads(
        manifest=bytes(election.manifest or b""),
        roll=bytes(election.roll or b""),
        key=bytes(election.key or b""),
        opening=opening_of(election).to_bytes(),
    )
    pool = proofs.start_pool(payloads, jobs, allow_test_modulus=allow_test_modulus())
    with pool or nullcontext():
        rechecking.recheck(
            election,
            now=timezone.now(),
            budget=float("inf"),
            chunk=_PART * _PARTS * jobs,
            judge=partial(_judge, pool, advance),
        )


def _judge(
    pool: ProcessPoolExecutor | None,
    advance: Callable[[int], None],
    opened: OpenedElection,
    submitted: Sequence[Submitted],
) -> list[Refused]:
    parts = [[*submitted[start : start + _PART]] for start in range(0, len(submitted), _PART)]
    verdicts = pool.map(proofs.judge_in_worker, parts) if pool else map(partial(proofs.judge, opened), parts)
    refused = []
    for part, bad in zip(parts, verdicts, strict=True):
        refused += bad
        advance(len(part))
    return refused
