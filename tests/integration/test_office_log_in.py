# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log-in page tells nothing about accounts, and slows guessing without locking anybody out."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from voting.office import throttle
from voting.office.errors import TooManyAttempts
from voting.office.models import LoginAttempt

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password, 1984"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def _accounts():
    User.objects.create_user("olga", password=PASSWORD)
    User.objects.create_user("gone", password=PASSWORD, is_active=False)


def log_in(name="olga", password=PASSWORD, *, client=None, **more):
    sent = {"username": name, "password": password, **more}
    return (client or Client()).post("/office/log-in/", sent)


def words(response, name):
    page = response.content.decode()
    start = page.index("<main")
    return page[start : page.index("</main>")].replace(name, "NAME").partition("csrfmiddlewaretoken")[0]


@pytest.mark.usefixtures("_accounts")
class TestLogIn:
    def test_name_and_password_let_in(self):
        response = log_in()
        assert (response.status_code, response["Location"]) == (302, "/office/")

    @pytest.mark.parametrize("name", ["nobody", "gone"])
    def test_an_unknown_or_disabled_name_is_refused_like_a_wrong_password(self, name):
        password = PASSWORD if name == "gone" else "x"
        wrong, unknown = log_in(password="wrong"), log_in(name, password)
        assert wrong.status_code == unknown.status_code == 422
        assert words(wrong, "olga") == words(unknown, name)

    def test_a_password_is_hashed_also_for_an_unknown_name(self, monkeypatch):
        hashed = []
        monkeypatch.setattr(User, "set_password", lambda _user, raw: hashed.append(raw))
        log_in("nobody", "x")
        assert hashed == ["x"]

    def test_a_password_never_comes_back_in_the_page(self):
        assert "wrong password" not in log_in(password="wrong password").content.decode()

    @pytest.mark.parametrize("field", ["username", "password"])
    def test_an_empty_field_is_named(self, field):
        response = log_in(**{"name" if field == "username" else field: ""})
        assert response.status_code == 422
        assert f'href="#id_{field}"' in response.content.decode()

    @pytest.mark.parametrize(
        "wanted",
        [
            "https://evil.example/",
            "//evil.example/office/",
            "/board/",
            "javascript:alert(1)",
            "/office/../\\evil",
        ],
    )
    def test_the_log_in_leads_nowhere_but_into_the_office(self, wanted):
        assert log_in(next=wanted)["Location"] in {"/office/", "/office/../%5Cevil"}

    def test_the_log_in_leads_to_the_page_that_was_asked_for(self):
        asked = Client().get("/office/new/")
        assert asked["Location"] == "/office/log-in/?next=/office/new/"
        assert log_in(next="/office/new/")["Location"] == "/office/new/"

    def test_the_sixth_wrong_attempt_is_not_even_looked_at(self):
        client = Client()
        for _ in range(throttle.PAIR.attempts):
            assert log_in(password="wrong", client=client).status_code == 422
        response = log_in(client=client)
        assert response.status_code == 429
        assert "Too many attempts." in response.content.decode()

    def test_an_unknown_name_is_slowed_down_as_a_known_one(self):
        for _ in range(throttle.PAIR.attempts):
            log_in("nobody", "x")
        assert log_in("nobody", "x").status_code == 429

    def test_capital_letters_do_not_make_another_account_to_guess(self):
        for _ in range(throttle.PAIR.attempts):
            log_in("Olga", "x")
        assert log_in("oLGA", "x").status_code == 429

    def test_no_row_holds_a_name_or_an_address(self):
        log_in(password="wrong")
        for row in LoginAttempt.objects.all():
            assert len(row.subject) == 64
            assert "olga" not in row.subject

    def test_success_forgets_the_failures_before_it(self):
        client = Client()
        for _ in range(throttle.PAIR.attempts - 1):
            log_in(password="wrong", client=client)
        assert log_in(client=client).status_code == 302
        assert log_in(password="wrong").status_code == 422

    def test_a_weird_request_is_refused_calmly(self):
        assert log_in("\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")).status_code == 422


def fail(account, address, *, times, at=NOW):
    for _ in range(times):
        throttle.begin(throttle.attempt(account=account, address=address), now=at)


def test_the_wait_is_short():
    fail("olga", HERE, times=throttle.PAIR.attempts)
    with pytest.raises(TooManyAttempts) as refused:
        fail("olga", HERE, times=1)
    assert refused.value.expected <= throttle.PAIR.window.total_seconds()
    fail("olga", HERE, times=1, at=NOW + throttle.PAIR.window + timedelta(seconds=1))


def test_another_account_at_the_same_address_is_not_held_up():
    fail("olga", HERE, times=throttle.PAIR.attempts)
    fail("piet", HERE, times=1)


def test_one_address_cannot_try_many_accounts():
    for number in range(throttle.ADDRESS.attempts):
        fail(f"account-{number}", HERE, times=1)
    with pytest.raises(TooManyAttempts):
        fail("one-more", HERE, times=1)


def test_many_addresses_cannot_try_one_account():
    for number in range(throttle.ACCOUNT.attempts):
        fail("olga", f"198.51.100.{number}", times=1)
    with pytest.raises(TooManyAttempts) as refused:
        fail("olga", THERE, times=1)
    assert refused.value.expected <= 60


def test_strangers_attempts_do_not_hold_up_an_address_that_is_known():
    known = throttle.attempt(account="olga", address=HERE)
    throttle.begin(known, now=NOW)
    throttle.succeed(known, now=NOW)
    for number in range(throttle.ACCOUNT.attempts):
        fail("olga", f"198.51.100.{number}", times=1)
    throttle.begin(known, now=NOW)


def test_a_refused_attempt_does_not_make_the_wait_longer():
    fail("olga", HERE, times=throttle.PAIR.attempts)
    before = LoginAttempt.objects.count()
    with pytest.raises(TooManyAttempts):
        fail("olga", HERE, times=1)
    assert LoginAttempt.objects.count() == before


def test_what_is_old_is_forgotten():
    fail("olga", HERE, times=1)
    fail("piet", THERE, times=1, at=NOW + throttle.REMEMBERED + timedelta(seconds=1))
    assert not LoginAttempt.objects.filter(at=NOW).exists()
