# SPDX-License-Identifier: AGPL-3.0-or-later
"""No line of the log holds a network address, however it got there."""

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from django.test import Client

from voting.logs import REDACTED, WithoutRequests, logging_config, without_addresses

ADDRESSES = [
    "192.0.2.7",
    "192.0.2.7:51234",
    "::1",
    "2001:db8::7",
    "[2001:db8::7]:443",
    "2001:db8:0:0:0:0:0:7",
    "::ffff:192.0.2.7",
    "fe80::1%eth0",
]


@pytest.fixture
def lines() -> Iterator[Callable[[], list[Any]]]:
    """Log through a configuration of this test's own; return what was written."""
    written = io.StringIO()
    config = logging_config("INFO")
    config["handlers"]["standard_error"]["stream"] = written
    with own_root_logger():
        logging.config.dictConfig(config)
        yield lambda: [json.loads(line) for line in written.getvalue().split("\n") if line]


@contextmanager
def own_root_logger() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    root.handlers[:] = []
    yield
    root.handlers[:], root.level = before


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("template", ["{}", "from {}: refused", '{{"client":"{}","code":"7K2M"}}', "({})."])
def test_an_address_is_taken_out(address: str, template: str) -> None:
    cleaned = without_addresses(template.format(address))
    assert REDACTED in cleaned
    assert address not in cleaned
    assert "192.0.2" not in cleaned
    assert "db8" not in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T21:45:00.123456Z",
        "7K2M-9QXA-4TB0-WZ3C-HN8R-E5VJ-D",
        "5.2.19 of 12:30:05 took 1.25 s",
        "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0",
    ],
)
def test_what_is_no_address_stays(text: str) -> None:
    assert without_addresses(text) == text


def test_a_line_of_a_library_is_json_without_its_address(lines) -> None:
    logging.getLogger("some.library").warning("refused %s", "192.0.2.7")
    (line,) = lines()
    assert line["event"] == f"refused {REDACTED}"
    assert line["logger"] == "some.library"


def test_a_line_of_ours_is_json_without_its_address(lines) -> None:
    structlog.get_logger("ours").info("ballot admitted", code="7K2M", client="2001:db8::7")
    (line,) = lines()
    assert (line["event"], line["code"], line["client"]) == ("ballot admitted", "7K2M", REDACTED)


def test_a_traceback_in_the_log_has_no_address(lines) -> None:
    error = ConnectionError("192.0.2.7 went away")
    logging.getLogger("some.library").error("lost", exc_info=error)
    (line,) = lines()
    assert "192.0.2.7" not in line["exception"]
    assert "went away" in line["exception"]


@pytest.mark.parametrize("space", ["\n", "\t", "\r\n", "\0", "\b", "\f", "\u2028", '"', "\\", "\\b"])
@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_an_address_behind_a_character_that_json_escapes_is_taken_out(
    lines, space: str, address: str
) -> None:
    text = f"gone{space}{address}{space}b"
    logging.getLogger("some.library").error("lost: %s", text, exc_info=ConnectionError(text))
    structlog.get_logger("ours").info("lost", client=[{"from": (text, ConnectionError(text))}], found={text})
    for line in lines():
        shown = repr(line)
        assert address not in shown
        assert "db8" not in shown
        assert REDACTED in shown


def test_what_is_no_text_keeps_its_type(lines) -> None:
    structlog.get_logger("ours").info("done", ballots=3, took=1.5, open=True, nothing=None)
    (line,) = lines()
    assert (line["ballots"], line["took"], line["open"], line["nothing"]) == (3, 1.5, True, None)


def test_the_kind_of_a_failure_is_logged_and_no_other_extra(lines) -> None:
    logging.getLogger("ours").warning("not sent", extra={"kind": "TimeoutError", "request": "GET /secret"})
    (line,) = lines()
    assert line["kind"] == "TimeoutError"
    assert "secret" not in repr(line)


CHECK_CODE, KEY = "5b" * 15, "5c" * 32
PATHS = [
    (f"/elections/spring/ballots/{CHECK_CODE}", "ballot"),
    (f"/elections/spring/ballots/{KEY}", "ballot"),
    (f"/elections/spring/credentials/{KEY}", "credential"),
    (f"/elections/spring/voters/{KEY}", "[no such page]"),
    (f"/{CHECK_CODE}", "[no such page]"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "page"), PATHS)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_a_path_that_names_a_ballot_is_not_logged(lines, path: str, page: str, method: str) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    assert getattr(client, method)(path).status_code >= 400
    (line,) = lines()
    assert line["logger"].startswith("django.")
    assert page in line["event"]
    assert not [secret for secret in (CHECK_CODE, KEY, "spring") if secret in repr(line)]


@pytest.mark.django_db
def test_a_failure_of_the_server_is_logged_without_the_path(lines, monkeypatch) -> None:
    monkeypatch.setattr("voting.api_reading._begun", lambda _slug: 1 / 0)
    client = Client(raise_request_exception=False)
    assert client.get(PATHS[0][0]).status_code == 500
    (line,) = lines()
    assert "Internal Server Error: ballot" in line["event"]
    assert "ZeroDivisionError" in line["exception"]
    assert CHECK_CODE not in repr(line)


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        (f"Invalid request from ip=192.0.2.7: Invalid HTTP request line: 'GET /{KEY} x'", ()),
        ("Error handling request %s %s", ("GET", f"/elections/spring/ballots/{KEY}")),
        ("Error handling request %s", (f"/elections/spring/ballots/{KEY}",)),
    ],
)
def test_what_gunicorn_says_of_a_request_is_neither_address_nor_path(caplog, message: str, arguments) -> None:
    logger = logging.getLogger("of this test")
    logger.addFilter(WithoutRequests())
    logger.warning(message, *arguments, exc_info=ConnectionError("192.0.2.7 went away"))
    assert "request" in caplog.text
    assert "went away" in caplog.text
    assert not [secret for secret in ("192.0.2.7", KEY, "spring") if secret in caplog.text]
