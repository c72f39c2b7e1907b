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

from voting.logs import REDACTED, logging_config, without_addresses

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
        yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]


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
