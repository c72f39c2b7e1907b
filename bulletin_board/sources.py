# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a board is read from: a folder, a web address or a ZIP archive.

Specification: docs/spec/board.md, "Resources". A source hands out bytes up to a limit and trusts nobody: what
the bytes say is checked by reader.py and those who use it.
"""

import http.client
import zlib
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

from bulletin_board.errors import (
    NotFound,
    RefusedAddress,
    ResourceTooLarge,
    SourceUnavailable,
)
from bulletin_board.http_client import BoundedClient, HTTPResponse
from bulletin_board.layout import check_path
from bulletin_board.zip_members import Members

TIMEOUT = 30  # s, without a byte
DEADLINE = 900  # s, for one resource over HTTP

_CHUNK = 1 << 16
_ASKED = {"Accept-Encoding": "identity"}
_GONE = {404, 410}
_GZIP_HEAD = 1_024  # bytes that gzip may put before and behind; in between, a 64th of what it packs
_GZIP = zlib.MAX_WBITS | 16


class Source(Protocol):
    """One board, read by path."""

    def read(self, path: str, *, limit: int) -> bytes:
        """Return the resource at `path`, at most `limit` bytes.

        Raises NotFound, ResourceTooLarge, another SourceError, or MalformedPath.
        """


class _Readable(Protocol):
    def read(self, amount: int, /) -> bytes: ...


class _Closable:
    """A source that may hold something open; a context manager."""

    def close(self) -> None:
        """Let go of what is held open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class FolderSource(_Closable):
    """A board in a folder, as `export_board` writes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str, *, limit: int) -> bytes:
        """Return the file at `path`: see `Source`."""
        check_path(path)
        file = self._folder / path
        try:
            if not file.is_file():  # nor a pipe, which would never end
                raise NotFound(f"no {path} in the folder")
            with file.open("rb") as opened:
                return _read_up_to(opened, path, limit)
        except FileNotFoundError:  # a partial tile that the full one has just replaced
            raise NotFound(f"no {path} in the folder") from None
        except OSError as error:
            raise SourceUnavailable(f"{path}: {error.strerror}") from error


class ZipSource(_Closable):
    """A board in one ZIP archive, as `export_board` writes it; raises UnsafeArchive for any other."""

    def __init__(self, file: Path) -> None:
        try:
            self._members = Members(file)
        except OSError as error:
            raise SourceUnavailable(f"archive: {error.strerror}") from error

    def close(self) -> None:
        """Close the archive."""
        self._members.close()

    def read(self, path: str, *, limit: int) -> bytes:
        """Return the member at `path`: see `Source`."""
        check_path(path)
        member = self._members.get(path)
        if member is None:
            raise NotFound(f"no {path} in the archive")
        if member.size > limit:
            raise _too_large(path, limit, member.size)
        try:
            return self._members.read(member)
        except OSError as error:
            raise SourceUnavailable(f"{path}: {error.strerror}") from error


class HttpSource(_Closable):
    """A board on a web server, read over one connection at a time; no redirect is followed."""

    def __init__(self, address: str) -> None:
        scheme, host, port, self._prefix = _split_address(address)
        self._client = BoundedClient(scheme, host, port, idle=TIMEOUT)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def read(self, path: str, *, limit: int) -> bytes:
        """Return the resource at `path`, read within DEADLINE: see `Source`."""
        check_path(path)
        try:
            response = self._client.request("GET", f"{self._prefix}/{path}", None, _ASKED, seconds=DEADLINE)
            try:
                return _body(response, path, limit)
            finally:
                if not response.isclosed():  # the rest of an answer would be read as the next one
                    self.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise SourceUnavailable(f"{path}: {type(error).__name__}: {error}") from error


def open_source(text: str) -> FolderSource | HttpSource | ZipSource:
    """Return the source that `text` names: a web address, a folder, or else a ZIP archive.

    Use it in a `with` statement. Raises RefusedAddress, UnsafeArchive, or NotFound if there is no such file.
    """
    if "://" in text:
        return HttpSource(text)
    place = Path(text)
    if place.is_dir():
        return FolderSource(place)
    if place.is_file():
        return ZipSource(place)
    raise NotFound(f"no folder and no file: {text}")


def _body(response: HTTPResponse, path: str, limit: int) -> bytes:
    if response.status in _GONE:
        response.read(_CHUNK)  # a short answer is read to its end, and the connection kept
        raise NotFound(f"no {path} on the server")
    if response.status != http.client.OK:
        raise SourceUnavailable(f"{path}: unexpected answer", expected=200, computed=response.status)
    encoding = response.getheader("Content-Encoding", "identity").lower()
    if encoding == "gzip":  # C2SP tlog-tiles lets a log send its bundles so, whatever it was asked
        packed = _whole(response, path, limit + limit // 64 + _GZIP_HEAD)
        return _unpacked(packed, path, limit)
    if encoding != "identity":
        raise SourceUnavailable(f"{path}: the server encoded the answer though it was asked not to")
    return _whole(response, path, limit)


def _whole(response: HTTPResponse, path: str, limit: int) -> bytes:
    promised = response.length
    data = _read_up_to(response, path, limit)
    if promised is not None and len(data) != promised:
        raise SourceUnavailable(f"{path}: cut off", expected=promised, computed=len(data))
    return data


def _unpacked(packed: bytes, path: str, limit: int) -> bytes:
    unpacking = zlib.decompressobj(_GZIP)
    try:
        data = unpacking.decompress(packed, limit + 1)
    except zlib.error as error:
        raise SourceUnavailable(f"{path}: {error}") from None
    if len(data) > limit:
        raise _too_large(path, limit, len(data))
    if not unpacking.eof or unpacking.unused_data:
        raise SourceUnavailable(f"{path}: not one gzip member, whole and alone")
    return data


def _read_up_to(opened: _Readable, path: str, limit: int) -> bytes:
    chunks, size = [], 0
    while chunk := opened.read(min(_CHUNK, limit + 1 - size)):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise _too_large(path, limit, size)
    return b"".join(chunks)


def _split_address(address: str) -> tuple[str, str, int | None, str]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise RefusedAddress("not an address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RefusedAddress("not an http or https address")
    if parts.username is not None or parts.query or parts.fragment or not address.isascii():
        raise RefusedAddress("the address of a board has no user name, query or fragment")
    if any(character <= " " for character in address):
        raise RefusedAddress("an address holds no white space")
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")


def _too_large(path: str, limit: int, size: int) -> ResourceTooLarge:
    return ResourceTooLarge(f"{path}: too large", expected=f"at most {limit}", computed=f"at least {size}")
