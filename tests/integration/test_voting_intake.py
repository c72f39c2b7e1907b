# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import replace

import pytest

from bulletin_board.models import Commitments, Entry
from bulletin_board.publisher import resource
from tally import casting
from tally.crypto import ed25519
from tally.crypto.errors import ChallengeSumMismatch
from tally.errors import LimitReached, NotOnRoll, StaleSupersedes
from tally.record.ballot import Ballot
from tally.record.challenged import Challenged
from tests.integration.voting_world import NO, NOW, YES, open_world, submission_of
from voting.errors import AlreadyCast, NotOpen, WasChallenged
from voting.models import CastBallot
from voting.services import elections
from voting.services.challenges import challenge
from voting.services.intake import Accepted, Refused, cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    return open_world(settings, tmp_path, monkeypatch)


def cast_one(world, submission):
    (verdict,) = cast(world.election, [submission], now=NOW)
    return verdict


def error_of(verdict):
    assert isinstance(verdict, Refused), verdict
    return verdict.error


def entries(world):
    return Entry.objects.filter(log=world.election.log).count()


def test_a_ballot_is_on_the_board_in_its_exact_bytes(world):
    submission = world.submission(0)
    accepted = cast_one(world, submission)
    assert accepted == Accepted(tracker=world.prepared(0).ballot.tracker, seq=4, fresh=True)
    row = CastBallot.objects.get()
    assert resource(world.election.log, f"blob/{row.digest}").data == submission.ballot
    assert resource(world.election.log, f"commitments/{row.tracker}").data == submission.commitments


def test_the_same_bytes_again_are_accepted_again_and_change_nothing(world):
    first = cast_one(world, world.submission(0))
    before = entries(world)
    assert cast_one(world, world.submission(0)) == replace(first, fresh=False)
    assert entries(world) == before


def test_the_same_bytes_again_are_accepted_even_after_closing(world):
    first = cast_one(world, world.submission(0))
    elections.close_election(world.election, now=NOW)
    assert cast_one(world, world.submission(0)) == replace(first, fresh=False)


def test_the_same_bytes_twice_in_one_list_are_one_ballot(world):
    submission = world.submission(0)
    first, second = cast(world.election, [submission, submission], now=NOW)
    assert first.fresh
    assert second == replace(first, fresh=False)
    assert CastBallot.objects.count() == 1


def test_a_revote_follows_its_credentials_last_ballot(world):
    first = cast_one(world, world.submission(0))
    second = cast_one(world, world.submission(0, NO, supersedes=first.tracker))
    assert second.seq == first.seq + 1


def test_many_are_taken_in_at_once_in_their_order(world):
    first = world.prepared(0).ballot.tracker
    submissions = [
        world.submission(0),
        world.submission(1, NO),
        world.submission(0, NO, supersedes=first),
    ]
    verdicts = cast(world.election, submissions, now=NOW)
    assert [verdict.seq for verdict in verdicts] == [4, 5, 6]


def test_one_bad_ballot_does_not_take_others_with_it(world):
    bad = with_challenge(world, 1)
    good, refused, other = cast(world.election, [world.submission(0), bad, world.submission(2)], now=NOW)
    assert isinstance(error_of(refused), ChallengeSumMismatch)
    assert (good.seq, other.seq) == (4, 5)


def test_a_bad_ballot_does_not_stand_in_the_way_of_its_credentials_good_one(world):
    bad, good = cast(world.election, [with_challenge(world, 1), world.submission(1, NO)], now=NOW)
    assert isinstance(error_of(bad), ChallengeSumMismatch)
    assert good.fresh


def test_a_revote_over_a_bad_ballot_of_the_same_list_is_refused(world):
    bad = with_challenge(world, 1)
    tracker = Ballot.from_bytes(bad.ballot, world.opened.shape).tracker
    _, over = cast(world.election, [bad, world.submission(1, NO, supersedes=tracker)], now=NOW)
    assert isinstance(error_of(over), StaleSupersedes)
    assert not CastBallot.objects.exists()


def test_a_second_first_ballot_is_refused(world):
    cast_one(world, world.submission(0))
    assert isinstance(error_of(cast_one(world, world.submission(0, NO))), StaleSupersedes)


def test_of_two_revotes_over_the_same_ballot_in_one_list_the_first_wins(world):
    first = cast_one(world, world.submission(0))
    revotes = [world.submission(0, choice, supersedes=first.tracker) for choice in (NO, {})]
    won, lost = cast(world.election, revotes, now=NOW)
    assert won.fresh
    assert isinstance(error_of(lost), StaleSupersedes)


def test_a_credential_has_no_more_ballots_than_the_manifest_allows(world):
    tracker = ""
    for turn in range(3):
        tracker = cast_one(world, world.submission(0, supersedes=tracker, label=str(turn))).tracker
    last = cast_one(world, world.submission(0, supersedes=tracker, label="too many"))
    assert isinstance(error_of(last), LimitReached)


def test_a_credential_that_is_not_on_the_roll_is_refused(world):
    prepared = casting.make_ballot(
        world.opened, credential_seed=bytes(32), selections=YES, supersedes="", ballot_seed=bytes(32)
    )
    assert isinstance(error_of(cast_one(world, submission_of(prepared))), NotOnRoll)


def with_challenge(world, voter):
    """A well-formed, signed ballot whose proof does not hold."""
    prepared = world.prepared(voter)
    ballot = replace(prepared.ballot, challenge=prepared.ballot.challenge ^ 1).sign(world.seed(voter))
    return replace(submission_of(prepared), ballot=ballot.to_bytes())


def test_a_ballot_under_another_signature_is_not_another_ballot(world):
    cast_one(world, world.submission(0))
    ballot = world.prepared(0).ballot
    data = replace(ballot, signature=bytes(64)).to_bytes()
    assert Ballot.from_bytes(data, world.opened.shape).tracker == ballot.tracker
    verdict = cast_one(world, replace(world.submission(0), ballot=data))
    assert isinstance(verdict, Refused)
    assert CastBallot.objects.count() == 1


def test_a_ballot_without_commitments_is_accepted(world):
    accepted = cast_one(world, replace(world.submission(0), commitments=b""))
    assert accepted.fresh
    assert not Commitments.objects.exists()


def test_wrong_commitments_change_no_verdict_and_are_not_published(world):
    submission = world.submission(0)
    wrong = bytes([submission.commitments[0] ^ 1]) + submission.commitments[1:]
    assert cast_one(world, replace(submission, commitments=wrong)).fresh
    assert not Commitments.objects.exists()


@pytest.mark.parametrize("frozen_only", [True, False])
def test_ballots_are_taken_between_opening_and_closing_only(world, frozen_only):
    if frozen_only:
        type(world.election).objects.update(state="frozen")
    else:
        elections.close_election(world.election, now=NOW)
    before = entries(world)
    assert isinstance(error_of(cast_one(world, world.submission(0))), NotOpen)
    assert entries(world) == before


def test_a_tested_ballot_can_never_be_cast(world):
    challenge(world.election, world.challenge(0, label="").to_bytes(), now=NOW)
    assert isinstance(error_of(cast_one(world, world.submission(0))), WasChallenged)


def test_a_cast_ballot_cannot_be_tested(world):
    cast_one(world, world.submission(0))
    verdict = challenge(world.election, world.challenge(0, label="").to_bytes(), now=NOW)
    assert isinstance(error_of(verdict), AlreadyCast)


def test_a_test_of_anothers_ballot_harms_nobody(world):
    mine = world.challenge(0, label="")
    foreign = Challenged(
        election=mine.election, credential=ed25519.public_key(world.seed(1)), tracker=mine.tracker
    ).sign(world.seed(1))
    assert isinstance(challenge(world.election, foreign.to_bytes(), now=NOW), Accepted)
    assert isinstance(cast_one(world, world.submission(0)), Accepted)


def test_a_test_comes_to_the_board_once(world):
    data = world.challenge(0).to_bytes()
    first = challenge(world.election, data, now=NOW)
    assert challenge(world.election, data, now=NOW) == replace(first, fresh=False)
    assert entries(world) == first.seq + 1
