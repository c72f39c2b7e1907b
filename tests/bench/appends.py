# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.bench.appends`: how many entries a second processes append to one log on PostgreSQL.

Each commit waits for the disk. Printed, not kept: it says more about the disk than about the programme.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.servers import ROOT, Database
from voting.demonstration import servers

RUNS = (
    (1, 1, 300),
    (3, 1, 300),
    (1, 256, 20),
    (3, 256, 20),
)  # processes, entries in each, transactions
_WORKER = "append"


def append(batch: int, transactions: int) -> None:
    """In a process of its own: say that it is ready, wait for a line, then append."""
    from datetime import UTC, datetime

    import django

    django.setup()
    from bulletin_board import storage
    from bulletin_board.models import Log

    log = Log.objects.get()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for _ in range(transactions):
        with storage.sequencing(log) as sequencer:
            for _ in range(batch):
                sequencer.append("ballot", secrets.token_bytes(64), now=datetime.now(UTC))


def measure(url: str, processes: int, batch: int, transactions: int) -> float:
    """Return entries a second of all together."""
    env = os.environ | {"VERITALLY_TEST_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.appends", _WORKER, str(batch), str(transactions)],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    for worker in workers:
        worker.stdout.readline()
    started = perf_counter()
    for worker in workers:
        worker.stdin.write("\n")
        worker.stdin.flush()
    for worker in workers:
        worker.communicate()
    if any(worker.returncode for worker in workers):
        raise SystemExit("a process failed")
    return processes * batch * transactions / (perf_counter() - started)


def main() -> None:
    """Measure and print."""
    with servers.postgresql(durable=True) as server, tempfile.TemporaryDirectory() as data:
        for processes, batch, transactions in RUNS:
            database = Database(server, Path(data))
            with database.connect() as connection:
                connection.execute(
                    "INSERT INTO bulletin_board_log (origin, slug) VALUES ('example.org/bench', 'bench')"
                )
            rate = measure(database.url, processes, batch, transactions)
            sys.stdout.write(
                f"append on PostgreSQL, {processes} processes, {batch} a transaction: {rate:,.0f} a second\n"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == [_WORKER]:
        append(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
