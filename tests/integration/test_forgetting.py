# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who voters are is deleted some time after an election, and not before; sessions go when they are over."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from bulletin_board.models import Entry
from tests.integration.voting_world import NOW, open_world
from voting import forgetting, tasks
from voting.celery import app
from voting.mailed.models import Recipient
from voting.models import Election
from voting.office import throttle as log_ins
from voting.office.models import Deed, LoginAttempt
from voting.office.trail import Action
from voting.registration import throttle as registrations
from voting.registration.models import Attempt, Expected, Registration, Window
from voting.states import State

pytestmark = pytest.mark.django_db(transaction=True)
IDENTITIES = (Registration, Expected, Recipient)
LATER = NOW + timedelta(days=31)


@pytest.fixture
def election(settings, tmp_path, monkeypatch):
    """Its board's last entry is from NOW."""
    settings.VERITALLY_KEEP_VOTERS_DAYS = 30
    settings.VERITALLY_KEEP_ABANDONED_DAYS = 90
    election = open_world(settings, tmp_path, monkeypatch).election
    fill(election)
    return election


def fill(election):
    Registration.objects.create(
        election=election, kind="email", name="ada@example.org", credential="aa", record=b"", at=NOW
    )
    Expected.objects.create(election=election, address="ada@example.org")
    Recipient.objects.create(election=election, name="Ada", address="ada@example.org", weight=1, due_at=NOW)


def make_final(election):
    Election.objects.filter(pk=election.pk).update(state=State.FINAL)


def left() -> int:
    return sum(model.objects.count() for model in IDENTITIES)


def test_a_final_election_forgets_its_voters_in_time(election):
    make_final(election)
    entries = Entry.objects.count()
    assert forgetting.forget_voters(now=NOW + timedelta(days=29)) == 0
    assert left() == 3
    assert forgetting.forget_voters(now=LATER) == 1
    assert left() == 0
    assert Entry.objects.count() == entries
    assert forgetting.forget_voters(now=LATER) == 0


UNFINISHED = [one for one in State if one is not State.FINAL]


@pytest.mark.parametrize("state", UNFINISHED)
def test_an_election_that_never_becomes_final_forgets_its_voters_after_its_planned_end(election, state):
    Election.objects.filter(pk=election.pk).update(state=state)
    planned_end = election.closes_at
    assert forgetting.forget_voters(now=planned_end + timedelta(days=89)) == 0
    assert left() == 3
    assert forgetting.forget_voters(now=planned_end + timedelta(days=90)) == 1
    assert left() == 0


@pytest.mark.parametrize("state", UNFINISHED)
def test_an_election_that_officials_still_work_on_forgets_nobody(election, state):
    Election.objects.filter(pk=election.pk).update(state=state)
    worked = election.closes_at + timedelta(days=60)
    Deed.objects.create(election=election, action=Action.DATES, at=worked)
    assert forgetting.forget_voters(now=worked + timedelta(days=89)) == 0
    assert forgetting.forget_voters(now=worked + timedelta(days=90)) == 1
    assert left() == 0


def test_an_election_whose_board_still_grows_forgets_nobody(election):
    Election.objects.filter(pk=election.pk).update(closes_at=NOW - timedelta(days=365))
    assert forgetting.forget_voters(now=NOW + timedelta(days=89)) == 0
    assert forgetting.forget_voters(now=NOW + timedelta(days=90)) == 1


def test_a_postponed_election_keeps_its_voters(election):
    Election.objects.filter(pk=election.pk).update(closes_at=NOW + timedelta(days=1000))
    assert forgetting.forget_voters(now=NOW + timedelta(days=1089)) == 0


def test_a_draft_that_is_given_up_takes_nobody_on_any_more(election):
    Election.objects.filter(pk=election.pk).update(state=State.DRAFT, log=None)
    Window.objects.create(election=election, is_open=True)
    forgetting.forget_voters(now=election.closes_at + timedelta(days=90))
    election.refresh_from_db()
    assert election.roll is None
    assert not Window.objects.get().is_open


def test_an_election_that_was_frozen_keeps_its_roll_which_names_nobody(election):
    forgetting.forget_voters(now=election.closes_at + timedelta(days=90))
    election.refresh_from_db()
    assert election.roll is not None


def test_that_an_election_was_given_up_stands_on_its_trail_once(election):
    given_up = election.closes_at + timedelta(days=90)
    for hours in range(3):
        forgetting.forget_voters(now=given_up + timedelta(hours=hours))
    assert list(Deed.objects.values_list("official", "action", "outcome")) == [("", "forget", "done")]
    fill(election)  # as by a message that was on its way
    assert forgetting.forget_voters(now=given_up + timedelta(hours=4)) == 1
    assert left() == 0


def test_the_days_of_an_election_that_is_given_up_can_be_set(election, settings):
    settings.VERITALLY_KEEP_ABANDONED_DAYS = 7
    assert forgetting.forget_voters(now=election.closes_at + timedelta(days=7)) == 1


@pytest.mark.parametrize("kind", IDENTITIES)
def test_each_kind_of_identity_is_found_alone(election, kind):
    make_final(election)
    for other in set(IDENTITIES) - {kind}:
        other.objects.all().delete()
    forgetting.forget_voters(now=LATER)
    assert left() == 0


def test_another_election_keeps_its_voters(election, settings, tmp_path, monkeypatch):
    make_final(election)
    other = open_world(settings, tmp_path, monkeypatch, slug="autumn").election
    fill(other)
    forgetting.forget_voters(now=LATER)
    assert {row.election_id for model in IDENTITIES for row in model.objects.all()} == {other.pk}


def write_deeds(election):
    for action, detail in ((Action.CODES_AGAIN, "Ada"), (Action.CODES_LEAVE_OUT, "Ada"), (Action.OPEN, "x")):
        Deed.objects.create(election=election, action=action, detail=detail, at=NOW)


@pytest.mark.parametrize("is_alone", [False, True])
def test_names_of_voters_in_the_trail_are_forgotten_and_its_lines_stay(election, is_alone):
    write_deeds(election)
    if is_alone:
        for model in IDENTITIES:
            model.objects.all().delete()
    forgetting.forget_voters(now=LATER)
    assert Deed.objects.filter(detail="Ada").count() == 2
    make_final(election)
    assert forgetting.forget_voters(now=LATER) == 1
    assert sorted(Deed.objects.values_list("action", "detail")) == [
        ("codes-again", ""),
        ("codes-leave-out", ""),
        ("open", "x"),
    ]
    assert forgetting.forget_voters(now=LATER) == 0


def test_another_elections_trail_keeps_its_names(election, settings, tmp_path, monkeypatch):
    make_final(election)
    other = open_world(settings, tmp_path, monkeypatch, slug="autumn").election
    write_deeds(other)
    forgetting.forget_voters(now=LATER)
    assert Deed.objects.filter(detail="Ada").count() == 2


def test_the_days_can_be_set(election, settings):
    make_final(election)
    settings.VERITALLY_KEEP_VOTERS_DAYS = 365
    assert forgetting.forget_voters(now=LATER) == 0


def test_the_clock_forgets_what_is_over_and_keeps_the_rest():
    now = timezone.now()
    for seconds in (-10, 1_000):
        store = SessionStore()
        store.set_expiry(now + timedelta(seconds=seconds))
        store.save()
    for age in (timedelta(), registrations.MESSAGE_WINDOW + timedelta(minutes=1)):
        Attempt.objects.create(subject="x", at=now - age)
    for age in (timedelta(), log_ins.REMEMBERED + timedelta(minutes=1)):
        LoginAttempt.objects.create(subject="x", at=now - age)
    tasks.forget()
    assert [model.objects.count() for model in (Session, Attempt, LoginAttempt)] == [1, 1, 1]
    assert tasks.forget.name in app.conf.beat_schedule
