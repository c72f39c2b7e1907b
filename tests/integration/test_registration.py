# SPDX-License-Identifier: AGPL-3.0-or-later
"""Registrations on the server: what is taken, confirmed, replaced, decided on, and above all refused."""

import json
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from tally.registrar.registration import Registrant, read_registrations
from tests.integration.office_world import PASSWORD, official
from tests.integration.registration_world import body, email, prepare, proof
from voting.models import Election
from voting.registration import deciding, sessions, throttle
from voting.registration.intake import SignedIn
from voting.registration.models import Registration, State, Window
from voting.registration.sending import send_due

pytestmark = pytest.mark.django_db(transaction=True)
ADA, BEN = email("ada@example.org"), email("ben@example.org")
JSON = "application/json"
PAGE = "/elections/allotments/register/"


@pytest.fixture
def election():
    return prepare()


def send(client, registrant, registration, name="by-email", **changes):
    return client.post(f"{PAGE}{name}", body(registrant, registration, **changes), content_type=JSON)


def tokens() -> list[str]:
    send_due(now=timezone.now())
    return [re.search(r"/confirm/#(\S+)", message.body)[1] for message in mail.outbox]


def confirm(client, token):
    return client.post(
        f"{PAGE}confirmation", json.dumps({"token": token}, separators=(",", ":")), content_type=JSON
    )


def code(response) -> str:
    return response.json()["code"]


def test_an_address_is_registered_when_it_is_confirmed(client, election):
    registration = proof(election, ADA, 1)
    assert send(client, ADA, registration).status_code == 202
    assert not deciding.settled(election).exists()
    (token,) = tokens()
    answer = confirm(client, token)
    row = deciding.settled(election).get()
    assert (answer.status_code, answer.json()["reference"]) == (200, row.reference)
    assert row.reference in mail.outbox[0].body
    assert bytes(row.record) == registration.to_bytes()


def test_looking_at_the_link_uses_nothing_up(client, election):
    send(client, ADA, proof(election, ADA, 1))
    (token,) = tokens()
    for _ in range(3):
        assert client.get(f"{PAGE}confirm/").status_code == 200
        assert client.get(f"{PAGE}confirmation").status_code == 405
    assert confirm(client, token).status_code == 200


def test_a_link_works_once(client, election):
    send(client, ADA, proof(election, ADA, 1))
    (token,) = tokens()
    confirm(client, token)
    assert code(confirm(client, token)) == "unknown-link"


def test_a_link_of_another_election_is_unknown(client, election):
    prepare("other")
    send(client, ADA, proof(election, ADA, 1))
    (token,) = tokens()
    answer = client.post(
        "/elections/other/register/confirmation",
        json.dumps({"token": token}, separators=(",", ":")),
        content_type=JSON,
    )
    assert code(answer) == "unknown-link"


def test_a_link_is_too_old_after_two_days(client, election):
    send(client, ADA, proof(election, ADA, 1))
    (token,) = tokens()
    Registration.objects.update(expires_at=timezone.now())
    assert code(confirm(client, token)) == "unknown-link"
    send_due(now=timezone.now())
    assert not Registration.objects.exists()


def test_the_token_is_not_stored(client, election):
    send(client, ADA, proof(election, ADA, 1))
    (token,) = tokens()
    assert token not in repr(list(Registration.objects.values()))


def test_a_later_registration_replaces_the_earlier_whose_key_is_forgotten(client, election):
    first, second = proof(election, ADA, 1), proof(election, ADA, 2)
    send(client, ADA, first)
    confirm(client, tokens()[0])
    send(client, ADA, second)
    confirm(client, tokens()[1])
    assert [row.credential for row in Registration.objects.all()] == [second.credential.hex()]


def test_an_earlier_link_does_not_replace_the_later_registration(client, election):
    send(client, ADA, proof(election, ADA, 1))
    send(client, ADA, proof(election, ADA, 2))
    first, second = tokens()
    assert confirm(client, second).status_code == 200
    assert code(confirm(client, first)) == "unknown-link"


@pytest.mark.parametrize("state", [State.APPROVED, State.REJECTED])
def test_what_was_decided_on_is_not_replaced(client, election, state):
    send(client, ADA, proof(election, ADA, 1))
    send(client, ADA, proof(election, ADA, 2))
    first, second = tokens()
    confirm(client, first)
    deciding.decide(election, deciding.settled(election).get().pk, state)
    assert code(confirm(client, second)) == "already-decided"


def test_a_key_of_somebody_else_is_refused_by_name(client, election):
    send(client, ADA, proof(election, ADA, 1))
    send(client, BEN, proof(election, BEN, 1))
    first, second = tokens()
    confirm(client, first)
    assert code(confirm(client, second)) == "key-taken"


def test_every_address_gets_the_same_answer(client, election):
    send(client, ADA, proof(election, ADA, 1))
    confirm(client, tokens()[0])
    deciding.decide(election, deciding.settled(election).get().pk, State.APPROVED)
    known = send(client, ADA, proof(election, ADA, 2))
    unknown = send(client, BEN, proof(election, BEN, 3))
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert len(mail.outbox) == 1  # nothing is sent while a browser waits


def test_an_address_is_not_flooded_and_nobody_is_told(client, election):
    answers = [send(client, ADA, proof(election, ADA, octet)) for octet in range(1, 7)]
    assert {answer.content for answer in answers} == {answers[0].content}
    tokens()
    assert len(mail.outbox) == throttle.MESSAGE_LIMIT
    assert Registration.objects.count() == throttle.MESSAGE_LIMIT


def test_one_place_cannot_ask_without_end(client, election, monkeypatch):
    monkeypatch.setattr(throttle, "PLACE_LIMIT", 2)
    answers = [confirm(client, "x" * 22).status_code for _ in range(3)]
    assert answers == [404, 404, 429]


def test_a_message_that_could_not_be_sent_is_sent_later(client, election, settings):
    send(client, ADA, proof(election, ADA, 1))
    settings.EMAIL_BACKEND = "tests.integration.registration_world.BrokenMail"
    assert send_due(now=timezone.now()) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due(now=timezone.now()) == 1


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda election: (ADA, proof(election, BEN, 1)), "copied-proof"),
        (lambda election: (email("Ada@example.org"), proof(election, ADA, 1)), "bad-address"),
        (lambda election: (email("ada@localhost"), proof(election, ADA, 1)), "bad-address"),
        (lambda election: (email("ada@a.org,b@b.org"), proof(election, ADA, 1)), "bad-address"),
        (
            lambda election: (Registrant(kind="oidc", issuer="x", name="y"), proof(election, ADA, 1)),
            "wrong-registrant",
        ),
        (lambda _: (ADA, proof(Election(election_id="0" * 32), ADA, 1)), "foreign-record"),
    ],
)
def test_a_registration_that_does_not_hold_is_refused_by_name(client, election, change, name):
    assert code(send(client, *change(election))) == name
    assert not Registration.objects.exists()


def test_a_body_with_one_field_more_is_refused(client, election):
    assert send(client, ADA, proof(election, ADA, 1), code="04HM").status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_form_of_another_site_cannot_register_anybody(client, election, kind):
    answer = client.post(f"{PAGE}by-email", body(ADA, proof(election, ADA, 1)), content_type=kind)
    assert answer.status_code == 415


def test_a_request_without_the_pages_token_is_refused(election):
    strict = Client(enforce_csrf_checks=True)
    assert send(strict, ADA, proof(election, ADA, 1)).status_code == 403


def test_a_large_body_is_refused_unread(client, election):
    assert client.post(f"{PAGE}by-email", b" " * 5_000, content_type=JSON).status_code == 413


def test_nothing_is_taken_while_registration_is_closed(client, election):
    Window.objects.update(is_open=False)
    assert code(send(client, ADA, proof(election, ADA, 1))) == "registration-closed"
    Window.objects.update(is_open=True, closes_at=timezone.now() - timedelta(seconds=1))
    assert code(send(client, ADA, proof(election, ADA, 1))) == "registration-closed"
    assert "Registration is not open" in client.get(PAGE).content.decode()


def test_nothing_is_confirmed_after_the_freeze(client, election):
    send(client, ADA, proof(election, ADA, 1))
    (token,) = tokens()
    Election.objects.update(state="frozen")
    assert code(confirm(client, token)) == "wrong-state"
    assert "Registration is over" in client.get(PAGE).content.decode()


def test_an_election_whose_voters_get_letters_has_no_such_page(client, election):
    draft = dict(election.draft)
    draft["registrar"] = dict(draft["registrar"]) | {"credentials": "registrar"}
    Election.objects.update(draft=draft)
    assert client.get(PAGE).status_code == 404
    assert send(client, ADA, proof(election, ADA, 1)).status_code == 404


def test_a_draft_shows_nothing_before_registration_was_opened_once(client, election):
    Window.objects.all().delete()
    assert client.get(PAGE).status_code == 404


def signed_in(client, person, slug="allotments"):
    store = sessions.signed_in(slug, person)
    store.save()
    client.cookies[sessions.cookie_name()] = store.session_key


PERSON = SignedIn(issuer="https://id.example.org", subject="1234", address="ada@example.org")


def test_who_is_signed_in_is_registered_at_once_and_signed_out(client, election):
    signed_in(client, PERSON)
    who = PERSON.registrant
    assert send(client, who, proof(election, who, 1), "as-signed-in").status_code == 201
    assert deciding.settled(election).get().address == "ada@example.org"
    assert send(client, who, proof(election, who, 2), "as-signed-in").status_code == 401


def test_who_is_signed_in_registers_nobody_else(client, election):
    signed_in(client, PERSON)
    other = Registrant(kind="oidc", issuer=PERSON.issuer, name="9999")
    assert code(send(client, other, proof(election, other, 1), "as-signed-in")) == "wrong-registrant"


def test_nobody_registers_without_a_sign_in_or_with_one_for_another_election(client, election):
    who = PERSON.registrant
    assert code(send(client, who, proof(election, who, 1), "as-signed-in")) == "not-signed-in"
    signed_in(client, PERSON, "other")
    assert code(send(client, who, proof(election, who, 1), "as-signed-in")) == "not-signed-in"


def test_an_officials_session_signs_no_voter_in(client, election):
    client.force_login(official())
    client.cookies[sessions.cookie_name()] = client.cookies["session"].value
    who = PERSON.registrant
    assert code(send(client, who, proof(election, who, 1), "as-signed-in")) == "not-signed-in"


def test_a_return_from_nowhere_is_refused(client, election):
    assert client.get("/register/signed-in/?code=x&state=y").status_code == 404


OFFICE = "/office/elections/allotments/registrations/"


def log_in(client, who):
    client.logout()
    client.post("/office/log-in/", {"username": who.username, "password": PASSWORD})


@pytest.fixture
def confirmed(client, election):
    for octet, registrant in enumerate((ADA, BEN), start=1):
        send(client, registrant, proof(election, registrant, octet))
    for token in tokens():
        confirm(client, token)
    log_in(client, official())
    return election


def test_the_office_approves_whom_it_expects_and_the_registrar_reads_the_file(client, confirmed):
    deciding.expect(confirmed, b"ADA@example.org\r\ncleo@example.org\n")
    assert "ada@example.org" in client.get(OFFICE).content.decode()
    client.post(OFFICE, {"do": "approve-expected"})
    data = client.get(f"{OFFICE}for-the-registrar.json").content
    assert [who for who, _ in read_registrations(data, confirmed.election_id)] == [ADA]


def test_the_office_decides_on_one(client, confirmed):
    row = deciding.settled(confirmed).get(name=BEN.name)
    for do, state in (("approve", "approved"), ("take-back", "confirmed"), ("reject", "rejected")):
        client.post(OFFICE, {"do": f"{do} {row.pk}"})
        row.refresh_from_db()
        assert row.state == state


@pytest.mark.parametrize("do", ["approve 999999", "approve", "approve x", "approve ٣", "burn 1", ""])
def test_what_is_not_there_is_not_decided_on(client, confirmed, do):
    assert client.post(OFFICE, {"do": do}).status_code == 409
    assert set(deciding.settled(confirmed).values_list("state", flat=True)) == {"confirmed"}


def test_nothing_is_decided_after_the_freeze(client, confirmed):
    row = deciding.settled(confirmed).first()
    Election.objects.update(state="frozen")
    assert client.post(OFFICE, {"do": f"approve {row.pk}"}).status_code == 409


def test_there_is_no_file_before_somebody_is_approved(client, confirmed):
    assert client.get(f"{OFFICE}for-the-registrar.json").status_code == 409


def test_officials_of_other_elections_see_nothing(client, confirmed):
    log_in(client, official("piet"))
    for page in ("", "for-the-registrar.json", "list.csv"):
        assert client.get(OFFICE + page).status_code == 404


def test_a_spreadsheet_executes_nothing_of_the_table(client, election):
    who = email("=cmd@example.org")
    send(client, who, proof(election, who, 1))
    confirm(client, tokens()[0])
    assert ",'=cmd@example.org," in deciding.as_csv(election)


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"ada@example.org\nnobody\n", b"\xff", "é@example.org".encode()]
)
def test_a_list_with_something_else_is_refused(client, confirmed, data):
    from voting.registration.errors import ListRefused

    with pytest.raises(ListRefused):
        deciding.expect(confirmed, data)


def test_the_office_finds_by_address_number_and_state(client, confirmed):
    row = deciding.settled(confirmed).get(name=BEN.name)
    for query in ("q=ben@", f"q={row.reference}", "state=confirmed&q=ben"):
        shown = client.get(f"{OFFICE}?{query}").content.decode()
        assert row.reference in shown
        assert "ada@example.org" not in shown


def test_the_office_opens_and_closes(client, confirmed):
    client.post(OFFICE, {"do": "window", "closes_at": ""})
    assert not Window.objects.get().is_open
    client.post(OFFICE, {"do": "window", "is_open": "on", "closes_at": "2099-01-01T12:00"})
    assert Window.objects.get().is_open
    assert client.post(OFFICE, {"do": "window", "closes_at": "soon"}).status_code == 422
