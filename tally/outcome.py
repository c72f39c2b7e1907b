# SPDX-License-Identifier: AGPL-3.0-or-later
"""From decrypted sums to counters and outcomes (docs/spec/protocol.md, "Result").

Server, station and verifier share it. Whether the plaintexts are right is shown by their roots
(`crypto.threshold.verify_opening`), not here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gmpy2 import mpz

from tally.contests.counters import unpack
from tally.contests.results import ContestResult
from tally.count import Count, pack
from tally.crypto.parameters import PublicKey
from tally.opened import OpenedElection
from tally.record.manifest import Manifest

Counters = tuple[tuple[int, ...], ...]  # by tallied variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One contest's counters, and what they amount to."""

    contest: str
    counters: Counters
    result: ContestResult


def aggregates(opened: OpenedElection, count: Count) -> tuple[mpz, ...]:
    """The packed ciphertexts to be decrypted, in the manifest's order: the whole list, always."""
    return pack_tallies(opened.manifest, opened.public_key, opened.tallied, count.tallies())


def pack_tallies(
    manifest: Manifest,
    key: PublicKey,
    tallied: Sequence[Sequence[int]],
    tallies: Sequence[Sequence[mpz]],
) -> tuple[mpz, ...]:
    """T = Π T_x^{2^shift} for every aggregate of the manifest."""
    by_contest: dict[str, Mapping[int, mpz]] = {
        contest.id: dict(zip(variables, row, strict=True))
        for contest, variables, row in zip(manifest.contests, tallied, tallies, strict=True)
    }
    return tuple(pack(key, by_contest[part.contest], part.terms) for part in manifest.aggregates)


def decode(manifest: Manifest, plaintexts: Sequence[int]) -> tuple[Counters, ...]:
    """The counters of every contest. Raises StrayBits for bits above the last slot, WrongCount."""
    parameters = manifest.parameters
    rows = []
    rest = list(plaintexts)
    for contest, program in zip(manifest.contests, manifest.program, strict=True):
        own = sum(1 for part in manifest.aggregates if part.contest == contest.id)
        mine, rest = rest[:own], rest[own:]
        rows.append(
            unpack(
                program,
                [int(plaintext) for plaintext in mine],
                counter_bits=parameters.counter_bits,
                modulus_bits=parameters.modulus_bits,
            )
        )
    return tuple(rows)


def outcomes(manifest: Manifest, counters: Sequence[Counters], weight: int) -> tuple[Outcome, ...]:
    """What the counters of ballots of total `weight` amount to. Raises SumMismatch."""
    return tuple(
        Outcome(contest=contest.id, counters=row, result=contest.result(row, weight))
        for contest, row in zip(manifest.contests, counters, strict=True)
    )
