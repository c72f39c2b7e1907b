# SPDX-License-Identifier: AGPL-3.0-or-later
"""Logs as one JSON object a line, with no network address in any of them, and no path of a request.

An address beside a check code, in one line or in two a moment apart, would say who cast which ballot; so no
line has one. Paths name ballots, credentials and check codes. Requests are not logged: the web server's
access log is off, turning it on breaks the promise.
"""

import logging
import re
from collections.abc import Mapping
from ipaddress import ip_address

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED = "[address]"
# An address may follow an escape, as in the repr of a text.
_CANDIDATE = re.compile(
    r"(?:(?<=\\[abfnrtv])|(?<=\\x[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})|(?<![0-9A-Za-z])(?!(?<=\\)[abf]))"
    r"[0-9A-Fa-f:.]{3,45}(?![0-9A-Za-z])"
)


def without_addresses(text: str) -> str:
    """Replace every IPv4 or IPv6 address in a line of text."""
    return _CANDIDATE.sub(_redact, text)


def _redact(match: re.Match[str]) -> str:
    found = match[0]
    stripped = found.strip(".").removesuffix(":")
    host, _, port = stripped.rpartition(":")
    for candidate in (found, stripped, host if port.isdecimal() else ""):
        if _is_address(candidate):
            return REDACTED
    return found


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class WithoutPaths(logging.Filter):
    """Puts the name of the page in place of the path, in what Django says of requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; every record passes."""
        if record.name.startswith(("django.request", "django.security")) and isinstance(record.args, tuple):
            name = _page_of(record)
            record.args = tuple(name if _is_path(value) else value for value in record.args)
        return True


class WithoutRequests(logging.Filter):
    """Leaves nothing of a request in what gunicorn says in its own log: no address, no path, no header."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; every record passes."""
        text = record.getMessage()
        told = next((words for words in _OF_REQUESTS if text.startswith(words)), None)
        record.msg, record.args = without_addresses(text) if told is None else told, ()
        if record.exc_info:
            record.exc_text = without_addresses(logging.Formatter().formatException(record.exc_info))
        return True


_OF_REQUESTS = ("Invalid request", "Error handling request")


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value.startswith("/")


def _page_of(record: logging.LogRecord) -> str:
    """The name under which the page is known in the tables of addresses; no part of the path itself."""
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    return str(getattr(match, "view_name", "") or "[no such page]")


def _redacted(value: object) -> object:
    """A value of a line without addresses; what JSON has no type for becomes text first."""
    if isinstance(value, Mapping):
        return {without_addresses(str(key)): _redacted(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return without_addresses(value if isinstance(value, str) else repr(value))


def _redact_values(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Redact before rendering: the escapes of JSON run into addresses."""
    return {key: _redacted(value) for key, value in event.items()}


def logging_config(level: str) -> dict[str, object]:
    """Configure structlog, and return the dictConfig that sends other libraries' records the same way."""
    shared: tuple[Processor, ...] = (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ExtraAdder(allow=("kind",)),  # not all: Django's are requests
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": list(shared),
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    _redact_values,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            },
        },
        "filters": {"without_paths": {"()": WithoutPaths}},
        "handlers": {
            "standard_error": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "filters": ["without_paths"],
            }
        },
        "root": {"handlers": ["standard_error"], "level": level},
        "loggers": {"django": {"handlers": [], "propagate": True}},
    }
