# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election that opens or closes before its time is refuted; a rehearsal may."""

from datetime import timedelta

from tally.record.terms import Schedule
from tally.verifier.report import Verdict
from tests.attacks.judge import assert_refuted, report
from tests.simulator import OPENS, World, open_world


def finished(**changes: object) -> World:
    world = open_world(**changes)
    for voter in range(2):
        world.vote(voter, {"mayor": {"ada": 1}})
    world.finish()
    return world


def test_an_early_opening_is_refuted():
    late = Schedule(opens=OPENS + timedelta(days=1), closes=OPENS + timedelta(days=2), check_period_hours=0)
    world = finished(schedule=late)
    assert_refuted(world, world.board(), "B.7", "BeforeItsTime")


def test_an_early_closing_is_refuted():
    long = Schedule(opens=OPENS, closes=OPENS + timedelta(days=2), check_period_hours=0)
    world = finished(schedule=long)
    assert_refuted(world, world.board(), "B.7", "BeforeItsTime")


def test_the_dates_of_a_rehearsal_do_not_bind():
    long = Schedule(opens=OPENS, closes=OPENS + timedelta(days=2), check_period_hours=0)
    world = finished(schedule=long, rehearsal=True)
    assert report(world, world.board()).verdict is Verdict.VERIFIED
