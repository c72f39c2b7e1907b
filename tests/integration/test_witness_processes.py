# SPDX-License-Identifier: AGPL-3.0-or-later
"""A witness as a process: killed between its record and its answer, started again, asked by many at once."""

import http.client
from concurrent.futures import ThreadPoolExecutor

import pytest

from bulletin_board.log.cosignature import open_cosigned
from bulletin_board.witness.store import Store
from tests import witnesses
from tests.histories import LOG, ORIGIN, History, fork, numbered


@pytest.fixture
def folder(tmp_path):
    return witnesses.make(tmp_path / "w", "press.example", LOG.verifier_key)


def size_on_disk(folder):
    return Store(folder / "witness.sqlite3").head(ORIGIN).size


def test_a_witness_cosigns_and_stops_when_told(folder):
    log = History().grow(*numbered(0, 5))
    with witnesses.running(folder) as witness:
        status, lines = witness.post(log.submission(0))
        assert status == 200
        assert open_cosigned(log.note() + lines, LOG.verifier_key, [witness.key], quorum=1)
    assert witness.process.returncode == 0


def test_a_witness_killed_before_it_answers_has_recorded_and_goes_on(folder):
    log = History().grow(*numbered(0, 8))
    with (
        witnesses.running(folder, dying=True) as witness,
        pytest.raises((ConnectionError, http.client.HTTPException)),
    ):
        witness.post(log.submission(0, 5))
    assert witness.process.wait(60) == -9
    assert size_on_disk(folder) == 5
    with witnesses.running(folder) as witness:
        assert witness.post(log.submission(0, 5)) == (409, b"5\n")
        assert witness.post(log.submission(5, 5))[0] == 200
        assert witness.post(log.submission(5, 8))[0] == 200


def test_a_witness_killed_before_it_answers_cosigns_no_fork_afterwards(folder):
    true, false = fork(3, 5)
    with (
        witnesses.running(folder, dying=True) as witness,
        pytest.raises((ConnectionError, http.client.HTTPException)),
    ):
        witness.post(true.submission(0))
    with witnesses.running(folder) as witness:
        assert witness.post(false.submission(0)) == (409, b"5\n")
        status, body = witness.post(false.submission(5))
        assert (status, body[:5]) == (409, b"Fork:")
        assert witness.post(false.grow(b"more").submission(5))[0] == 422


def test_of_many_forks_submitted_at_once_one_is_cosigned(folder):
    forks = [History().grow(*numbered(0, 3), b"fork %d" % index) for index in range(12)]
    with witnesses.running(folder) as witness, ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda log: witness.post(log.submission(0)), forks))
    assert sorted(status for status, _ in answers) == [200] + [409] * 11


def test_sizes_submitted_at_once_never_roll_the_record_back(folder):
    log = History().grow(*numbered(0, 30))
    with witnesses.running(folder) as witness, ThreadPoolExecutor(8) as pool:
        assert witness.post(log.submission(0, 5))[0] == 200
        answers = list(pool.map(lambda size: (size, *witness.post(log.submission(5, size))), range(6, 31)))
    cosigned = [size for size, status, _ in answers if status == 200]
    assert len(cosigned) == 1
    assert size_on_disk(folder) == cosigned[0]
    assert {status for _, status, _ in answers} == {200, 409}


def test_two_processes_with_one_memory_still_cosign_one_history(folder):
    forks = [History().grow(*numbered(0, 3), b"fork %d" % index) for index in range(8)]
    with (
        witnesses.running(folder) as one,
        witnesses.running(folder) as two,
        ThreadPoolExecutor(8) as pool,
    ):
        answers = list(
            pool.map(
                lambda pair: pair[0].post(pair[1].submission(0)), zip([one, two] * 4, forks, strict=True)
            )
        )
    assert sorted(status for status, _ in answers) == [200] + [409] * 7


def test_a_log_added_while_it_serves_is_watched(tmp_path):
    folder = witnesses.make(tmp_path / "w", "press.example")
    log = History().grow(*numbered(0, 5))
    with witnesses.running(folder) as witness:
        assert witness.post(log.submission(0))[0] == 404
        witnesses.watch(folder, LOG.verifier_key)
        assert witness.post(log.submission(0))[0] == 200
