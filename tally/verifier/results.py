# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks H.1 to H.6: the result and the final entry, against what was recomputed from the ballots."""

from gmpy2 import mpz

from bulletin_board.errors import BoardError
from tally.contests.errors import ContestError, StrayBits
from tally.crypto.errors import CryptoError
from tally.crypto.threshold import verify_opening
from tally.errors import CountedSetMismatch, CountersMismatch, FinalMismatch, OutcomeMismatch, TallyMismatch
from tally.opened import OpenedElection
from tally.outcome import Counters, decode, outcomes
from tally.record.base import check_same_election
from tally.record.counted import Counted
from tally.record.errors import RecordError
from tally.record.final import Final
from tally.record.result import Result, ResultShape
from tally.verifier.report import Ledger
from tally.verifier.shares import check_counted
from tally.verifier.walk import Entry


def check_result(
    ledger: Ledger,
    entry: Entry,
    opened: OpenedElection,
    *,
    counted: Counted,
    tallies: tuple[tuple[mpz, ...], ...],
    aggregates: tuple[mpz, ...],
) -> Result | None:
    """H.1 to H.5. Returns the result as stated, right or wrong; None if it cannot be read."""
    ledger.mark("H.1")
    try:
        result = Result.from_bytes(entry.payload, ResultShape.of(opened.manifest))
        check_same_election(opened.fingerprint, result.election)
        check_counted(result.counted, counted)
    except (BoardError, RecordError, ContestError, CountedSetMismatch) as error:
        ledger.fail("H.1", error, entry.where)
        if not isinstance(error, CountedSetMismatch):
            return None
    _check_tallies(ledger, entry, result, tallies, aggregates)
    _check_openings(ledger, entry, result, opened)
    _check_counters(ledger, entry, result, opened, counted.weight)
    return result


def _check_tallies(
    ledger: Ledger,
    entry: Entry,
    result: Result,
    tallies: tuple[tuple[mpz, ...], ...],
    aggregates: tuple[mpz, ...],
) -> None:
    ledger.mark("H.2")
    stated = tuple(part.ciphertext for part in result.aggregates)
    if result.tallies != tallies:
        ledger.fail(
            "H.2", TallyMismatch("the encrypted sums are not the products of the ballots"), entry.where
        )
    if stated != aggregates:
        ledger.fail("H.2", TallyMismatch("the packed sums are not made of the encrypted sums"), entry.where)


def _check_openings(ledger: Ledger, entry: Entry, result: Result, opened: OpenedElection) -> None:
    ledger.mark("H.3")
    for index, part in enumerate(result.aggregates):
        try:
            verify_opening(opened.public_key.n, part.ciphertext, part.plaintext, part.root)
        except CryptoError as error:
            ledger.fail("H.3", error, f"{entry.where}, aggregate {index}")


def _check_counters(
    ledger: Ledger, entry: Entry, result: Result, opened: OpenedElection, weight: int
) -> None:
    ledger.mark("H.4")
    try:
        counters = decode(opened.manifest, [part.plaintext for part in result.aggregates])
    except StrayBits as error:
        ledger.fail("H.4", error, entry.where)
        return
    if tuple(contest.counters for contest in result.contests) != counters:
        ledger.fail("H.4", CountersMismatch("the counters are not the digits of the plaintexts"), entry.where)
    _check_outcomes(ledger, entry, result, opened, counters, weight)


def _check_outcomes(
    ledger: Ledger,
    entry: Entry,
    result: Result,
    opened: OpenedElection,
    counters: tuple[Counters, ...],
    weight: int,
) -> None:
    ledger.mark("H.5")
    try:
        expected = outcomes(opened.manifest, counters, weight)
    except ContestError as error:
        ledger.fail("H.5", error, entry.where)
        return
    for stated, computed in zip(result.contests, expected, strict=True):
        if stated.result != computed.result:
            other = OutcomeMismatch("another outcome", expected=computed.result, computed=stated.result)
            ledger.fail("H.5", other, f"{entry.where}, contest {stated.id}")


def check_final(ledger: Ledger, entry: Entry, opened: OpenedElection, result_sha256: str) -> None:
    """H.6."""
    ledger.mark("H.6")
    try:
        final = Final.from_bytes(entry.payload)
        check_same_election(opened.fingerprint, final.election)
    except (BoardError, RecordError) as error:
        ledger.fail("H.6", error, entry.where)
        return
    if final.result != result_sha256:
        other = FinalMismatch("another result", expected=result_sha256, computed=final.result)
        ledger.fail("H.6", other, entry.where)
