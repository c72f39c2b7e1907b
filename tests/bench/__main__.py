# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make bench`: measure every operation at 2048 and 3072 bits, show a table, write bench.json."""

import argparse
import json
import secrets
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tally.crypto.dealing import deal
from tally.crypto.parameters import MODULUS_BITS, PublicKey
from tests.bench import booth, live, verifier, verify_in_browser
from tests.bench.meter import bare_multiplication
from tests.bench.operations import Figure, ballots, bits, tally

CONTEXT = b"bench"
Row = dict[str, str | int | float]


def rows(modulus_bits: int) -> Iterator[Row]:
    """Every figure at one size of n; ratio_to_bare = time ÷ (multiplications · one bare multiplication)."""
    dealt = deal(bits=modulus_bits, trustees=5, threshold=3, context=CONTEXT, entropy=secrets.token_bytes)
    key = PublicKey.from_modulus(dealt.key.n)
    key.powers.power(1 << (modulus_bits // 2 + 256 + 160))  # the table, long enough for batches too
    for source in (tally(key, dealt, CONTEXT), bits(key), ballots(key)):
        for figure in source:
            yield _row(figure, modulus_bits, bare_multiplication(key.modulus))


def _row(figure: Figure, modulus_bits: int, bare: float) -> Row:
    row: Row = {"name": figure.name, "modulus_bits": modulus_bits}
    if figure.octets is not None:
        row["bytes"] = figure.octets
    if figure.timing is not None:
        row["milliseconds"] = round(figure.timing.milliseconds, 4)
        if figure.timing.modmuls is not None:
            row["modmuls"] = round(figure.timing.modmuls, 1)
            row["ratio_to_bare"] = round(figure.timing.milliseconds / (figure.timing.modmuls * bare), 2)
    return row


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bits", type=int, nargs="*", default=list(MODULUS_BITS))
    parser.add_argument("--output", type=Path, default=Path("bench.json"))
    arguments = parser.parse_args()
    console = Console()
    found: list[Row] = []
    for modulus_bits in arguments.bits:
        with console.status(f"measuring at {modulus_bits} bits") as status:
            for row in rows(modulus_bits):
                found.append(row)
                status.update(f"measuring at {modulus_bits} bits: {row['name']}")
        with console.status(f"measuring the verifier at {modulus_bits} bits"):
            found += verifier.speed(modulus_bits)
    with console.status("measuring the verifier's memory"):
        found += verifier.memory()
    with console.status("measuring the booth in a browser"):
        found += booth.rows()
    with console.status("measuring the verifier in a browser"):
        found += verify_in_browser.rows()
    with console.status("measuring the board on PostgreSQL"):
        found += live.rows()
    arguments.output.write_text(json.dumps(found, indent=1) + "\n")
    console.print(_table(found))
    console.print(f"{len(found)} figures written to {arguments.output}")


def _table(found: list[Row]) -> Table:
    table = Table("operation", "bits", "ms", "multiplications", "ratio to bare", "bytes", "a second")
    for row in found:
        table.add_row(
            *(str(row.get(key, "")) for key in ("name", "modulus_bits", "milliseconds", "modmuls")),
            *(str(row.get(key, "")) for key in ("ratio_to_bare", "bytes", "per_second")),
        )
    return table


if __name__ == "__main__":
    main()
