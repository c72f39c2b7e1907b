# SPDX-License-Identifier: AGPL-3.0-or-later
"""Some of the town's voters, as one process: `python -m voting.demonstration.voters`.

Reads their codes and plans from a file (0600), one JSON object a line; does what a real voter's program does,
over HTTP, with nothing but the fingerprint to trust; writes a line for each ballot whose receipt it verified.
"""

import argparse
import json
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from bulletin_board.sources import open_source
from tally import casting, test_modulus
from tally.crypto import ed25519
from tally.opened import OpenedElection
from tally.registrar.codes import parse_voting_code
from tally.registrar.derivation import derive_credential
from tally.registrar.files import read_private
from voting import client

_SEED_BYTES = 32
_PLAN_LIMIT = 16 << 20  # bytes


def main() -> None:
    """Cast every ballot of the plan."""
    parser = argparse.ArgumentParser(description="Voters of the demonstration.")
    parser.add_argument("--board", required=True)
    parser.add_argument("--election", required=True)
    parser.add_argument("--fingerprint", required=True)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    opened = client.fetch_election(
        open_source(arguments.board),
        fingerprint=arguments.fingerprint,
        allow_test_modulus=test_modulus.is_allowed(os.environ),
    )
    with arguments.out.open("w", encoding="utf-8") as out:
        for line in read_private(arguments.plan, limit=_PLAN_LIMIT).decode("utf-8").splitlines():
            for done in _vote(opened, arguments.election, json.loads(line)):
                out.write(json.dumps(done) + "\n")
                out.flush()


def _vote(opened: OpenedElection, election: str, plan: dict[str, object]) -> Iterator[dict[str, object]]:
    """One voter: the credential from the code, perhaps a test, then the ballots, each over the last."""
    ballots = plan["ballots"]
    if not isinstance(ballots, list) or not ballots:
        return
    credential = derive_credential(parse_voting_code(str(plan["code"])), opened.manifest.election_id)
    supersedes = ""
    if plan["tests"]:
        yield _test(opened, election, credential.seed, ballots[0])
    for selections in ballots:
        started = time.perf_counter()
        prepared = casting.make_ballot(
            opened,
            credential_seed=credential.seed,
            selections=selections,
            supersedes=supersedes,
            ballot_seed=secrets.token_bytes(_SEED_BYTES),
        )
        made = time.perf_counter()
        receipt = client.cast(opened, prepared, f"{election}/ballots")
        supersedes = receipt.tracker
        yield {
            "kind": "ballot",
            "make": made - started,
            "cast": time.perf_counter() - made,
            "seq": receipt.seq,
        }


def _test(
    opened: OpenedElection, election: str, seed: bytes, selections: dict[str, dict[str, int]]
) -> dict[str, object]:
    prepared = casting.prepare(
        opened,
        credential=ed25519.public_key(seed),
        selections=selections,
        supersedes="",
        ballot_seed=secrets.token_bytes(_SEED_BYTES),
    )
    started = time.perf_counter()
    receipt = client.challenge(opened, casting.challenge(prepared, seed), f"{election}/challenges")
    return {"kind": "test", "make": 0.0, "cast": time.perf_counter() - started, "seq": receipt.seq}


if __name__ == "__main__":
    main()
