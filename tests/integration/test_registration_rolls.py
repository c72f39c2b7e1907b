# SPDX-License-Identifier: AGPL-3.0-or-later
"""A roll that is not that of the approved registrations is shown, dropped, and never frozen."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tally.registrar.registration import roll_of_registrations
from tests.integration import office_world as office
from tests.integration.registration_world import email, prepare, proof
from voting.office import actions
from voting.office.readiness import readiness
from voting.office.trail import By
from voting.registration import deciding
from voting.registration.errors import RollOutOfDate
from voting.registration.models import Registration, State
from voting.registration.rolls import check_roll

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = [email(f"{name}@example.org") for name in ("ada", "ben", "cleo")]


@pytest.fixture
def by():
    return By(user=office.official(), now=timezone.now())


@pytest.fixture
def election(settings, tmp_path, monkeypatch, by):
    """Ready but for the roll; two of three people who registered are approved."""
    office.set_up(settings, tmp_path, monkeypatch)
    election = prepare()
    office._make_ready(election, by)
    election.refresh_from_db()
    for octet, who in enumerate(PEOPLE, start=1):
        register(election, who, octet)
    for row in deciding.settled(election)[:2]:
        deciding.decide(election, row.pk, State.APPROVED)
    return election


def register(election, who, octet):
    made = proof(election, who, octet)
    Registration.objects.create(
        election=election,
        kind=who.kind,
        name=who.name,
        address=who.name,
        subject=made.subject,
        credential=made.credential.hex(),
        record=made.to_bytes(),
        state=State.CONFIRMED,
        at=timezone.now(),
    )


def signed(election) -> bytes:
    data = deciding.file_for_registrar(election)
    return roll_of_registrations(data, election.election_id, office.parties().registrar).to_bytes()


def problems(election):
    election.refresh_from_db()
    return readiness(election, now=timezone.now()).files[-1].problems


def test_the_roll_of_the_approved_ones_is_frozen(election, by):
    actions.add_roll(election, by, signed(election))
    assert problems(election) == ()
    assert actions.freeze(election, by)


def test_a_roll_of_others_is_shown_and_not_frozen(election, by):
    actions.add_roll(election, by, office.roll_of(election.election_id))
    (problem,) = problems(election)
    assert "not that of the approved registrations" in problem
    with pytest.raises(RollOutOfDate) as refused:
        actions.freeze(election, by)
    assert (refused.value.expected, refused.value.computed) == (2, 0)
    with pytest.raises(CommandError, match="RollOutOfDate"):
        call_command("freeze", election.slug)


def test_a_weight_that_no_registration_has_is_noticed(election):
    keys = [bytes.fromhex(row.credential) for row in deciding.settled(election)[:2]]
    roll = office.Roll.of(election.election_id, dict.fromkeys(keys, 2)).sign(office.parties().registrar)
    election.roll = roll.to_bytes()
    with pytest.raises(RollOutOfDate):
        check_roll(election)


def take_back(election):
    deciding.decide(election, deciding.settled(election)[0].pk, State.CONFIRMED)


def reject(election):
    deciding.decide(election, deciding.settled(election)[0].pk, State.REJECTED)


def approve_another(election):
    deciding.decide(election, deciding.settled(election)[2].pk, State.APPROVED)


def approve_expected(election):
    deciding.expect(election, b"cleo@example.org\n")
    deciding.approve_expected(election)


@pytest.mark.parametrize("decision", [take_back, reject, approve_another, approve_expected])
def test_a_decision_after_the_registrar_signed_drops_the_roll(election, by, decision):
    roll = signed(election)
    actions.add_roll(election, by, roll)
    decision(election)
    election.refresh_from_db()
    assert election.roll is None
    actions.add_roll(election, by, roll)  # the old file again
    assert len(problems(election)) == 1
    with pytest.raises(RollOutOfDate):
        actions.freeze(election, by)


def test_a_decision_that_leaves_the_approved_ones_as_they_are_leaves_the_roll(election, by):
    actions.add_roll(election, by, signed(election))
    deciding.decide(election, deciding.settled(election)[2].pk, State.REJECTED)
    deciding.decide(election, deciding.settled(election)[0].pk, State.APPROVED)
    assert problems(election) == ()


def test_the_page_says_that_the_roll_is_gone(client, election, by):
    actions.add_roll(election, by, signed(election))
    client.force_login(by.user)
    client.post("/office/log-in/", {"username": by.user.username, "password": office.PASSWORD})
    row = deciding.settled(election)[0]
    answer = client.post(
        f"/office/elections/{election.slug}/registrations/", {"do": f"take-back {row.pk}"}, follow=True
    )
    assert "The signed roll was for other voters, and is gone" in answer.content.decode()
