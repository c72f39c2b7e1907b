# SPDX-License-Identifier: AGPL-3.0-or-later
"""The figures and example bytes of docs/spec/protocol.md are those of the code."""

import json
import math
from pathlib import Path

import pytest

from tally.crypto.membership import _table_window
from tally.crypto.multiexp import best_straus, bucket_cost, plan_buckets
from tally.crypto.threshold import share_bits
from tests.vectors import make_ballot

PAGE = (Path(__file__).parents[3] / "docs" / "spec" / "protocol.md").read_text()
L = 1536 + 256
BRANCHES = 20


def _fixed(bits):
    return -(-bits // 8) * (1 - 2**-8)


def _tables(branches):
    w = _table_window(branches)
    return -(-128 // w) * (2**w - 1 + branches * (1 - 2.0**-w))


@pytest.mark.parametrize("ballots", [1, 20, 200, 2000])
def test_the_costs_of_batches_are_those_of_the_plan(ballots):
    lengths = sorted([128] * (BRANCHES * ballots) + [256 + 4] * ballots)
    cost = min(bucket_cost(plan_buckets(lengths), lengths), best_straus(lengths)[1])
    h = best_straus([128 + L + 1 + math.ceil(math.log2(BRANCHES * ballots))])[1]
    (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| {ballots:,} |"))
    stated = [cell.strip() for cell in row.split("|")[3:6]]
    assert stated == [f"{round(x):,}" for x in (cost, cost / ballots, (cost + h) / ballots)]


@pytest.mark.parametrize(("branches", "stated"), [(20, "5,596"), (2, "710")])
def test_the_cost_of_compact_verification_is_the_formula(branches, stated):
    assert f"{round(branches * (_fixed(L + 1) + 3) + _tables(branches)):,}" == stated
    assert f"V = {branches}: {stated}" in PAGE


@pytest.mark.parametrize(
    ("trustees", "threshold", "text"), [(3, 2, "3,338 for 2 of 3"), (5, 3, "3,351 for 3 of 5")]
)
def test_the_bits_of_shares_are_as_stated(trustees, threshold, text):
    assert text.startswith(f"{share_bits(trustees, threshold, 3072):,}")
    assert text in PAGE


def test_the_example_transcript_has_the_stated_length():
    (case,) = (
        c for c in json.loads(make_ballot.FILE.read_text())["ballots"] if c["name"] == "choose one of 3"
    )
    assert f"{case['transcript_length']:,} in all" in PAGE
