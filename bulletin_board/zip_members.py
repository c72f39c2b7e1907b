# SPDX-License-Identifier: AGPL-3.0-or-later
"""The members of a board's archive: a ZIP file of plain files, stored one behind the other.

Specification: docs/spec/board.md, "Resources". Written for that form alone, as verifier/sources/zip.js is,
which must take and refuse the same. Whatever a usual reader forgives is refused: compression, encryption,
links, one path twice, other paths than a board's, and anything before, between or behind the members.
"""

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from stat import S_IFMT, S_IFREG

from bulletin_board.codec.canonical import MAX_INTEGER
from bulletin_board.errors import MalformedPath, UnsafeArchive
from bulletin_board.layout import check_resource

MAX_MEMBERS = 5_000_000

_END = struct.Struct("<4s6xHIIH")  # signature; members, size and place of the directory; length of a comment
_LOCATOR_64 = struct.Struct("<4s4xQ4x")  # signature, place of the end of 64 bits
_END_64 = struct.Struct("<4s28xQQQ")  # signature; members, size and place of the directory
_ENTRY = struct.Struct("<4s4xHH4xIIIHHH4xII")
_LOCAL = struct.Struct("<4s22xHH")  # signature; lengths of name and extra field
_SIGNATURES = {
    _END: b"PK\5\6",
    _LOCATOR_64: b"PK\6\7",
    _END_64: b"PK\6\6",
    _ENTRY: b"PK\1\2",
    _LOCAL: b"PK\3\4",
}
_IN_64, _COUNT_IN_64 = 0xFFFF_FFFF, 0xFFFF
_EXTRA_64 = 1
_ENCRYPTED = 1


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive: `size` bytes with this checksum; with its own header, from `start` to `end`."""

    path: str
    size: int
    crc: int
    start: int
    end: int


class Members:
    """The members of an open archive, by path; any number of threads may read."""

    def __init__(self, file: Path) -> None:
        """Read the directory; raises UnsafeArchive, OSError."""
        self._opened = file.open("rb")
        try:
            self._size = os.fstat(self._opened.fileno()).st_size
            self._members = self._directory()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._opened.close()

    def get(self, path: str) -> Member | None:
        """Return the member at `path`, if there is one."""
        return self._members.get(path)

    def read(self, member: Member) -> bytes:
        """Return a member's bytes; raises UnsafeArchive if they or their header are damaged, OSError."""
        name_length, extra_length = self._record(_LOCAL, member.start)
        head = self._bytes(member.start + _LOCAL.size, name_length + extra_length)
        begin = member.start + _LOCAL.size + len(head)
        if head[:name_length] != member.path.encode() or begin + member.size != member.end:
            raise UnsafeArchive("its header is damaged", computed=member.path)
        data = self._bytes(begin, member.size)
        if zlib.crc32(data) != member.crc:
            raise UnsafeArchive("damaged", computed=member.path)
        return data

    def _bytes(self, start: int, length: int) -> bytes:
        if start < 0 or start + length > self._size:
            raise UnsafeArchive("cut off, or no ZIP archive")
        parts, left = [], length
        while left:
            parts.append(os.pread(self._opened.fileno(), left, start + length - left))
            if not parts[-1]:
                raise UnsafeArchive("cut off while it was read")
            left -= len(parts[-1])
        return b"".join(parts)

    def _record(self, form: struct.Struct, start: int) -> tuple[int, ...]:
        signature, *fields = form.unpack(self._bytes(start, form.size))
        if signature != _SIGNATURES[form]:
            raise UnsafeArchive("not a ZIP archive, or something in it is not where it should be")
        return tuple(fields)

    def _directory(self) -> dict[str, Member]:
        count, size, start = self._end()
        if count > MAX_MEMBERS:
            raise UnsafeArchive("too many members", expected=f"at most {MAX_MEMBERS}", computed=count)
        directory, place = self._bytes(start, size), 0
        found: dict[str, tuple[int, int, int]] = {}
        for _ in range(count):
            path, figures, length = _entry(directory, place)
            if path in found:
                raise UnsafeArchive("one path twice", computed=path)
            found[path] = figures
            place += length
        if place != size:
            raise UnsafeArchive("its directory has another size", expected=size, computed=place)
        return _in_their_places(found, start)

    def _end(self) -> tuple[int, int, int]:
        """How many members there are, and how long and where the directory is: right before the end."""
        behind = self._size - _END.size
        *found, comment = self._record(_END, behind)
        if comment:
            raise UnsafeArchive("a comment behind it")
        if self._is_large(behind):
            behind -= _LOCATOR_64.size + _END_64.size
            (place,) = self._record(_LOCATOR_64, behind + _END_64.size)
            whole = self._record(_END_64, behind)
            shown = zip(found, whole, (_COUNT_IN_64, _IN_64, _IN_64), strict=True)
            if place != behind or any(small not in {large, mark} for small, large, mark in shown):
                raise UnsafeArchive("its two ends contradict each other")
            found = list(map(_safe, whole))
        count, size, start = found
        if start + size != behind:
            raise UnsafeArchive(
                "its directory is not where it should be", expected=behind, computed=start + size
            )
        return count, size, start

    def _is_large(self, behind: int) -> bool:
        start = behind - _LOCATOR_64.size
        return start >= 0 and self._bytes(start, 4) == _SIGNATURES[_LOCATOR_64]


def _entry(directory: bytes, place: int) -> tuple[str, tuple[int, int, int], int]:
    """A member's path; its size, checksum and place; and the length of its entry."""
    if place + _ENTRY.size > len(directory):
        raise UnsafeArchive("its directory is damaged")
    signature, flags, method, *figures, kind, start = _ENTRY.unpack_from(directory, place)
    crc, packed, size, name_length, extra_length, comment_length = figures
    begin = place + _ENTRY.size
    length = _ENTRY.size + name_length + extra_length + comment_length
    if signature != _SIGNATURES[_ENTRY] or place + length > len(directory):
        raise UnsafeArchive("its directory is damaged")
    path = directory[begin : begin + name_length].decode("latin-1")
    extra = directory[begin + name_length : begin + name_length + extra_length]
    size, packed, start = _whole((size, packed, start), extra)
    _check_member(path, flags=flags, kind=kind >> 16, is_packed=method != 0 or packed != size)
    return path, (size, crc, start), length


def _check_member(path: str, *, flags: int, kind: int, is_packed: bool) -> None:
    try:
        check_resource(path)
    except MalformedPath:
        raise UnsafeArchive("a member that is no resource of a board", computed=ascii(path)) from None
    if flags & _ENCRYPTED:
        raise UnsafeArchive("encrypted", computed=path)
    if S_IFMT(kind) not in {0, S_IFREG}:
        raise UnsafeArchive("not a plain file", computed=path)
    if is_packed:
        raise UnsafeArchive("compressed", computed=path)


def _whole(figures: tuple[int, int, int], extra: bytes) -> list[int]:
    """Size, packed size and place; those that do not fit stand in the extra field, in this order."""
    place, found = _extra_64(extra), []
    for figure in figures:
        if figure != _IN_64:
            found.append(figure)
            continue
        if place + 8 > len(extra):
            raise UnsafeArchive("its directory is damaged")
        found.append(_safe(int.from_bytes(extra[place : place + 8], "little")))
        place += 8
    return found


def _extra_64(extra: bytes) -> int:
    """Where the figures of 64 bits begin; the end, if there are none."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        if kind == _EXTRA_64:
            return place + 4
        place += 4 + length
    return len(extra)


def _safe(number: int) -> int:
    if number > MAX_INTEGER:
        raise UnsafeArchive("a number beyond all bounds")
    return number


def _in_their_places(found: dict[str, tuple[int, int, int]], end: int) -> dict[str, Member]:
    """Every member ends where the next begins, the last at the directory; the first begins the file."""
    members = {}
    for path, (size, crc, start) in sorted(found.items(), key=lambda item: item[1][2], reverse=True):
        if start + _LOCAL.size + len(path) + size > end:
            raise UnsafeArchive("members overlap", computed=path)
        members[path] = Member(path, size, crc, start, end)
        end = start
    if end != 0:
        raise UnsafeArchive("something before its first member")
    return members
