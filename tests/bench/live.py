# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board under load, on a PostgreSQL that waits for the disk: appends a second, how long receipts take.

Entries of a ballot's size arrive at a fixed rate, whether the board keeps up or not. A receipt counts from
the moment its entry arrived to the moment it is proved under a head that is signed, stored, and remembered in
the second place; "witnessed": and cosigned by two of three witnesses, processes of their own. One sequencing
process, as many as arrived meanwhile in one transaction, 256 at most.
"""

import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter, sleep

from bulletin_board.log.note import Signer
from tests import witnesses
from tests.servers import ROOT, Database
from voting.demonstration import servers

PAYLOAD = 8_192  # bytes, a ballot of 20 options at 3072 bits
RATE = 1_000  # entries a second
SECONDS = 20
LARGEST = 256
ORIGIN = "vote.example.org/board/bench"
SEED = b"B" * 32  # of no log but this one


def serve(rate: int, seconds: int, policy_file: str = "") -> Iterator[float]:
    """In a process of its own: sequence what arrives; yield the seconds that each receipt took.

    `policy_file` names the witnesses who must cosign.
    """
    from datetime import UTC, datetime

    import django

    django.setup()
    from django.conf import settings

    from bulletin_board import cosigned, cosigning, publisher, storage
    from bulletin_board.witness_settings import read_witnesses

    log, signer = storage.create_log(ORIGIN), Signer(ORIGIN, SEED)
    if policy_file:
        settings.VERITALLY_WITNESSES = policy = read_witnesses(Path(policy_file))
        cosigned.demand(log, signer.verifier_key, policy.keys(), policy.least())
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
    cosigning.forget_couriers()


def measure(url: str, *, rate: int = RATE, seconds: int = SECONDS, policy_file: str = "") -> dict[str, float]:
    """Return entries a second, and the median and 99th percentile of receipts in milliseconds."""
    environment = os.environ | {
        "VERITALLY_TEST_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    started = [sys.executable, "-m", "tests.bench.live", str(rate), str(seconds), policy_file]
    done = subprocess.run(started, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    took = [float(line) for line in done.stdout.split()]
    cuts = statistics.quantiles(took, n=100)
    # The last receipt came that long after its entry, which came at the end.
    return {"rate": len(took) / (seconds + took[-1]), "median": cuts[49] * 1000, "p99": cuts[98] * 1000}


def rows() -> list[dict[str, str | int | float]]:
    """Every figure, for bench.json."""
    with servers.postgresql(durable=True) as server, tempfile.TemporaryDirectory() as data:
        alone = measure(Database(server, Path(data)).url)
        with _town(Path(data)) as policy_file:
            witnessed = measure(Database(server, Path(data)).url, policy_file=policy_file)
    return [*_figures("board", alone), *_figures("board/witnessed", witnessed)]


def _figures(name: str, found: dict[str, float]) -> Iterator[dict[str, str | int | float]]:
    yield {"name": f"{name}/appends", "per_second": round(found["rate"])}
    yield {"name": f"{name}/receipt/median", "milliseconds": round(found["median"], 1)}
    yield {"name": f"{name}/receipt/p99", "milliseconds": round(found["p99"], 1)}


@contextmanager
def _town(folder: Path) -> Iterator[str]:
    """Three witnesses of the board, two of whom must cosign; the path of the file that names them."""
    key = Signer(ORIGIN, SEED).verifier_key
    names = ("press", "union", "college")
    with ExitStack() as stack:
        lines = []
        for name in names:
            made = witnesses.make(folder / name, f"{name}.example", key)
            running = stack.enter_context(witnesses.running(made))
            lines.append(f"witness {name} {running.key.to_text()} {running.url}")
        lines += [f"group enough 2 {' '.join(names)}", "quorum enough", ""]
        (folder / "witnesses.policy").write_text("\n".join(lines))
        yield str(folder / "witnesses.policy")


if __name__ == "__main__":
    if len(sys.argv) == 4:  # rate, seconds, witnesses
        for seconds in serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]):
            sys.stdout.write(f"{seconds:.6f}\n")
    else:
        for row in rows():
            sys.stdout.write(f"{row}\n")
