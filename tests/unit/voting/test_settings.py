# SPDX-License-Identifier: AGPL-3.0-or-later
"""The settings refuse to start with anything unsafe, and say what to set."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

SETTINGS = str(Path(__file__).resolve().parents[3] / "voting" / "settings.py")
SAFE = {
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "vote.example.org",
    "VERITALLY_BASE_URL": "https://vote.example.org",
}
LOCAL = SAFE | {"VERITALLY_LOCAL": "true", "VERITALLY_BASE_URL": "http://127.0.0.1:8000"}
KNOWN = (
    "DEBUG",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "EMAIL_URL",
    "VERITALLY_KEEP_ABANDONED_DAYS",
    "VERITALLY_KEEP_VOTERS_DAYS",
    "VERITALLY_LOCAL",
    "VERITALLY_LOG_KEY_FILE",
    "VERITALLY_REGISTRATION_MESSAGES",
    "VERITALLY_TRUSTED_PROXIES",
    "VERITALLY_HEADS_DIR",
)


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run the settings module under exactly the given environment."""

    def run(environ: dict[str, str]) -> dict[str, Any]:
        for name in (*SAFE, *KNOWN):
            monkeypatch.delenv(name, raising=False)
        for name, value in ({"VERITALLY_DATA_DIR": str(tmp_path)} | environ).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(SETTINGS)

    return run


@pytest.mark.parametrize("name", list(SAFE))
def test_a_missing_setting_is_named(load: Any, name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{name} is not set. Set it to"):
        load({key: value for key, value in SAFE.items() if key != name})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"ALLOWED_HOSTS": "vote.example.org,*"}, "ALLOWED_HOSTS may not contain"),
        ({"VERITALLY_BASE_URL": "http://vote.example.org"}, "must begin with https://"),
        ({"VERITALLY_BASE_URL": "http://127.0.0.1:8000"}, "must begin with https://"),
        ({"VERITALLY_BASE_URL": "https://vote.example.org/x"}, "no path"),
        ({"VERITALLY_BASE_URL": "ftp://vote.example.org"}, "scheme and a host"),
        ({"VERITALLY_LOCAL": "true"}, "VERITALLY_LOCAL is for this machine only"),
        ({"DEBUG": "true"}, "DEBUG shows secrets"),
        ({"DATABASE_URL": "mysql://localhost/x"}, "DATABASE_URL must begin with"),
        ({"CELERY_BROKER_URL": "amqp://localhost"}, "CELERY_BROKER_URL must be"),
        ({"VERITALLY_TRUSTED_PROXIES": "-1"}, "VERITALLY_TRUSTED_PROXIES is a number"),
        ({"VERITALLY_TRUSTED_PROXIES": "yes"}, "VERITALLY_TRUSTED_PROXIES is a number"),
        ({"VERITALLY_KEEP_VOTERS_DAYS": "-1"}, "VERITALLY_KEEP_VOTERS_DAYS is a number"),
        ({"VERITALLY_KEEP_ABANDONED_DAYS": "never"}, "VERITALLY_KEEP_ABANDONED_DAYS is a number"),
        ({"VERITALLY_REGISTRATION_MESSAGES": "0"}, "VERITALLY_REGISTRATION_MESSAGES must be at least 1"),
        ({"EMAIL_URL": "filemail:////var/mail"}, "EMAIL_URL must name a mail server"),
        ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL must name a mail server"),
        ({"EMAIL_URL": "memorymail://"}, "EMAIL_URL must name a mail server"),
        ({"EMAIL_URL": "dummymail://"}, "EMAIL_URL must name a mail server"),
        ({"EMAIL_URL": "smtp://clerk:word@mail.example.org"}, "EMAIL_URL must begin with smtp"),
        ({"EMAIL_URL": "smtp://127.0.0.1.example.org:25"}, "EMAIL_URL must begin with smtp"),
        ({"EMAIL_URL": "smtp+tls://mail.example.org?email_use_tls=0"}, "EMAIL_URL must begin with smtp"),
        ({"EMAIL_URL": "smtp+tls://mail.example.org?timeout=5"}, "EMAIL_URL has options"),
    ],
)
def test_an_unsafe_setting_is_refused(load: Any, change: dict[str, str], message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=message):
        load(SAFE | change)


def test_no_proxy_is_believed_unless_it_is_named(load: Any) -> None:
    assert load(SAFE)["VERITALLY_TRUSTED_PROXIES"] == 0
    assert load(SAFE | {"VERITALLY_TRUSTED_PROXIES": "2"})["VERITALLY_TRUSTED_PROXIES"] == 2


def test_a_public_server_sends_cookies_over_tls_only(load: Any) -> None:
    settings = load(SAFE)
    assert settings["DEBUG"] is False
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SECURE_HSTS_SECONDS"] > 0


def test_only_this_machine_is_served_without_tls(load: Any) -> None:
    settings = load(LOCAL)
    assert settings["SESSION_COOKIE_SECURE"] is False
    assert settings["SECURE_HSTS_SECONDS"] == 0


def test_heads_are_remembered_beside_the_key_or_where_all_hosts_look(load: Any, tmp_path: Path) -> None:
    key = {"VERITALLY_LOG_KEY_FILE": str(tmp_path / "keys" / "log.key")}
    assert load(SAFE)["VERITALLY_HEADS_DIR"] == tmp_path / "heads"
    assert load(SAFE | key)["VERITALLY_HEADS_DIR"] == tmp_path / "keys" / "heads"
    shared = str(tmp_path / "shared")
    assert load(SAFE | key | {"VERITALLY_HEADS_DIR": shared})["VERITALLY_HEADS_DIR"] == Path(shared)


def test_sqlite_keeps_what_was_acknowledged(load: Any) -> None:
    options = load(SAFE)["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "recursive_triggers=ON", "foreign_keys=ON"):
        assert f"PRAGMA {pragma}" in options["init_command"]


def test_postgresql_is_chosen_by_its_address(load: Any) -> None:
    database = load(SAFE | {"DATABASE_URL": "postgres://clerk:word@db/veritally"})["DATABASES"]["default"]
    assert (database["ENGINE"], database["NAME"]) == ("django.db.backends.postgresql", "veritally")
    assert "OPTIONS" not in database


@pytest.mark.parametrize("broker", ["filesystem://", "redis://localhost:6379/0"])
def test_messages_are_json_and_workers_take_no_orders(load: Any, broker: str) -> None:
    settings = load(SAFE | {"CELERY_BROKER_URL": broker})
    assert settings["CELERY_ACCEPT_CONTENT"] == settings["CELERY_RESULT_ACCEPT_CONTENT"] == ["json"]
    assert settings["CELERY_WORKER_ENABLE_REMOTE_CONTROL"] is False
    assert settings["CELERY_TASK_ACKS_LATE"] is True


def test_a_public_server_without_a_mail_server_sends_nothing(load: Any) -> None:
    assert load(SAFE)["EMAIL_BACKEND"] == "voting.mail.NoMail"


def test_on_this_machine_messages_are_files_by_default(load: Any, tmp_path: Path) -> None:
    settings = load(LOCAL)
    assert settings["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
    assert settings["EMAIL_FILE_PATH"] == str(tmp_path / "mail")


@pytest.mark.parametrize(
    ("url", "encrypted"),
    [
        ("smtp+tls://clerk:word@mail.example.org:587", (True, False)),
        ("smtp+ssl://clerk:word@mail.example.org:465", (False, True)),
        ("smtp://localhost:25", (False, False)),
        ("smtp://127.0.0.1:25", (False, False)),
        ("smtp://[::1]:25", (False, False)),
    ],
)
def test_a_mail_server_is_waited_for_only_so_long(load: Any, url: str, encrypted: tuple[bool, bool]) -> None:
    settings = load(SAFE | {"EMAIL_URL": url})
    assert (settings["EMAIL_USE_TLS"], settings["EMAIL_USE_SSL"]) == encrypted
    assert 0 < settings["EMAIL_TIMEOUT"] <= 30


def test_no_page_may_run_inline_code(load: Any) -> None:
    directives = load(SAFE)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    allowed = {source for sources in directives.values() if isinstance(sources, list) for source in sources}
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & allowed
