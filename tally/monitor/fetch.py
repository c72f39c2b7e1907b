# SPDX-License-Identifier: AGPL-3.0-or-later
"""One file by HTTP: no redirect is followed, nothing is read beyond its cap."""

import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit

from tally.monitor.errors import Redirected, TooLong, Unreachable

TIMEOUT = 30  # s
LIMIT = 4 * 1024 * 1024  # bytes
_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file and the policy that came with it."""

    data: bytes
    policy: str


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(  # the base class's arguments
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        del fp, msg, headers
        raise Redirected(f"{req.full_url} leads elsewhere", computed=(code, newurl[:200]))


def fetch(address: str) -> Fetched:
    """Return what is at the address. Raises Redirected, TooLong, Unreachable."""
    if urlsplit(address).scheme not in {"http", "https"}:
        raise Unreachable("an address begins with https:// or http://", computed=address[:200])
    opener = urllib.request.build_opener(_NoRedirects)
    try:
        with opener.open(address, timeout=TIMEOUT) as response:
            data: bytes = response.read(LIMIT + 1)
            policy = ";".join(response.headers.get_all("Content-Security-Policy") or [])
            status: int = response.status
    except HTTPError as error:
        error.close()
        raise Unreachable(address, expected=_OK, computed=error.code) from None
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(address, computed=type(error).__name__) from None
    if status != _OK:
        raise Unreachable(address, expected=_OK, computed=status)
    if len(data) > LIMIT:
        raise TooLong(address, expected=f"at most {LIMIT} bytes")
    return Fetched(data=data, policy=policy)
