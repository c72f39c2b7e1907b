# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is not falsified is verified; what is missing is never verified."""

from tally.verifier.report import Status, Verdict
from tests.attacks.judge import assert_verified, report, status
from tests.simulator import open_world


def test_an_honest_record_is_verified(world):
    assert_verified(world, world.board())


def test_an_honest_record_is_verified_compactly(world):
    assert report(world, world.board(), compact=True).verdict is Verdict.VERIFIED


def test_without_a_fingerprint_nothing_is_verified(world):
    found = report(world, world.board(), fingerprint=None)
    assert found.verdict is Verdict.UNCHECKED
    assert status(found, "A.1") is Status.NOT_RUN


def test_trust_on_first_use_is_said(world):
    found = report(world, world.board(), fingerprint=None, trust_on_first_use=True)
    assert found.verdict is Verdict.VERIFIED
    assert "first use" in found.findings[0].note


def test_a_record_that_stops_early_is_not_verified(world):
    for size in range(1, len(world.entries)):
        assert report(world, world.board(world.entries[:size])).verdict is not Verdict.VERIFIED, size


def test_the_board_up_to_closing_is_verified_for_a_station(world):
    end = [name for name, _ in world.entries].index("close") + 1
    found = report(world, world.board(world.entries[:end]), until_close=True)
    assert found.verdict is Verdict.VERIFIED


def test_an_empty_board_is_not_verified(world):
    assert report(world, open_world().board([])).verdict is not Verdict.VERIFIED


def test_the_counters_are_those_of_the_last_ballots(world):
    assert world.result().contests[0].result.totals == (("ada", 3), ("ben", 0), ("cleo", 0))
    assert world.result().contests[0].result.extras == (("blank", 1),)
    assert dict(world.result().contests[1].result.totals) == {"dora": 1, "emil": 1, "fay": 1, "gus": 2}
