# SPDX-License-Identifier: AGPL-3.0-or-later
"""One file by HTTP, asked for as a browser asks: no redirect is followed, nothing is read beyond its cap."""

import urllib.request
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit

from tally.monitor.errors import BadEncoding, Redirected, TooLong, Unreachable

TIMEOUT = 30  # s
LIMIT = 4 * 1024 * 1024  # bytes, of what is sent and of what it unpacks to
_OK = 200
# A server that knows the monitor by its headers would show it another booth than it shows to voters.
_BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept-Language": "en-US,en;q=0.5",
    "Accept-Encoding": "gzip, deflate",
}
_PAGE = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
}
_MODULE = {"Accept": "*/*", "Sec-Fetch-Dest": "script", "Sec-Fetch-Mode": "cors"}
_STYLE = {"Accept": "text/css,*/*;q=0.1", "Sec-Fetch-Dest": "style", "Sec-Fetch-Mode": "no-cors"}
_WINDOWS = {"gzip": 31, "deflate": 15}  # what zlib calls wbits


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file, unpacked, and the headers that came with it: their names in small letters."""

    data: bytes
    headers: tuple[tuple[str, str], ...]

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of a header, in the order in which they came."""
        return tuple(value for found, value in self.headers if found == name)


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


def fetch(address: str, page: str = "") -> Fetched:
    """Return what is at the address: a page, or a file that `page` loads.

    Raises BadEncoding, Redirected, TooLong, Unreachable.
    """
    if urlsplit(address).scheme not in {"http", "https"}:
        raise Unreachable("an address begins with https:// or http://", computed=address[:200])
    opener = urllib.request.build_opener(_NoRedirects)
    opener.addheaders = []  # its own name
    try:
        asked = urllib.request.Request(address, headers=_headers(address, page))  # noqa: S310  # see above
        with opener.open(asked, timeout=TIMEOUT) as response:
            data = _read(response, address)
            headers = tuple((name.lower(), value) for name, value in response.headers.items())
            status: int = response.status
    except HTTPError as error:
        error.close()
        raise Unreachable(address, expected=_OK, computed=error.code) from None
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(address, computed=type(error).__name__) from None
    if status != _OK:
        raise Unreachable(address, expected=_OK, computed=status)
    found = Fetched(data=data, headers=headers)
    return Fetched(data=unpacked(found, address), headers=headers)


def unpacked(found: Fetched, address: str) -> bytes:
    """Return the data as a browser would unpack it. Raises BadEncoding, TooLong."""
    encodings = found.values("content-encoding")
    if not encodings:
        return found.data
    window = _WINDOWS.get(encodings[0].strip().lower()) if len(encodings) == 1 else None
    if window is None:
        raise BadEncoding(address, expected=sorted(_WINDOWS), computed=encodings)
    unpacker = zlib.decompressobj(window)
    try:
        data = unpacker.decompress(found.data, LIMIT + 1)
    except zlib.error as error:
        raise BadEncoding(address, computed=str(error)) from None
    if len(data) > LIMIT:
        raise TooLong(address, expected=f"at most {LIMIT} bytes, unpacked")
    if not unpacker.eof or unpacker.unused_data:
        raise BadEncoding(address, expected="one compressed stream, to its end")
    return data


def _headers(address: str, page: str) -> Mapping[str, str]:
    if not page:
        return _BROWSER | _PAGE
    kind = _STYLE if address.endswith(".css") else _MODULE
    return _BROWSER | kind | {"Referer": page, "Sec-Fetch-Site": "same-origin"}


def _read(response: HTTPResponse, address: str) -> bytes:
    length = response.length  # as announced; None if it was not
    data = response.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise TooLong(address, expected=f"at most {LIMIT} bytes")
    if length is not None and len(data) < length:
        raise Unreachable(address, expected=f"{length} bytes", computed=len(data))
    return data
