# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every accepted ballot is judged compactly before the closing entry, and what fails is said aloud."""

import logging
from datetime import timedelta

import pytest

from bulletin_board.models import Commitments
from bulletin_board.publisher import resource
from tally.log_source import LogSource
from tally.record.closing import Closing
from tally.verifier import proofs
from tally.verifier.report import Verdict
from tally.verifier.verify import Options, verify
from tests.integration import poison
from tests.integration.voting_world import NO, NOW, YES, open_world
from voting.celery import app
from voting.errors import NotOpen, TallyFailed
from voting.models import Rechecked
from voting.rehearsal import counting
from voting.rehearsal import rechecking as rehearsed
from voting.services import clock, elections, rechecking
from voting.services.board import payloads_of
from voting.services.intake import Accepted, Refused, cast

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    poison.remember_factors(monkeypatch)
    return open_world(settings, tmp_path, monkeypatch, slug="orchard")


def vote(world, *submissions):
    verdicts = cast(world.election, submissions, now=NOW)
    assert all(isinstance(verdict, Accepted) for verdict in verdicts)
    return verdicts


def honest(world, *voters):
    return vote(world, *(world.submission(voter) for voter in voters))


class Watched:
    """The real judge, and what it was asked to judge."""

    def __init__(self) -> None:
        self.seen = []

    def __call__(self, opened: object, submitted: list) -> list:
        self.seen.append([one.where for one in submitted])
        assert all(one.commitments is None for one in submitted)
        return proofs.judge(opened, submitted)


def hold(world, until):
    """Another process is at it."""
    Rechecked.objects.update_or_create(election=world.election, defaults={"claimed_until": until})


def row_of(world):
    return Rechecked.objects.get(election=world.election)


def closings(world):
    return payloads_of(world.election, "close")


def test_every_accepted_ballot_is_judged_once_without_its_commitments(world):
    first = honest(world, 0, 1)
    judge = Watched()
    rechecking.recheck(world.election, now=NOW, judge=judge)
    second = honest(world, 2)
    found = rechecking.recheck(world.election, now=NOW, judge=judge)
    assert judge.seen == [[one.tracker for one in first], [one.tracker for one in second]]
    assert (found.checked, found.accepted, found.refused) == (3, 3, ())
    assert row_of(world).seq == second[0].seq


def test_nothing_is_judged_where_nothing_is_left(world):
    judge = Watched()
    assert rechecking.recheck(world.election, now=NOW, judge=judge).is_complete
    assert judge.seen == []


def test_work_stops_when_its_time_is_over_and_goes_on_where_it_stopped(world):
    verdicts = honest(world, 0, 1, 2, 3, 4)
    judge, ticks = Watched(), iter((0.0, 0.0, 0.5, 1.0))
    found = rechecking.recheck(
        world.election, now=NOW, budget=1.0, chunk=2, judge=judge, clock=lambda: next(ticks)
    )
    assert (found.checked, found.accepted, found.is_complete) == (4, 5, False)
    assert rechecking.recheck(world.election, now=NOW, judge=judge).is_complete
    assert [tracker for chunk in judge.seen for tracker in chunk] == [one.tracker for one in verdicts]


def test_one_process_at_a_time_checks_an_election(world):
    honest(world, 0)
    hold(world, NOW + timedelta(seconds=1))
    judge = Watched()
    assert not rechecking.recheck(world.election, now=NOW, judge=judge).is_complete
    assert judge.seen == []


def test_the_work_of_a_process_that_was_killed_is_taken_over(world):
    honest(world, 0)
    hold(world, NOW - timedelta(seconds=1))
    assert rechecking.recheck(world.election, now=NOW).is_complete
    assert row_of(world).claimed_until is None


def test_a_process_whose_claim_was_taken_over_writes_nothing(world):
    honest(world, 0, 1, 2)

    def slow(opened, submitted):
        rechecking.recheck(world.election, now=LATER)  # takes over meanwhile
        return [proofs.Refused(where=submitted[0].where, error=ValueError())]

    found = rechecking.recheck(world.election, now=NOW, chunk=1, judge=slow)
    assert (found.checked, found.refused) == (3, ())


def test_a_failure_gives_the_work_back_and_counts_nothing(world):
    honest(world, 0)
    with pytest.raises(ZeroDivisionError):
        rechecking.recheck(world.election, now=NOW, judge=lambda *_: 1 / 0)
    assert (row_of(world).ballots, row_of(world).claimed_until) == (0, None)
    assert rechecking.recheck(world.election, now=NOW).is_complete


def test_one_elections_trouble_does_not_stop_anothers(settings, tmp_path, monkeypatch, world, caplog):
    other = open_world(settings, tmp_path, monkeypatch, slug="quarry")
    for one in (world, other):
        honest(one, 0)
    recheck = rechecking.recheck

    def troubled(election, *, now):
        if election.pk == world.election.pk:
            raise ZeroDivisionError
        return recheck(election, now=now)

    monkeypatch.setattr(rechecking, "recheck", troubled)
    rechecking.sweep(now=NOW)
    assert rechecking.progress(other.election).is_complete
    assert not rechecking.progress(world.election).is_complete
    assert "orchard" in caplog.text


def test_the_servers_worker_is_told_to_go_on_again_and_again():
    assert app.conf.beat_schedule["voting.tasks.recheck"]["schedule"] <= 5


def test_the_task_checks_what_is_open(world):
    from voting.tasks import recheck

    honest(world, 0, 1)
    recheck()
    assert rechecking.progress(world.election).is_complete


def test_closing_waits_for_the_check_and_says_how_far_it_is(world):
    honest(world, 0, 1)
    rechecking.recheck(world.election, now=NOW)
    honest(world, 2)
    hold(world, NOW + timedelta(seconds=1))
    elections.close_election(world.election, now=NOW)
    assert world.election.state == "closed"
    assert closings(world) == ()
    assert rechecking.sentence(world.election) == "2 of 3 accepted ballots are checked again, compactly"
    (late,) = cast(world.election, [world.submission(3)], now=NOW)
    assert isinstance(late, Refused)
    assert isinstance(late.error, NotOpen)


def test_the_clock_posts_the_closing_entry_when_the_check_is_done_even_of_one_closed_early(world):
    honest(world, 0)
    hold(world, NOW + timedelta(seconds=1))
    elections.close_election(world.election, now=NOW)
    assert world.election.closes_at > LATER
    clock.sweep(now=NOW)
    assert closings(world) == ()
    clock.sweep(now=LATER)
    world.election.refresh_from_db()
    assert world.election.state == "checking"
    assert len(closings(world)) == 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_rehearsal_checks_all_of_them_over_its_processes(world, jobs):
    honest(world, 0, 1, 2)
    (bad,) = vote(world, poisoned(world, 3))
    advanced = []
    rehearsed.recheck(world.election, jobs=jobs, advance=advanced.append)
    found = rechecking.progress(world.election)
    assert sum(advanced) == found.checked == 4
    assert [tracker for tracker, _ in found.refused] == [bad.tracker]


# A ballot made with the factors of n


def test_everyone_can_see_how_far_the_check_is(world, client):
    honest(world, 0, 1)
    hold(world, NOW + timedelta(seconds=1))
    elections.close_election(world.election, now=NOW)
    page = client.get("/elections/orchard/").content.decode()
    assert "0 of 2 are done" in page
    assert "does not hold" not in page


def test_everyone_can_see_that_a_ballot_does_not_hold(world, client):
    vote(world, poisoned(world, 0))
    rechecking.recheck(world.election, now=NOW)
    assert "A ballot on the board does not hold" in client.get("/elections/orchard/").content.decode()


def poisoned(world, voter, choice=YES, supersedes=""):
    return poison.submission(world.opened, world.seed(voter), choice, supersedes=supersedes)


def test_intake_accepts_a_ballot_made_with_the_factors(world):
    (verdict,) = vote(world, poisoned(world, 0))
    assert Commitments.objects.filter(tracker=verdict.tracker).exists()


def test_intake_refuses_it_without_its_commitments(world):
    from dataclasses import replace

    (verdict,) = cast(world.election, [replace(poisoned(world, 0), commitments=b"")], now=NOW)
    assert isinstance(verdict, Refused)


def test_the_check_finds_it_among_others_and_leaves_it_on_the_board(world):
    submission = poisoned(world, 1)
    _, bad, _ = vote(world, world.submission(0), submission, world.submission(2))
    found = rechecking.recheck(world.election, now=NOW)
    assert found.refused == ((bad.tracker, "challenge-mismatch"),)
    assert found.is_complete
    from voting.models import CastBallot

    digest = CastBallot.objects.get(tracker=bad.tracker).digest
    assert resource(world.election.log, f"blob/{digest}").data == submission.ballot


def test_its_commitments_are_dropped_and_no_others(world):
    _, bad, _ = vote(world, world.submission(0), poisoned(world, 1), world.submission(2))
    rechecking.recheck(world.election, now=NOW)
    assert Commitments.objects.count() == 2
    assert not Commitments.objects.filter(tracker=bad.tracker).exists()


def test_officials_are_told_aloud_what_it_is_and_what_to_do(world, caplog):
    (bad,) = vote(world, poisoned(world, 1))
    with caplog.at_level(logging.CRITICAL):
        rechecking.recheck(world.election, now=NOW)
    (alarm,) = rechecking.alarms(world.election)
    assert alarm in caplog.messages
    for part in (f"(entry {bad.seq})", "challenge-mismatch", "--full", world.election.fingerprint, "new key"):
        assert part in alarm
    assert "1 do not hold" in rechecking.sentence(world.election)


def test_nothing_is_said_of_an_honest_election(world, caplog):
    honest(world, 0, 1)
    rechecking.recheck(world.election, now=NOW)
    assert rechecking.alarms(world.election) == ()
    assert caplog.messages == []


def test_it_is_not_counted_nor_is_the_ballot_that_it_supersedes(world):
    first, other = honest(world, 0, 1)
    vote(world, poisoned(world, 0, NO, supersedes=first.tracker))
    elections.close_election(world.election, now=NOW)
    (payload,) = closings(world)
    closing = Closing.from_bytes(payload)
    assert (closing.ballots, closing.counted.ballots) == (3, 1)
    assert closing.counted.hash == elections.counted_set(world.election).hash
    assert other.fresh


def test_a_good_ballot_over_a_bad_one_counts(world):
    (bad,) = vote(world, poisoned(world, 0))
    honest(world, 1)
    vote(world, world.submission(0, NO, supersedes=bad.tracker))
    elections.close_election(world.election, now=NOW)
    assert elections.counted_set(world.election).ballots == 2


@pytest.mark.parametrize("compact", [True, False])
def test_the_election_does_not_verify_and_the_entry_is_named(world, compact):
    honest(world, 0)
    (bad,) = vote(world, poisoned(world, 1))
    elections.close_election(world.election, now=NOW)
    options = Options(
        fingerprint=world.election.fingerprint, until_close=True, compact=compact, allow_test_modulus=True
    )
    report = verify(LogSource(world.election.log), options).report
    assert report.verdict is Verdict.REFUTED
    (finding,) = (one for one in report.findings if one.check.id == "F.5")
    assert [failure.where for failure in finding.failures] == [f"entry {bad.seq} (ballot)"]


def test_the_trustees_do_not_count_it(world, tmp_path):
    honest(world, 0)
    vote(world, poisoned(world, 1))
    elections.close_election(world.election, now=NOW)
    with pytest.raises(TallyFailed):
        counting.count(world.staged, memory=tmp_path, jobs=1, say=lambda _: None)
    assert payloads_of(world.election, "result") == ()
