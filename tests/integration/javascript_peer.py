# SPDX-License-Identifier: AGPL-3.0-or-later
"""The booth's modules run by node, and an election with every kind of question for both languages."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from tally.contests.approval import Approval
from tally.contests.base import BaseContest, Option
from tally.contests.choose_one import ChooseOne
from tally.contests.cumulative import Cumulative
from tally.contests.knapsack import Knapsack
from tally.contests.score import Score
from tally.opened import OpenedElection
from tally.record.opening import Opening
from tests.vectors.record_election import election, manifest_of, texts

PEER = Path(__file__).parents[1] / "js" / "peer.mjs"
SECONDS = 120
NAMES = ("ash", "birch", "cedar")


def ask(**asked: object) -> dict[str, Any]:
    """What the peer answers."""
    node = shutil.which("node") or "nodejs"
    ran = subprocess.run(
        [node, PEER], input=json.dumps(asked).encode(), capture_output=True, timeout=SECONDS, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return json.loads(ran.stdout)


def contests() -> tuple[BaseContest, ...]:
    """One of each kind; the first is split over several ciphertexts."""

    def common(contest: str, costs: tuple[int, ...] = (0, 0, 0), **changes: object) -> dict[str, Any]:
        options = tuple(
            Option(id=name, label=texts(name), cost=cost) for name, cost in zip(NAMES, costs, strict=True)
        )
        values = {"id": contest, "question": texts(contest), "options": options, "order": "fixed", "seats": 1}
        return {**values, "budget": 0, **changes}

    many = tuple(Option(id=f"option-{index}", label=texts("x"), cost=0) for index in range(200))
    return (
        ChooseOne(**{**common("split"), "options": many}, blank=True),
        ChooseOne(**common("one"), blank=False),
        Approval(**common("approve"), minimum=1, maximum=2),
        Score(**common("score"), highest=3),
        Cumulative(**common("share"), points=4, per_option=3, exact=True),
        Knapsack(**common("spend", (2, 3, 4), seats=0, budget=6), minimum=0, maximum=3),
    )


@cache
def payloads() -> dict[str, bytes]:
    """The example's roll and key under a manifest with all kinds."""
    made = election()
    manifest = manifest_of(contests=contests())
    digests = {name: record.payload_sha256 for name, record in (("roll", made.roll), ("key", made.key))}
    opening = Opening.of(manifest=manifest.payload_sha256, booth="b0" * 32, **digests)
    return {
        "manifest": manifest.to_bytes(),
        "roll": made.roll.to_bytes(),
        "key": made.key.to_bytes(),
        "opening": opening.to_bytes(),
    }


@cache
def opened() -> OpenedElection:
    """The same election as Python sees it."""
    return OpenedElection.from_payloads(**payloads(), allow_test_modulus=True)


def as_text() -> dict[str, str]:
    """The same election for the peer, which needs no roll."""
    return {name: payload.decode() for name, payload in payloads().items() if name != "roll"}
