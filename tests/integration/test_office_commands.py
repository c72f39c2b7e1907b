# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's management commands: accounts with passwords that are asked for, officials, and the trail."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from tests.integration import office_world as office
from voting.office.models import Deed, Officer

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = "a long enough password, 1984"


@pytest.fixture
def scene(settings, tmp_path, monkeypatch):
    office.set_up(settings, tmp_path, monkeypatch)
    return office.scene("frozen")


@pytest.fixture
def typing(monkeypatch):
    """What the person at the terminal types when asked for a password."""

    def types(*answers: str) -> None:
        left = list(answers)
        monkeypatch.setattr("getpass.getpass", lambda _prompt: left.pop(0))

    return types


def test_an_account_is_made_with_a_password_that_is_asked_for_twice(typing, capsys):
    typing(GOOD, GOOD)
    call_command("create_official", "olga")
    user = User.objects.get(username="olga")
    assert user.check_password(GOOD)
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert GOOD not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((GOOD, "another"), "differ"),
        (("short", "short"), "too short"),
        (("password1234", "password1234"), "too common"),
        (("olga-the-official", "olga-the-official"), "too similar"),
    ],
)
def test_a_weak_password_is_refused_and_no_account_is_made(typing, answers, words):
    typing(*answers)
    with pytest.raises(CommandError, match=words):
        call_command("create_official", "olga-the-official")
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["a name", "<b>", "x" * 151, ""])
def test_a_name_that_no_account_can_have_is_refused(typing, name):
    typing(GOOD, GOOD)
    with pytest.raises(CommandError, match="no possible name"):
        call_command("create_official", name)


def test_an_existing_account_is_not_overwritten(typing):
    User.objects.create_user("olga", password=GOOD)
    typing("another good password 1", "another good password 1")
    with pytest.raises(CommandError, match="already"):
        call_command("create_official", "olga")
    assert User.objects.get().check_password(GOOD)


def test_a_password_can_be_changed(typing):
    User.objects.create_user("olga", password=GOOD)
    typing("another good password 1", "another good password 1")
    call_command("create_official", "olga", "--new-password")
    assert User.objects.get().check_password("another good password 1")


def test_there_is_no_new_password_without_an_account(typing):
    typing(GOOD, GOOD)
    with pytest.raises(CommandError, match="there is no account"):
        call_command("create_official", "nobody", "--new-password")


def test_an_official_is_added(scene):
    office.official("piet")
    call_command("add_official", "spring", "piet", "--owner")
    assert Officer.objects.get(user__username="piet").role == Officer.Role.OWNER


def test_an_official_without_an_account_is_refused(scene):
    with pytest.raises(CommandError, match="UnknownOfficial"):
        call_command("add_official", "spring", "nobody")


def test_nobody_is_asked_again_who_has_not_refused(scene):
    with pytest.raises(CommandError, match="NoRefusalToSettle"):
        call_command("ask_again", "spring", "1")


def test_a_command_stands_on_the_trail_without_an_account(scene):
    call_command("open_election", "spring")
    deed = Deed.objects.first()
    assert (deed.official, deed.action, deed.outcome) == ("", "open", "done")


def test_a_refused_command_stands_on_the_trail(scene):
    call_command("open_election", "spring")
    with pytest.raises(CommandError):
        call_command("open_election", "spring")
    deed = Deed.objects.first()
    assert (deed.action, deed.outcome, deed.refusal) == ("open", "refused", "wrong-state")


def test_the_status_of_an_election_that_has_only_a_name_is_told(scene, capsys):
    office.scene("started", slug="autumn")
    call_command("status")
    assert "the draft is not complete" in capsys.readouterr().out
