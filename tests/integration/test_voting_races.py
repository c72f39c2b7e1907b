# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody else is faster, between the checks outside the lock and the block inside it."""

from dataclasses import replace

import pytest

from tally.crypto import batch
from tally.errors import StaleSupersedes
from tests.integration.voting_world import NO, NOW, open_world
from voting.errors import NotOpen, WasChallenged
from voting.models import CastBallot
from voting.services import elections
from voting.services.challenges import challenge
from voting.services.intake import Accepted, cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    return open_world(settings, tmp_path, monkeypatch)


@pytest.fixture
def while_proofs_are_checked(monkeypatch):
    """Do something while a ballot's proof is being checked, once."""

    def arrange(act):
        verify = batch.verify
        waiting = [act]

        def verify_slowly(*arguments, **options):
            if waiting:
                waiting.pop()()
            return verify(*arguments, **options)

        monkeypatch.setattr(batch, "verify", verify_slowly)

    return arrange


def cast_one(world, submission):
    (verdict,) = cast(world.election, [submission], now=NOW)
    return verdict


def test_of_two_revotes_at_once_exactly_one_wins(world, while_proofs_are_checked):
    first = cast_one(world, world.submission(0))
    faster, slower = (
        world.submission(0, choice, supersedes=first.tracker) for choice in (NO, {"park": {}, "clubs": {}})
    )
    while_proofs_are_checked(lambda: cast_one(world, faster))
    assert isinstance(cast_one(world, slower).error, StaleSupersedes)
    assert CastBallot.objects.filter(supersedes=first.tracker).count() == 1


def test_of_two_first_ballots_at_once_exactly_one_wins(world, while_proofs_are_checked):
    while_proofs_are_checked(lambda: cast_one(world, world.submission(0, NO)))
    assert isinstance(cast_one(world, world.submission(0)).error, StaleSupersedes)
    assert CastBallot.objects.count() == 1


def test_the_same_ballot_twice_at_once_is_one_ballot_with_two_answers(world, while_proofs_are_checked):
    answers = []
    while_proofs_are_checked(lambda: answers.append(cast_one(world, world.submission(0))))
    slower = cast_one(world, world.submission(0))
    assert answers == [replace(slower, fresh=True)]
    assert slower == Accepted(tracker=slower.tracker, seq=4, fresh=False)


def test_a_ballot_on_its_way_while_the_polls_close_is_refused(world, while_proofs_are_checked):
    while_proofs_are_checked(lambda: elections.close_election(world.election, now=NOW))
    assert isinstance(cast_one(world, world.submission(0)).error, NotOpen)
    assert not CastBallot.objects.exists()


def test_a_ballot_on_its_way_while_it_is_tested_is_refused(world, while_proofs_are_checked):
    data = world.challenge(0, label="").to_bytes()
    while_proofs_are_checked(lambda: challenge(world.election, data, now=NOW))
    assert isinstance(cast_one(world, world.submission(0)).error, WasChallenged)
