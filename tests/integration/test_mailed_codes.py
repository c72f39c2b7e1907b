# SPDX-License-Identifier: AGPL-3.0-or-later
"""Codes that this server makes and mails: who gets one, what is kept, what happens when something fails."""

import re
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from bulletin_board.errors import UnusableKeyFile
from tally.record.roll import Roll
from tally.registrar.errors import VoterListRefused
from tests.integration import mailed_world as world
from tests.integration import office_world as office
from tests.integration.mailed_world import ADA, BEN, CLEO, HOUR, VOTERS
from voting.errors import NotReady, WrongState
from voting.mailed import drawing, listing, registrar_key, roll_signing, sending
from voting.mailed.errors import (
    AddressIsMailed,
    AnotherRegistrar,
    NobodyListed,
    NotByServer,
    TooManyVoters,
    UnknownRecipient,
    WeightAboveCapacity,
)
from voting.mailed.models import State
from voting.mailed.tasks import send_due
from voting.models import Election
from voting.office import actions, sketch
from voting.office.trail import Action

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _set_up(settings, tmp_path, monkeypatch):
    world.set_up(settings, tmp_path, monkeypatch)


def send_all(scene, *, at=None):
    return sending.send_due(clock=lambda: at or scene.by.now, at_once=100)


def roll_of(scene) -> Roll | None:
    data = Election.objects.get(pk=scene.election.pk).roll
    return None if data is None else Roll.from_bytes(bytes(data))


def states(scene) -> set[str]:
    return set(scene.election.recipients.values_list("state", flat=True))


def test_every_voter_gets_a_code_whose_key_is_on_the_signed_roll():
    scene = world.started()
    assert send_all(scene) == 3
    assert roll_signing.sign_due(now=scene.by.now) == 1
    weights = {ADA: 1, BEN: 2, CLEO: 1}
    expected = {world.key_of(scene, code): weights[address] for address, [code] in world.codes().items()}
    roll = roll_of(scene)
    assert {key.hex(): weight for key, weight in roll.voters} == expected
    roll.check_signature(registrar_key.public_key())


def test_no_code_is_in_the_database():
    scene = world.started()
    send_all(scene)
    letters = [code.replace("-", "") for [code] in world.codes().values()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # names of our own tables
            rows = str(cursor.fetchall()).replace("-", "")
            assert not [code for code in letters if code in rows], table


def test_no_code_is_logged(caplog):
    scene = world.started()
    with world.mail_server(failing=SMTPServerDisconnected("away")), caplog.at_level("DEBUG"):
        send_all(scene)
    send_all(scene, at=scene.by.now + HOUR)
    assert "mailed.message_not_sent" in caplog.text
    assert not [address for address in (ADA, BEN, CLEO) if address in caplog.text]
    assert not [code for [code] in world.codes().values() if code in caplog.text]


def test_the_message_has_the_link_the_code_and_a_warning():
    scene = world.started()
    send_all(scene)
    message = next(message for message in mail.outbox if message.to == [ADA])
    (code,) = world.codes()[ADA]
    assert message.subject == "Your code to vote: Spring"
    assert f"/elections/spring/vote/#{code}\n" in message.body
    assert f"\n{code}\n" in message.body
    assert "Ada Brook" in message.body
    assert "only the code in the newest one is good" in message.body
    assert "the page shows the election's fingerprint" in message.body


def test_markup_in_a_name_stays_text():
    scene = world.prepare()
    name = "<b>Ada</b> & {{ 7|add:7 }}"
    listing.take(scene.election, f"name,email\n{name},{ADA}\n".encode(), now=scene.by.now)
    sending.start(scene.election, now=scene.by.now)
    send_all(scene)
    assert name in mail.outbox[0].body


def test_messages_wait_for_an_official_to_start():
    scene = world.prepare()
    listing.take(scene.election, VOTERS, now=scene.by.now)
    assert send_all(scene) == 0
    assert roll_signing.sign_due(now=scene.by.now) == 0


def test_a_sweep_sends_a_few_and_the_next_one_goes_on():
    scene = world.started()
    assert [sending.send_due(clock=lambda: scene.by.now, at_once=2) for _ in range(3)] == [2, 1, 0]
    assert len(mail.outbox) == 3


def test_the_roll_waits_for_the_last_message():
    scene = world.started()
    sending.send_due(clock=lambda: scene.by.now, at_once=2)
    assert roll_signing.sign_due(now=scene.by.now) == 0
    assert roll_of(scene) is None


def test_a_mail_server_that_is_away_is_tried_again_later():
    scene = world.started()
    with world.mail_server(failing=SMTPServerDisconnected("away")):
        assert send_all(scene) == 0
    assert states(scene) == {State.WAITING}
    assert not scene.election.recipients.exclude(credential="").exists()
    assert send_all(scene) == 0  # not yet due again
    assert send_all(scene, at=scene.by.now + HOUR) == 3


def test_an_address_that_is_refused_is_not_tried_again():
    scene = world.started()
    with world.mail_server(failing=SMTPRecipientsRefused({ADA: (550, b"no such user")})):
        send_all(scene)
    assert states(scene) == {State.FAILED}
    assert send_all(scene, at=scene.by.now + HOUR) == 0
    assert roll_signing.sign_due(now=scene.by.now) == 0


def test_an_address_that_is_only_put_off_is_tried_again():
    scene = world.started()
    with world.mail_server(failing=SMTPRecipientsRefused({ADA: (450, b"greylisted, try again")})):
        send_all(scene)
    assert states(scene) == {State.WAITING}
    assert send_all(scene, at=scene.by.now + HOUR) == 3


def test_an_address_that_cannot_be_written_to_stops_nobody_else(settings):
    scene = world.started()
    settings.EMAIL_BACKEND = "tests.integration.mailed_world.Encoding"
    unwritable = f"ada@{'a' * 64}.org"  # a label longer than the name system has
    scene.election.recipients.filter(address=ADA).update(address=unwritable)
    assert send_all(scene) == 2
    assert scene.election.recipients.get(failures=1).address == unwritable
    for hours in range(1, sending.MAX_FAILURES):
        send_all(scene, at=scene.by.now + hours * HOUR)
    assert scene.election.recipients.get(state=State.FAILED).address == unwritable


def test_the_failed_ones_are_tried_again_when_an_official_says_so():
    scene = world.started()
    with world.mail_server(failing=SMTPRecipientsRefused({})):
        send_all(scene)
    assert sending.start(scene.election, now=scene.by.now) == 3
    assert send_all(scene) == 3


def test_a_message_that_never_gets_through_fails_in_the_end():
    scene = world.started()
    with world.mail_server(failing=OSError("away")):
        for hours in range(sending.MAX_FAILURES):
            send_all(scene, at=scene.by.now + hours * HOUR)
    assert states(scene) == {State.FAILED}


def test_who_dies_after_the_message_leaves_a_second_one_with_the_same_code(monkeypatch):
    scene = world.started()

    class Killed(BaseException):
        """As by SIGKILL."""

    plain = mail.EmailMessage.send

    def send_and_die(message):
        plain(message)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", send_and_die)
        with pytest.raises(Killed):
            send_all(scene)
    assert len(mail.outbox) == 1
    assert send_all(scene) == 2  # the lease of the first is not over
    assert send_all(scene, at=scene.by.now + HOUR) == 1
    roll_signing.sign_due(now=scene.by.now)
    first, second = next(found for found in world.codes().values() if len(found) == 2)
    assert first == second
    assert world.key_of(scene, first) in {key.hex() for key, _ in roll_of(scene).voters}


@pytest.mark.parametrize("failures", [1, sending.MAX_FAILURES])
def test_a_message_that_was_taken_without_a_word_is_sent_again_with_the_same_code(monkeypatch, failures):
    scene = world.started()
    plain = mail.EmailMessage.send

    def send_and_hear_nothing(message):
        plain(message)
        raise SMTPServerDisconnected("no answer after the message")

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", send_and_hear_nothing)
        for hours in range(failures):
            send_all(scene, at=scene.by.now + hours * HOUR)
    sending.start(scene.election, now=scene.by.now + failures * HOUR)
    assert send_all(scene, at=scene.by.now + failures * HOUR) == 3
    assert [len(found) for found in world.codes().values()] == [failures + 1] * 3
    assert [len(set(found)) for found in world.codes().values()] == [1] * 3


def test_nothing_of_a_code_is_left_once_its_message_was_sent():
    scene = world.started()
    with world.mail_server(failing=SMTPServerDisconnected("away")):
        send_all(scene)
    halves = set(scene.election.recipients.values_list("half", flat=True))
    assert len(halves - {""}) == 3
    send_all(scene, at=scene.by.now + HOUR)
    assert set(scene.election.recipients.values_list("half", flat=True)) == {""}


def test_the_half_in_the_row_is_no_code_without_the_servers_key():
    half, election_id = drawing.new_half(), "00" * 16
    code = drawing.code_of(half, election_id, registrar_key.seed())
    assert drawing.code_of(half, election_id, registrar_key.seed()) == code
    others = {
        drawing.code_of(half, election_id, bytes(32)),
        drawing.code_of(half, "11" * 16, registrar_key.seed()),
        drawing.code_of(drawing.new_half(), election_id, registrar_key.seed()),
    }
    assert len(others - {code}) == 3


def test_a_slow_mail_server_does_not_use_up_the_time_of_the_next_message(monkeypatch):
    scene = world.started()
    times = [scene.by.now]
    plain = mail.EmailMessage.send

    def send_slowly(message):
        times.append(times[-1] + HOUR / 10)
        if len(times) == 3:  # in the midst of the second message
            with monkeypatch.context() as patched:
                patched.setattr("django.core.mail.EmailMessage.send", plain)
                sending.send_due(clock=lambda: times[-1], at_once=1)  # another worker
        plain(message)

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send_slowly)
    sending.send_due(clock=lambda: times[-1])
    assert sorted(message.to[0] for message in mail.outbox) == [ADA, BEN, CLEO]
    sent = set(scene.election.recipients.values_list("sent_at", flat=True))
    assert scene.by.now not in sent


def test_without_the_servers_key_no_message_is_sent_and_the_rolls_of_others_go_on(caplog):
    scene = world.started()
    registrar_key.key_file().unlink()
    assert send_all(scene) == 0
    assert states(scene) == {State.WAITING}
    assert "mailed.no_registrar_key" in caplog.text


def test_a_claimed_row_is_nobody_elses(monkeypatch):
    scene = world.started()
    inner = []
    plain = drawing.code_of

    def meanwhile(*halves):
        if not inner:
            inner.append(sending.send_due(clock=lambda: scene.by.now, at_once=1))
        return plain(*halves)

    monkeypatch.setattr(drawing, "code_of", meanwhile)
    sending.send_due(clock=lambda: scene.by.now, at_once=1)
    assert len({message.to[0] for message in mail.outbox}) == len(mail.outbox)


def test_a_new_code_voids_the_old_one_and_the_roll():
    scene = world.started()
    send_all(scene)
    roll_signing.sign_due(now=scene.by.now)
    row = scene.election.recipients.get(address=BEN)
    listing.send_again(scene.election, row.pk, now=scene.by.now)
    assert roll_of(scene) is None
    send_all(scene)
    roll_signing.sign_due(now=scene.by.now)
    keys = {key.hex() for key, _ in roll_of(scene).voters}
    void, good = world.codes()[BEN]
    assert world.key_of(scene, good) in keys
    assert world.key_of(scene, void) not in keys
    assert len(keys) == 3


def test_who_is_left_out_is_not_on_the_roll():
    scene = world.started()
    send_all(scene)
    roll_signing.sign_due(now=scene.by.now)
    listing.leave_out(scene.election, scene.election.recipients.get(address=BEN).pk)
    roll_signing.sign_due(now=scene.by.now)
    assert world.key_of(scene, world.codes()[BEN][0]) not in {key.hex() for key, _ in roll_of(scene).voters}
    assert roll_of(scene).weight == 2


def test_a_roll_from_before_the_sending_does_not_stand_in_for_the_mailed_one():
    scene = world.prepare()
    listing.take(scene.election, VOTERS, now=scene.by.now)
    before = office.roll_of(scene.election.election_id)
    Election.objects.filter(pk=scene.election.pk).update(roll=before)
    sending.start(Election.objects.get(pk=scene.election.pk), now=scene.by.now)
    send_all(scene)
    assert roll_signing.sign_due(now=scene.by.now) == 1
    assert bytes(Election.objects.get(pk=scene.election.pk).roll) != before


def test_starting_again_keeps_the_signed_roll():
    scene = world.started()
    send_all(scene)
    roll_signing.sign_due(now=scene.by.now)
    sending.start(scene.election, now=scene.by.now)
    assert roll_of(scene) is not None


def test_a_later_list_adds_and_sends_nobody_a_second_code():
    scene = world.started()
    send_all(scene)
    roll_signing.sign_due(now=scene.by.now)
    more = VOTERS.replace(ADA.encode(), ADA.upper().encode()) + b"Dora Lang,dora@example.org,1\n"
    assert listing.take(scene.election, more, now=scene.by.now) == 1
    assert roll_of(scene) is None
    assert send_all(scene) == 1
    roll_signing.sign_due(now=scene.by.now)
    assert len(roll_of(scene).voters) == 4


def test_before_the_start_a_list_replaces_the_one_before():
    scene = world.prepare()
    listing.take(scene.election, VOTERS, now=scene.by.now)
    listing.take(scene.election, b"name,email\nDora Lang,dora@example.org\n", now=scene.by.now)
    assert [row.name for row in scene.election.recipients.all()] == ["Dora Lang"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"name,email\nAda Brook,\n", "email: missing"),
        (b"name\nAda Brook\n", "email: missing"),
        (b"name,email\nAda,not an address\n", "email: not an address"),
        (f"name,email\nAda,{ADA}\nAdam,{ADA.upper()}\n".encode(), "the same as in row 2"),
        (b"\xff\xfe", "not UTF-8"),
        (b"", "no voters"),
        (b"mail\nx\n", "heading"),
    ],
)
def test_a_list_with_a_problem_is_refused_whole_with_its_row(data, words):
    scene = world.prepare()
    listing.take(scene.election, VOTERS, now=scene.by.now)
    with pytest.raises(VoterListRefused) as caught:
        listing.take(scene.election, data, now=scene.by.now)
    assert words in str(caught.value.problems[0])
    assert scene.election.recipients.count() == 3


def test_more_voters_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr(listing, "MAX_VOTERS", 2)
    scene = world.prepare()
    with pytest.raises(TooManyVoters):
        listing.take(scene.election, VOTERS, now=scene.by.now)


def test_voters_who_weigh_too_much_are_refused_before_anything_is_sent():
    scene = world.prepare()
    listing.take(scene.election, VOTERS.replace(b",2\n", b",99\n"), now=scene.by.now)
    with pytest.raises(WeightAboveCapacity):
        sending.start(scene.election, now=scene.by.now)
    assert send_all(scene) == 0


def test_an_empty_list_cannot_be_sent():
    scene = world.prepare()
    with pytest.raises(NobodyListed):
        sending.start(scene.election, now=scene.by.now)


def test_a_draft_that_is_not_complete_cannot_be_sent():
    scene = world.prepare()
    actions.revise(
        scene.election, scene.by, Action.QUESTION_DELETE, lambda old: sketch.without_question(old, "mayor")
    )
    listing.take(scene.election, VOTERS, now=scene.by.now)
    with pytest.raises(NotReady):
        sending.start(scene.election, now=scene.by.now)


def test_an_election_of_a_registrar_has_no_mailed_codes():
    scene = office.scene("described")
    with pytest.raises(NotByServer):
        listing.take(scene.election, VOTERS, now=scene.by.now)
    with pytest.raises(NotByServer):
        sending.start(scene.election, now=scene.by.now)


def test_a_roll_is_never_signed_for_another_registrars_key():
    scene = world.started()
    send_all(scene)
    registrar_key.key_file().unlink()
    registrar_key.create()
    assert roll_signing.sign_due(now=scene.by.now) == 0
    with pytest.raises(AnotherRegistrar):
        sending.start(scene.election, now=scene.by.now)


def test_a_frozen_election_sends_nothing_and_changes_nothing():
    scene = world.started()
    Election.objects.filter(pk=scene.election.pk).update(state="frozen")
    scene.election.refresh_from_db()
    assert send_all(scene) == 0
    row = scene.election.recipients.first()
    for attempt in (
        lambda: listing.take(scene.election, VOTERS, now=scene.by.now),
        lambda: listing.send_again(scene.election, row.pk, now=scene.by.now),
        lambda: listing.leave_out(scene.election, row.pk),
        lambda: sending.start(scene.election, now=scene.by.now),
    ):
        with pytest.raises(WrongState):
            attempt()


def test_a_voter_of_another_election_is_unknown():
    scene = world.started()
    other = world.prepare(slug="autumn")
    with pytest.raises(UnknownRecipient):
        listing.leave_out(other.election, scene.election.recipients.first().pk)


def test_the_address_cannot_change_once_it_may_have_been_mailed():
    scene = world.started()
    with pytest.raises(AddressIsMailed):
        actions.revise(scene.election, scene.by, Action.DETAILS, lambda old: {**old, "slug": "elsewhere"})


def test_a_key_file_that_others_can_read_is_refused():
    registrar_key.key_file().chmod(0o640)
    with pytest.raises(UnusableKeyFile):
        registrar_key.seed()


def test_commands_do_the_same(tmp_path, capsys):
    scene = world.prepare()
    (tmp_path / "voters.csv").write_bytes(VOTERS)
    said = call_command("mail_codes", "spring", str(tmp_path / "voters.csv"))
    assert re.search("3 voters added, 3 messages wait", said)
    send_due()
    assert len(mail.outbox) == 3
    assert roll_of(scene).weight == 4
    with pytest.raises(CommandError, match="UnusableKeyFile"):
        call_command("make_registrar_key")
