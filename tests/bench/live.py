# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board under load, on a PostgreSQL that waits for the disk: appends a second, how long receipts take.

Entries of a ballot's size arrive at a fixed rate, whether the board keeps up or not. A receipt counts from
the moment its entry arrived to the moment it is proved under a head that is signed, stored, and remembered in
the second place. One sequencing process, as many as arrived meanwhile in one transaction, 256 at most.
"""

import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, sleep

from tests.servers import ROOT, Database
from voting.demonstration import servers

PAYLOAD = 8_192  # bytes, a ballot of 20 options at 3072 bits
RATE = 1_000  # entries a second
SECONDS = 20
LARGEST = 256
ORIGIN = "vote.example.org/board/bench"


def serve(rate: int, seconds: int) -> Iterator[float]:
    """In a process of its own: sequence what arrives; yield the seconds that each receipt took."""
    from datetime import UTC, datetime

    import django

    django.setup()
    from bulletin_board import publisher, storage
    from bulletin_board.log.note import Signer

    log, signer = storage.create_log(ORIGIN), Signer(ORIGIN, secrets.token_bytes(32))
    done, started = 0, perf_counter()
    while done < rate * seconds:
        arrived = min(int((perf_counter() - started) * rate), rate * seconds)
        if arrived == done:
            sleep(0.5 / rate)
            continue
        count = min(arrived - done, LARGEST)
        with storage.sequencing(log) as sequencer:
            now = datetime.now(UTC)
            seqs = [
                sequencer.append("ballot", secrets.token_bytes(PAYLOAD), now=now).seq for _ in range(count)
            ]
        publisher.sign_head(log, signer)
        made = publisher.receipts(log, seqs)
        ended = perf_counter() - started
        yield from (ended - (done + place + 1) / rate for place in range(len(made)))
        done += count


def measure(url: str, *, rate: int = RATE, seconds: int = SECONDS) -> dict[str, float]:
    """Return entries a second, and the median and 99th percentile of receipts in milliseconds."""
    environment = os.environ | {
        "VERITALLY_TEST_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    started = [sys.executable, "-m", "tests.bench.live", str(rate), str(seconds)]
    done = subprocess.run(started, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    took = [float(line) for line in done.stdout.split()]
    cuts = statistics.quantiles(took, n=100)
    # The last receipt came that long after its entry, which came at the end.
    return {"rate": len(took) / (seconds + took[-1]), "median": cuts[49] * 1000, "p99": cuts[98] * 1000}


def rows() -> list[dict[str, str | int | float]]:
    """Every figure, for bench.json."""
    with servers.postgresql(durable=True) as server, tempfile.TemporaryDirectory() as data:
        found = measure(Database(server, Path(data)).url)
    return [
        {"name": "board/appends", "per_second": round(found["rate"])},
        {"name": "board/receipt/median", "milliseconds": round(found["median"], 1)},
        {"name": "board/receipt/p99", "milliseconds": round(found["p99"], 1)},
    ]


if __name__ == "__main__":
    if len(sys.argv) == 3:  # rate and seconds
        for seconds in serve(int(sys.argv[1]), int(sys.argv[2])):
            sys.stdout.write(f"{seconds:.6f}\n")
    else:
        for row in rows():
            sys.stdout.write(f"{row}\n")
