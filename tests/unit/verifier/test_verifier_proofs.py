# SPDX-License-Identifier: AGPL-3.0-or-later
"""Batches and worker processes: the same verdicts, in order, in bounded memory."""

import tracemalloc
from concurrent.futures import Future
from dataclasses import replace

import pytest

from tally.record.opening import Opening
from tally.record.roll import Roll
from tally.verifier import proofs
from tally.verifier.proofs import Payloads, ProofQueue, Submitted, judge, start_pool
from tally.verifier.report import Status
from tally.verifier.verify import Options, verify
from tests.simulator import ELECTION_ID, REGISTRAR_SEED, board_seats, open_world


@pytest.fixture
def submitted(world):
    """Five ballots, without the cache; the second and the last have lost their proof."""
    items = []
    for index, (name, payload) in enumerate(world.entries):
        if name == "ballot":
            items.append(Submitted(where=f"entry {index}", payload=payload, commitments=None))
    bad = {1, 4}
    return [
        Submitted(where=item.where, payload=_spoilt(item.payload), commitments=None) if index in bad else item
        for index, item in enumerate(items)
    ]


def _spoilt(payload):
    """Another challenge."""
    start = payload.index(b'"challenge":"') + len(b'"challenge":"')
    return payload[:start] + b"A" * 22 + payload[start + 22 :]


def drained(queue, items):
    found = []
    for item in items:
        found += queue.add(item)
    return [refused.where for refused in (*found, *queue.finish())]


class Immediate:
    """A pool that has already done what it is asked."""

    def __init__(self) -> None:
        self.batches = []

    def submit(self, function, items):
        self.batches.append(len(items))
        future = Future()
        future.set_result(function(items))
        return future


def payloads_of(world):
    manifest, roll, key, opening = (payload for _, payload in world.entries[:4])
    return Payloads(manifest=manifest, roll=roll, key=key, opening=opening)


@pytest.mark.parametrize("batch", [1, 2, 5, 200])
def test_verdicts_do_not_depend_on_batches(world, submitted, batch, monkeypatch):
    monkeypatch.setattr(proofs, "BATCH", batch)
    assert drained(ProofQueue(world.opened, None, 1), submitted) == ["entry 5", "entry 9"]


def test_a_worker_gives_the_verdicts_of_this_process_in_order(world, submitted, monkeypatch):
    monkeypatch.setattr(proofs, "BATCH", 1)
    proofs._open_in_worker(payloads_of(world), True)
    pool = Immediate()
    assert drained(ProofQueue(world.opened, pool, 1), submitted) == ["entry 5", "entry 9"]
    assert pool.batches == [1] * 5


@pytest.mark.parametrize(
    ("ballots", "jobs", "size"),
    [(0, 1, 1), (5, 2, 3), (199, 1, 199), (600, 1, 200), (601, 1, 151), (600, 2, 150), (10**9, 4, 200)],
)
def test_batches_are_shared_out_evenly(ballots, jobs, size):
    assert proofs.even_batch(ballots, jobs) == size


def test_a_queue_starts_batches_of_the_size_it_is_told(world, submitted):
    proofs._open_in_worker(payloads_of(world), True)
    pool = Immediate()
    assert drained(ProofQueue(world.opened, pool, 1, size=2), submitted) == ["entry 5", "entry 9"]
    assert pool.batches == [2, 2, 1]


def test_refusals_are_named(world, submitted):
    assert {type(item.error).__name__ for item in judge(world.opened, submitted)} == {"ChallengeSumMismatch"}


def test_one_process_needs_no_pool(world):
    assert start_pool(payloads_of(world), 1, allow_test_modulus=True) is None


def test_several_processes_give_the_verdicts_of_one(world, submitted):
    with start_pool(payloads_of(world), 2, allow_test_modulus=True) as pool:
        queue = ProofQueue(world.opened, pool, 2)
        found = [item for ballot in submitted for item in queue.add(ballot)] + list(queue.finish())
    assert [item.where for item in found] == ["entry 5", "entry 9"]
    assert "do not add up" in str(found[0].error)
    assert found[0].error.computed is not None


def test_a_record_is_verified_by_several_processes(world):
    options = Options(fingerprint=world.fingerprint, allow_test_modulus=True, jobs=2)
    assert verify(world.board(), options).report.verdict.value == "verified"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_credential_that_is_no_safe_key_is_named_by_any_number_of_processes(jobs):
    made = open_world((board_seats(),), weights=(1,) * 6)
    weights = {**made.roll.weights(), bytes([1]) + bytes(31): 1}
    roll = Roll.of(ELECTION_ID, weights).sign(REGISTRAR_SEED)
    opening = Opening.of(
        manifest=made.manifest.payload_sha256,
        roll=roll.payload_sha256,
        key=made.key.payload_sha256,
        booth="b0" * 32,
    )
    entries = [made.entries[0], ("roll", roll.to_bytes()), made.entries[2], ("open", opening.to_bytes())]
    options = Options(fingerprint=opening.fingerprint, allow_test_modulus=True, jobs=jobs)
    findings = verify(made.board(entries), options).report.findings
    (failure,) = next(one for one in findings if one.check.id == "E.2").failures
    assert (failure.error, failure.where) == ("InvalidCredential", "entry 1 (roll)")


@pytest.mark.parametrize("kind", ["manifest", "roll", "key"])
def test_a_second_part_of_the_opening_is_refuted_by_any_number_of_processes(world, kind):
    """Worker processes open what this one has opened, not the part that came last."""
    board = world.board([*world.entries[:3], (kind, b"{}"), *world.entries[3:]])
    options = Options(fingerprint=world.fingerprint, allow_test_modulus=True)
    one, two = (verify(board, replace(options, jobs=jobs)).report for jobs in (1, 2))
    assert one == two
    assert {finding.check.id for finding in one.findings if finding.status is Status.FAIL} >= {"B.5"}


def _peak(source, fingerprint):
    """Peak of what Python allocates while verifying up to the closing entry, in bytes."""
    from bulletin_board.sources import FolderSource

    options = Options(fingerprint=fingerprint, allow_test_modulus=True, until_close=True)
    verify(FolderSource(source), options)  # what is imported or cached once is not counted
    tracemalloc.start()
    try:
        verify(FolderSource(source), options)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _closed_election(ballots):
    world = open_world((board_seats(),), weights=(1,) * 160, capacity=200)
    for voter in range(ballots):
        world.vote(voter, {"school": {"dora": 1}})
    world.close()
    return world


@pytest.mark.slow
def test_memory_does_not_grow_with_the_ballots(folder_of, monkeypatch):
    few, many = _closed_election(16), _closed_election(160)
    folders = [(folder_of(world.board()), world.fingerprint) for world in (few, many)]
    monkeypatch.setattr(proofs, "BATCH", 8)
    small, large = (_peak(*folder) for folder in folders)
    monkeypatch.setattr(proofs, "BATCH", 1_000)  # what it would be if every ballot were kept
    kept = _peak(*folders[1])
    assert large - small < (kept - small) / 2
