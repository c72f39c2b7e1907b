# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verifier as a whole, up to the closing entry: one process against two, and how memory grows.

Each run is a process of its own: `python -m tests.bench.verifier FOLDER FINGERPRINT JOBS` verifies and prints
milliseconds and peak memory. Memory is measured with the 1024-bit test key and ballots of two options.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bulletin_board.sources import FolderSource
from tally import test_modulus
from tally.contests.protocol import Contest
from tally.crypto.parameters import TEST_MODULUS_BITS
from tally.verifier.report import Verdict
from tally.verifier.verify import Options, verify
from tests.bench import record
from tests.bench.contests import CONTESTS, SMALLEST
from voting.rehearsal.proving import Selections

BALLOTS = 2_000
MANY = (2_000, 20_000)
_CORES = 2
Row = dict[str, str | int | float]


def speed(bits: int) -> Iterator[Row]:
    """Milliseconds a ballot, all told, by one process and by two."""
    contest, selection = CONTESTS["choose-1-of-20"]
    with tempfile.TemporaryDirectory() as name:
        fingerprint = _write(Path(name), bits, BALLOTS, contest, {contest.id: selection})
        for jobs in (1, _CORES):
            found = min((_measure(name, fingerprint, jobs) for _ in range(2)), key=lambda one: one["ms"])
            milliseconds = round(found["ms"] / BALLOTS, 4)
            yield {"name": f"verifier/jobs-{jobs}", "modulus_bits": bits, "milliseconds": milliseconds}


def memory() -> Iterator[Row]:
    """Peak memory of one process over few and over many ballots."""
    contest, selection = SMALLEST
    for ballots in MANY:
        with tempfile.TemporaryDirectory() as name:
            fingerprint = _write(Path(name), TEST_MODULUS_BITS, ballots, contest, {contest.id: selection})
            peak = _measure(name, fingerprint, 1)["bytes"]
            yield {
                "name": f"verifier/peak-memory/{ballots}",
                "modulus_bits": TEST_MODULUS_BITS,
                "bytes": int(peak),
            }


def _write(folder: Path, bits: int, ballots: int, contest: Contest, selections: Selections) -> str:
    return record.write(
        folder, bits=bits, ballots=ballots, contest=contest, selections=selections, jobs=_CORES
    )


def _measure(folder: str, fingerprint: str, jobs: int) -> dict[str, float]:
    environment = os.environ | {test_modulus.VARIABLE: test_modulus.VALUE}
    command = [sys.executable, "-m", "tests.bench.verifier", folder, fingerprint, str(jobs)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Verify one board in this process, and say what it took."""
    folder, fingerprint, jobs = sys.argv[1:]
    options = Options(
        fingerprint=fingerprint,
        until_close=True,
        jobs=int(jobs),
        allow_test_modulus=test_modulus.is_allowed(os.environ),
    )
    start = time.perf_counter()
    report = verify(FolderSource(Path(folder)), options).report
    milliseconds = (time.perf_counter() - start) * 1e3
    if report.verdict is not Verdict.VERIFIED:
        raise SystemExit("the board does not verify")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sys.stdout.write(json.dumps({"ms": milliseconds, "bytes": peak}))


if __name__ == "__main__":
    main()
