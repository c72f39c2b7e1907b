# SPDX-License-Identifier: AGPL-3.0-or-later
"""Logs as one JSON object a line, with no network address in any of them.

An address beside a check code, in one line or in two a moment apart, would say who cast which ballot; so no
line has one. Requests are not logged: the web server's access log is off, turning it on breaks the promise.
"""

import re
from ipaddress import ip_address

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED = "[address]"
_CANDIDATE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f:.]{3,45}(?![0-9A-Za-z])")


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


def _render(logger: WrappedLogger, name: str, event: EventDict) -> str:
    text = structlog.processors.JSONRenderer(ensure_ascii=False)(logger, name, event)
    return without_addresses(text if isinstance(text, str) else text.decode())


def logging_config(level: str) -> dict[str, object]:
    """Configure structlog, and return the dictConfig that sends other libraries' records the same way."""
    shared: tuple[Processor, ...] = (
        structlog.contextvars.merge_contextvars,
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
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _render],
            },
        },
        "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["standard_error"], "level": level},
        "loggers": {"django": {"handlers": [], "propagate": True}},
    }
