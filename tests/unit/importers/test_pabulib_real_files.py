# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real ballots, where they lie beside the project: the published totals come out of our own count."""

from pathlib import Path

import pytest

from tally.contests.counters import counter_bits, pack, unpack
from voting.importers.errors import UnsupportedKind
from voting.importers.pabulib import read_pabulib
from voting.importers.pabulib_election import to_election

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="no real ballots beside the project (../shared/data)"
)


def read(name):
    return read_pabulib((DATA / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "kind", "ballots"),
    [
        ("approval_toulouse_2022_district9.pb", "approval", 185),
        ("knapsack_amsterdam_179.pb", "knapsack", 219),
        ("cumulative_zurich_d5.pb", "cumulative", 180),
        ("choose1_zabrze_2020.pb", "choose-one", 185),
    ],
)
def test_the_published_totals_are_reproduced(name, kind, ballots):
    election = to_election(read(name))
    contest = election.contest
    assert contest.kind == kind
    assert len(election.answers) == ballots
    assert election.broken == ()  # none of these files breaks its own rule
    sizes = {"counter_bits": counter_bits(ballots, contest.largest_counter), "modulus_bits": 2048}
    program = contest.compile(**sizes)
    rows = [contest.encode(dict(answer.amounts), **sizes) for answer in election.answers]
    sums = [sum(column) for column in zip(*rows, strict=True)]
    plaintexts = [sum(sums[i] << shift for i, shift in aggregate) for aggregate in pack(program, **sizes)]
    result = contest.result(unpack(program, plaintexts, **sizes), ballots)
    assert result.totals == tuple((total.option, total.published) for total in election.totals)
    assert result.winners
    assert result.tied == ()


def test_a_ranking_is_refused_for_now():
    with pytest.raises(UnsupportedKind):
        to_election(read("ranking_merced_2019.pb"))
