# SPDX-License-Identifier: AGPL-3.0-or-later
"""Registrations on the server: what is taken, confirmed, replaced, decided on, and above all refused."""

import json
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from tally.registrar.registration import Registrant, read_registrations, roll_of_registrations
from tests.integration.office_world import PASSWORD, official
from tests.integration.registration_world import body, email, prepare, proof
from voting.bodies import json_body
from voting.models import Election
from voting.rarely import Rarely
from voting.registration import deciding, intake, sending, sessions, throttle
from voting.registration.intake import SignedIn
from voting.registration.models import Registration, State, Window
from voting.registration.sending import send_due
from voting.registration.views import api

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
    send_due(clock=timezone.now)
    return [re.search(r"/confirm/#(\S+)", message.body)[1] for message in mail.outbox]


def confirm(client, token, number=""):
    sent = json.dumps({"number": number, "token": token}, separators=(",", ":"))
    return client.post(f"{PAGE}confirmation", sent, content_type=JSON)


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
        json.dumps({"number": "", "token": token}, separators=(",", ":")),
        content_type=JSON,
    )
    assert code(answer) == "unknown-link"


def test_a_link_is_too_old_after_two_days(client, election):
    send(client, ADA, proof(election, ADA, 1))
    (token,) = tokens()
    Registration.objects.update(expires_at=timezone.now())
    assert code(confirm(client, token)) == "unknown-link"
    send_due(clock=timezone.now)
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
    second, first = tokens()  # the newest is sent first
    assert confirm(client, second).status_code == 200
    assert code(confirm(client, first)) == "unknown-link"


@pytest.mark.parametrize("state", [State.APPROVED, State.REJECTED])
def test_what_was_decided_on_is_not_replaced(client, election, state):
    send(client, ADA, proof(election, ADA, 1))
    send(client, ADA, proof(election, ADA, 2))
    second, first = tokens()
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


def from_place(number: int) -> Client:
    return Client(REMOTE_ADDR=f"192.0.2.{number}")


def flood(election, *, places: int, who=ADA):
    """Register an address as often as each of some places may; return the answers."""
    octets = iter(range(100, 250))
    return [
        send(from_place(place), who, proof(election, who, next(octets)))
        for place in range(1, places + 1)
        for _ in range(throttle.NAMED_LIMIT)
    ]


def sweep(now) -> int:
    """Send what is due; return how many messages there are now."""
    send_due(clock=lambda: now)
    return len(mail.outbox)


def test_an_address_is_not_flooded_and_nobody_is_told(election):
    answers = flood(election, places=3)
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    assert sweep(timezone.now()) == throttle.MESSAGE_LIMIT


def test_what_is_too_much_for_an_address_waits_until_more_may_be_sent(election):
    flood(election, places=2)
    now = timezone.now()
    assert sweep(now) == throttle.MESSAGE_LIMIT
    later = now + throttle.MESSAGE_WINDOW + timedelta(seconds=1)
    assert sweep(later) == 2 * throttle.NAMED_LIMIT
    row = Registration.objects.first()
    assert row.reference in mail.outbox[-1].body
    assert row.expires_at == later + intake.LIFETIME  # the link lives as long as any


@pytest.mark.parametrize("has_begun", [False, True])
def test_what_others_asked_for_before_does_not_hold_up_the_owner_of_an_address(election, has_begun):
    flood(election, places=20)
    now = timezone.now()
    before = sweep(now) if has_begun else 0
    mine = proof(election, ADA, 1)
    send(from_place(99), ADA, mine)
    sweep(now + throttle.MESSAGE_WINDOW + timedelta(seconds=1))
    row = Registration.objects.get(credential=mine.credential.hex())
    assert row.reference in mail.outbox[before].body


@pytest.mark.parametrize("is_first", [True, False])
def test_a_stranger_with_many_networks_who_never_stops_cannot_keep_the_owner_from_confirming(
    election, is_first
):
    """Every message that the stranger asks for brings the owner what confirms their own registration."""
    mine = proof(election, ADA, 1)
    if is_first:
        send(from_place(99), ADA, mine)
    flood(election, places=20)
    if not is_first:
        send(from_place(99), ADA, mine)
        flood(election, places=40)
    of_strangers = tokens()
    reference = Registration.objects.get(credential=mine.credential.hex()).reference
    assert not [message for message in mail.outbox if reference in message.body]
    answer = confirm(from_place(99), of_strangers[0], mine.credential.hex()[:8])
    assert (answer.status_code, answer.json()["reference"]) == (200, reference)
    assert deciding.settled(election).get().credential == mine.credential.hex()


def test_a_link_that_confirmed_another_number_is_used_up(client, election):
    mine = proof(election, ADA, 1)
    send(client, ADA, mine)
    send(client, ADA, proof(election, ADA, 2))
    token = tokens()[0]
    assert confirm(client, token, mine.credential.hex()[:8]).status_code == 200
    assert code(confirm(client, token)) == "unknown-link"
    assert code(confirm(client, token, mine.credential.hex()[:8])) == "unknown-link"


def test_a_link_confirms_no_registration_of_another_address(client, election):
    other = proof(election, BEN, 2)
    send(client, ADA, proof(election, ADA, 1))
    send(client, BEN, other)
    token = tokens()[0]
    answer = confirm(client, token, other.credential.hex()[:8])
    assert (answer.status_code, code(answer)) == (404, "unknown-registration")
    assert not deciding.settled(election).exists()
    assert confirm(client, token).status_code == 200  # a wrong number uses nothing up


def test_a_link_confirms_no_registration_of_another_election(client, election):
    other = prepare("other")
    theirs = proof(other, ADA, 2)
    client.post("/elections/other/register/by-email", body(ADA, theirs), content_type=JSON)
    send(client, ADA, proof(election, ADA, 1))
    token = re.search(r"/allotments/.*#(\S+)", [tokens(), mail.outbox[-1].body][1])[1]
    assert code(confirm(client, token, theirs.credential.hex()[:8])) == "unknown-registration"


@pytest.mark.parametrize("number", ["0", "%", "________", "zzzzzzzz", "ABCDEF01", "1234567"])
def test_what_is_no_number_of_a_registration_finds_none(client, election, number):
    send(client, ADA, proof(election, ADA, 1))
    (token,) = tokens()
    assert code(confirm(client, token, number)) == "unknown-registration"


def test_two_registrations_with_one_number_are_not_told_apart(client, election):
    mine = proof(election, ADA, 1)
    send(client, ADA, mine)
    send(client, ADA, proof(election, ADA, 2))
    token = tokens()[0]
    number = mine.credential.hex()[:8]
    Registration.objects.exclude(credential=mine.credential.hex()).update(credential=number + "0" * 56)
    assert code(confirm(client, token, number)) == "unknown-registration"


def test_an_address_that_many_have_asked_for_holds_up_no_other(election):
    flood(election, places=20)
    send(from_place(99), BEN, proof(election, BEN, 1))
    now = timezone.now()
    sweep(now)
    sweep(now)
    assert [BEN.name] in [message.to for message in mail.outbox]


def test_of_too_many_that_wait_for_an_address_the_oldest_are_dropped(election, settings, monkeypatch):
    monkeypatch.setattr(sending, "WAITING_LIMIT", 4)
    send(from_place(99), ADA, proof(election, ADA, 1))
    assert sweep(timezone.now()) == 1
    flood(election, places=3)
    flood(election, places=1, who=BEN)
    settings.EMAIL_BACKEND = "tests.integration.registration_world.BrokenMail"
    found = Registration.objects.filter(name=ADA.name)
    sent, *others = found.values_list("pk", flat=True)
    sweep(timezone.now())
    assert found.count() == 1 + len(others)  # none before a message must have come
    sweep(timezone.now() + sending.WAITING_LEAST)
    assert list(found.values_list("pk", flat=True)) == [sent, *others[-4:]]
    assert Registration.objects.filter(name=BEN.name).count() == throttle.NAMED_LIMIT


def test_all_messages_of_an_hour_have_a_limit_that_can_be_set(election, settings, caplog, monkeypatch):
    settings.VERITALLY_REGISTRATION_MESSAGES = 2
    monkeypatch.setattr(sending, "_rarely", Rarely(timedelta(hours=1)))
    for octet in range(1, 4):
        who = email(f"voter{octet}@example.org")
        send(from_place(octet), who, proof(election, who, octet))
    now = timezone.now()
    assert sweep(now) == 2
    assert sweep(now + timedelta(minutes=59)) == 2
    assert caplog.text.count("registration.messages_wait") == 1
    assert sweep(now + throttle.MESSAGE_WINDOW + timedelta(seconds=1)) == 3


def test_times_are_those_of_each_message_and_not_of_the_sweep(election, monkeypatch):
    now = timezone.now() + timedelta(minutes=1)
    times = [now]

    def slow(message):
        times.append(times[-1] + timedelta(minutes=5))
        if message.to == [BEN.name]:
            raise OSError("away")

    monkeypatch.setattr(mail.EmailMessage, "send", slow)
    for octet, who in enumerate((ADA, BEN), start=1):
        send(from_place(octet), who, proof(election, who, octet))
    send_due(clock=lambda: times[-1])
    ada, ben = Registration.objects.all()
    assert ada.expires_at == now + timedelta(minutes=5) + intake.LIFETIME
    assert ben.due_at == now + timedelta(minutes=10) + timedelta(minutes=1)


def test_a_row_is_claimed_from_when_its_message_begins(election, monkeypatch):
    times, due = [timezone.now() + timedelta(minutes=1)], []

    def slow(message):
        due.append(Registration.objects.get(name=message.to[0]).due_at - times[-1])
        times.append(times[-1] + timedelta(minutes=5))

    monkeypatch.setattr(mail.EmailMessage, "send", slow)
    for octet, who in enumerate((ADA, BEN), start=1):
        send(from_place(octet), who, proof(election, who, octet))
    send_due(clock=lambda: times[-1])
    assert due == [timedelta(minutes=10)] * 2


def test_one_place_cannot_hold_up_the_owner_of_an_address(election):
    flood(election, places=1)
    mine = proof(election, ADA, 1)
    assert send(from_place(9), ADA, mine).status_code == 202
    assert len(tokens()) == throttle.NAMED_LIMIT + 1


def test_one_place_names_an_address_only_so_often_and_is_told(election):
    flood(election, places=1)
    before = Registration.objects.count()
    answer = send(from_place(1), ADA, proof(election, ADA, 1))
    assert (answer.status_code, code(answer)) == (429, "too-many-requests")
    assert throttle.MESSAGE_WINDOW.total_seconds() - 60 < int(answer["Retry-After"]) <= 3601
    assert Registration.objects.count() == before
    assert send(from_place(1), BEN, proof(election, BEN, 2)).status_code == 202


def test_what_is_refused_does_not_count_against_the_place(election):
    for _ in range(throttle.NAMED_LIMIT):
        assert send(from_place(1), ADA, proof(election, BEN, 1)).status_code == 422
    assert send(from_place(1), ADA, proof(election, ADA, 1)).status_code == 202


def test_one_place_cannot_ask_without_end(client, election, monkeypatch):
    monkeypatch.setattr(throttle, "PLACE_LIMIT", 2)
    answers = [confirm(client, "x" * 22).status_code for _ in range(3)]
    assert answers == [404, 404, 429]


def test_those_whose_place_is_unknown_share_no_limit(election, monkeypatch):
    monkeypatch.setattr(throttle, "PLACE_LIMIT", 2)
    nowhere = Client(REMOTE_ADDR="")
    for _ in range(3):
        assert confirm(nowhere, "x" * 22).status_code == 404
    for octet in range(1, throttle.NAMED_LIMIT + 2):
        assert send(nowhere, ADA, proof(election, ADA, octet)).status_code == 202


def test_a_mail_server_that_is_away_loses_nothing_and_is_asked_ever_more_rarely(client, election, settings):
    send(client, ADA, proof(election, ADA, 1))
    now, working = timezone.now(), settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.integration.registration_world.BrokenMail"
    asked = []
    for seconds in range(0, 3600, 2):
        send_due(clock=lambda seconds=seconds: now + timedelta(seconds=seconds))
        asked.append(Registration.objects.get().failures)
    assert asked[:3] == [1, 1, 1]
    assert asked[-1] == 6  # after 0, 1, 3, 7, 15 and 31 minutes
    settings.EMAIL_BACKEND = working
    assert sweep(now + timedelta(hours=2)) == 1
    assert sweep(now + timedelta(hours=2)) == 1


def test_a_message_is_tried_for_two_days(client, election, settings):
    settings.EMAIL_BACKEND = "tests.integration.registration_world.BrokenMail"
    send(client, ADA, proof(election, ADA, 1))
    now = timezone.now()
    for hours in range(47):
        send_due(clock=lambda hours=hours: now + timedelta(hours=hours))
    assert Registration.objects.exists()
    send_due(clock=lambda: now + timedelta(hours=49))
    assert not Registration.objects.exists()


def test_a_title_of_two_lines_is_one_line_in_a_message(client, election):
    send(client, ADA, proof(election, ADA, 1))
    Election.objects.update(draft=dict(election.draft) | {"title": {"en": "Spring\nBcc: eve@example.org"}})
    assert sweep(timezone.now()) == 1
    assert mail.outbox[0].subject.endswith("Spring Bcc: eve@example.org")


@pytest.mark.parametrize("trouble", [UnicodeError("label too long"), ValueError, RuntimeError])
def test_one_message_that_cannot_be_made_does_not_stop_the_others(election, client, monkeypatch, trouble):
    plain = mail.EmailMessage.send

    def send_message(message):
        if message.to == [ADA.name]:
            raise trouble
        return plain(message)

    monkeypatch.setattr(mail.EmailMessage, "send", send_message)
    send(client, ADA, proof(election, ADA, 1))
    send(client, BEN, proof(election, BEN, 2))
    assert send_due(clock=timezone.now) == 1
    assert Registration.objects.get(name=ADA.name).failures == 1


def test_the_trouble_with_a_message_is_logged_without_its_address(client, election, monkeypatch, caplog):
    def fail(_message):
        raise OSError(f"550 {ADA.name} unknown")

    monkeypatch.setattr(mail.EmailMessage, "send", fail)
    send(client, ADA, proof(election, ADA, 1))
    send_due(clock=timezone.now)
    assert "registration.message_not_sent" in caplog.text
    assert ADA.name not in caplog.text


class Killed(BaseException):
    """As by SIGKILL."""


@pytest.mark.parametrize("is_sent", [True, False])
def test_who_dies_while_sending_leaves_a_row_that_falls_due_again(client, election, monkeypatch, is_sent):
    plain = mail.EmailMessage.send

    def die(message):
        if is_sent:
            plain(message)
        raise Killed

    send(client, ADA, proof(election, ADA, 1))
    now = timezone.now()
    with monkeypatch.context() as patched:
        patched.setattr(mail.EmailMessage, "send", die)
        with pytest.raises(Killed):
            send_due(clock=lambda: now)
    assert send_due(clock=lambda: now + timedelta(minutes=5)) == 0  # somebody may still be at it
    assert send_due(clock=lambda: now + timedelta(minutes=11)) == 1
    assert confirm(client, tokens()[-1]).status_code == 200


def test_a_message_is_not_sent_twice_by_two_sweeps_at_once(client, election, monkeypatch):
    plain = mail.EmailMessage.send

    def send_meanwhile(message):
        send_due(clock=timezone.now)
        return plain(message)

    monkeypatch.setattr(mail.EmailMessage, "send", send_meanwhile)
    send(client, ADA, proof(election, ADA, 1))
    send_due(clock=timezone.now)
    assert len(mail.outbox) == 1


def test_nothing_is_sent_after_the_freeze(client, election):
    send(client, ADA, proof(election, ADA, 1))
    Election.objects.update(state="frozen")
    assert sweep(timezone.now()) == 0


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8000.evil.example", "testserver"])
def test_no_host_header_gets_into_a_message(election, settings, host):
    client = Client(HTTP_HOST=host, HTTP_X_FORWARDED_HOST="evil.example")
    answer = send(client, ADA, proof(election, ADA, 1))
    assert answer.status_code == (202 if host == "testserver" else 400)
    send(Client(), BEN, proof(election, BEN, 2))
    send_due(clock=timezone.now)
    for message in mail.outbox:
        links = re.findall(r"\S+://\S+", message.body)
        assert all(link.startswith(f"{settings.VERITALLY_BASE_URL}{PAGE}confirm/#") for link in links)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda election: (ADA, proof(election, BEN, 1)), "copied-proof"),
        (lambda election: (email("Ada@example.org"), proof(election, ADA, 1)), "bad-address"),
        (lambda election: (email("ada@localhost"), proof(election, ADA, 1)), "bad-address"),
        (lambda election: (email(f"ada@{'a' * 64}.org"), proof(election, ADA, 1)), "bad-address"),
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


@pytest.mark.parametrize("name", ["by-email", "as-signed-in", "confirmation"])
def test_a_body_is_read_outside_of_any_transaction(election, monkeypatch, name):
    inside = []

    def read(request, limit):
        inside.append(connection.in_atomic_block)
        return json_body(request, limit)

    monkeypatch.setattr(api, "json_body", read)
    client = Client()
    signed_in(client, PERSON)
    send(client, ADA, proof(election, ADA, 1), name)
    assert inside == [False]


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


def oidc(subject="1234", address="ada@example.org") -> SignedIn:
    return SignedIn(issuer=PERSON.issuer, subject=subject, address=address)


def register_signed_in(client, election, person, octet):
    signed_in(client, person)
    return send(client, person.registrant, proof(election, person.registrant, octet), "as-signed-in")


def register_by_email(client, election, who, octet):
    send(client, who, proof(election, who, octet))
    return confirm(client, tokens()[-1])


def test_one_expected_address_is_one_voter_however_often_it_is_registered(client, election):
    register_by_email(client, election, ADA, 1)
    for octet, subject in enumerate(("1234", "5678"), start=2):
        assert register_signed_in(client, election, oidc(subject), octet).status_code == 201
    deciding.expect(election, b"ada@example.org\n")
    assert deciding.approve_expected(election) == 1
    data = deciding.file_for_registrar(election)
    assert len(roll_of_registrations(data, election.election_id, b"\x07" * 32).voters) == 1


def test_an_address_that_is_confirmed_replaces_what_a_provider_says_of_it(client, election):
    register_signed_in(client, election, oidc(), 1)
    assert register_by_email(client, election, ADA, 2).status_code == 200
    assert [row.kind for row in Registration.objects.all()] == ["email"]


@pytest.mark.parametrize("state", [State.APPROVED, State.REJECTED])
def test_nobody_registers_an_address_again_that_was_decided_on(client, election, state):
    register_by_email(client, election, ADA, 1)
    deciding.decide(election, deciding.settled(election).get().pk, state)
    assert code(register_signed_in(client, election, oidc(), 2)) == "already-decided"
    assert deciding.settled(election).count() == 1


def test_who_signs_in_with_an_address_of_a_decided_sign_in_is_refused_by_mail_too(client, election):
    register_signed_in(client, election, oidc(), 1)
    deciding.decide(election, deciding.settled(election).get().pk, State.APPROVED)
    assert code(register_by_email(client, election, ADA, 2)) == "already-decided"


def test_people_without_a_verified_address_are_not_taken_for_one(client, election):
    for octet, subject in enumerate(("1234", "5678"), start=1):
        register_signed_in(client, election, oidc(subject, ""), octet)
    assert deciding.settled(election).count() == 2


def test_the_database_refuses_a_second_settled_registration_of_an_address(election):
    def settle(subject):
        who = Registrant(kind="oidc", issuer="https://id.example.org", name=subject)
        Registration.objects.create(
            election=election,
            kind="oidc",
            issuer=who.issuer,
            name=subject,
            address=ADA.name,
            subject=who.digest(election.election_id),
            credential=subject * 16,
            record=b"",
            state=State.CONFIRMED,
            at=timezone.now(),
        )

    settle("1234")
    with pytest.raises(IntegrityError):
        settle("5678")


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
