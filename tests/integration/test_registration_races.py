# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two at once, on real PostgreSQL: of a person's registrations one is left, and no decision is lost."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for

import pytest
from django.db import connection, connections
from django.utils import timezone

from tests.integration.registration_world import body, email, prepare, proof
from voting.errors import WrongState
from voting.models import Election
from voting.registration import deciding, intake
from voting.registration.errors import RegistrationError, UnknownRegistration
from voting.registration.intake import SignedIn
from voting.registration.models import Registration, State

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" in str(connection.settings_dict["ENGINE"]), reason="SQLite has one writer"),
]
ADA, BEN = email("ada@example.org"), email("ben@example.org")
HEADSTART = 1  # s; whoever is not held up is done long before


@pytest.fixture
def election():
    return prepare()


@pytest.fixture
def meanwhile(monkeypatch):
    """Do something in another thread, once, while a registration replaces the earlier ones of its person."""
    with ThreadPoolExecutor(1) as others:

        def arrange(act, *, before=True):
            replace, started = intake._replace_earlier, []

            def start():
                if not started:
                    started.append(others.submit(outcome, act))
                    wait_for(started, timeout=HEADSTART)

            def replace_slowly(row):
                if before:
                    start()
                replace(row)
                start()

            monkeypatch.setattr(intake, "_replace_earlier", replace_slowly)
            return started

        yield arrange


def outcome(act):
    """What came of it: its result, or its refusal."""
    try:
        return act()
    except (RegistrationError, WrongState) as error:
        return error
    finally:
        connections.close_all()


def link(election, who, octet, token) -> None:
    data = body(who, proof(election, who, octet))
    row = intake.take_by_email(election, data, language="en", now=timezone.now())
    Registration.objects.filter(pk=row.pk).update(token=intake.token_hash(token), due_at=None)


def confirm(election, token):
    return intake.confirm(election, token, now=timezone.now())


def settled(election) -> list[str]:
    return [row.state for row in deciding.settled(election)]


BOTH = pytest.mark.parametrize("before", [True, False])


@BOTH
@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
def test_of_two_links_of_a_person_one_registration_is_left(election, meanwhile, order, before):
    link(election, ADA, 1, "first")
    link(election, ADA, 2, "second")
    started = meanwhile(lambda: confirm(election, order[1]), before=before)
    outcome(lambda: confirm(election, order[0]))
    started[0].result()
    last = Registration.objects.get()
    assert (last.state, last.credential) == (State.CONFIRMED, proof(election, ADA, 2).credential.hex())


@BOTH
def test_a_link_that_is_used_twice_at_once_confirms_once(election, meanwhile, before):
    link(election, ADA, 1, "first")
    started = meanwhile(lambda: confirm(election, "first"), before=before)
    results = [outcome(lambda: confirm(election, "first")), started[0].result()]
    assert sorted(type(one).__name__ for one in results) == ["Registration", "UnknownLink"]
    assert settled(election) == ["confirmed"]


@BOTH
@pytest.mark.parametrize("state", [State.APPROVED, State.REJECTED])
def test_a_decision_is_kept_or_refused_never_lost(election, meanwhile, state, before):
    link(election, ADA, 1, "first")
    earlier = confirm(election, "first")
    link(election, ADA, 2, "second")
    started = meanwhile(lambda: deciding.decide(election, earlier.pk, state), before=before)
    outcome(lambda: confirm(election, "second"))
    decided = started[0].result()
    row = deciding.settled(election).get()
    if isinstance(decided, UnknownRegistration):
        assert (row.state, row.pk == earlier.pk) == (State.CONFIRMED, False)
    else:
        assert (row.state, row.pk) == (state, earlier.pk)


@BOTH
def test_an_address_by_mail_and_by_sign_in_at_once_is_one_registration(election, meanwhile, before):
    person = SignedIn(issuer="https://id.example.org", subject="1234", address=ADA.name)
    data = body(person.registrant, proof(election, person.registrant, 2))
    link(election, ADA, 1, "first")
    started = meanwhile(
        lambda: intake.take_signed_in(election, data, person, now=timezone.now()), before=before
    )
    outcome(lambda: confirm(election, "first"))
    started[0].result()
    assert settled(election) == ["confirmed"]


@BOTH
def test_of_two_people_with_one_key_at_once_one_is_registered(election, meanwhile, before):
    link(election, ADA, 1, "ada")
    link(election, BEN, 1, "ben")
    started = meanwhile(lambda: confirm(election, "ben"), before=before)
    results = [outcome(lambda: confirm(election, "ada")), started[0].result()]
    assert sorted(type(one).__name__ for one in results) == ["KeyTaken", "Registration"]
    assert settled(election) == ["confirmed"]


def test_who_confirms_while_the_election_is_frozen_is_refused_or_was_in_time(election, meanwhile):
    link(election, ADA, 1, "first")

    def freeze():
        row = Election.objects.get(pk=election.pk)
        row.state = "frozen"
        row.save()

    started = meanwhile(freeze)
    found = outcome(lambda: confirm(election, "first"))
    started[0].result()
    assert isinstance(found, WrongState) is (settled(election) == [])
