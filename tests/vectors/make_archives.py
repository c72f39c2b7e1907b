# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write tests/vectors/archives.json, good and bad archives: `python -m tests.vectors.make_archives`."""

import io
import json
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "archives.json"
KEY, HEAD, BLOB = "log.vkey", "checkpoint", "blob/" + "ab" * 32
PLAIN, LINK, FOLDER, PIPE = 0o100644, 0o120777, 0o040755, 0o010644
LARGE = 0xFFFFFFFF
HEAD_CRC = zlib.crc32(b"head")


@dataclass
class Member:
    """A member, and what its headers say of it; None: the truth."""

    path: str
    data: bytes = b"head"
    local: str | None = None
    local_extra: bytes = b""
    behind: bytes = b""
    flags: int = 0
    method: int = 0
    kind: int = PLAIN
    packed: int | None = None
    size: int | None = None
    crc: int | None = None
    start: int | None = None
    extra: bytes = b""
    comment: bytes = b""


def end_64(count, size, start, place):
    return struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start) + struct.pack(
        "<4sIQI", b"PK\6\7", 0, place, 1
    )


def archive(*members, before=b"", between=b"", behind=b"", comment=b"", large=None, **said):
    """An archive of these members; `said` are the numbers at its end, `large` those of 64 bits."""
    body, directory = before, b""
    for member in members:
        start = len(body) if member.start is None else member.start
        size = len(member.data) if member.size is None else member.size
        packed = size if member.packed is None else member.packed
        crc = zlib.crc32(member.data) if member.crc is None else member.crc
        local = (member.path if member.local is None else member.local).encode("latin-1")
        body += struct.pack(
            "<4sHHHIIIIHH", b"PK\3\4", 20, 0, 0, 0, crc, packed, size, len(local), len(member.local_extra)
        )
        body += local + member.local_extra + member.data + member.behind
        path = member.path.encode("latin-1")
        directory += struct.pack(
            "<4sHHHHIIIIHHHHHII", b"PK\1\2", 0x0314, 20, member.flags, member.method, 0, crc, packed, size,
            len(path), len(member.extra), len(member.comment), 0, 0, member.kind << 16, start,
        )  # fmt: skip
        directory += path + member.extra + member.comment
    place = len(body) + len(between)
    numbers = {"count": len(members), "size": len(directory), "start": place} | said
    made = body + between + directory
    if large is not None:
        numbers_64 = {
            "count": len(members),
            "size": len(directory),
            "start": place,
            "place": len(made),
        } | large
        made += end_64(**numbers_64)
    count, size, start = numbers["count"], numbers["size"], numbers["start"]
    made += struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, size, start, len(comment))
    return made + comment + behind


def patched(data, place, octets):
    return data[:place] + octets + data[place + len(octets) :]


def extra_64(*numbers):
    return struct.pack(f"<HH{len(numbers)}Q", 1, 8 * len(numbers), *numbers)


def by_zipfile(*paths):
    opened = io.BytesIO()
    with zipfile.ZipFile(opened, "w", zipfile.ZIP_STORED) as members:
        for path in paths:
            members.writestr(zipfile.ZipInfo(path), b"head")
    return opened.getvalue()


GOOD = Member(HEAD)
EVERY = (HEAD, KEY, BLOB, "commitments/" + "ef" * 32, "tile/0/x001/067.p/5", "tile/entries/000")
READ = {
    "no member at all": (archive(), {}),
    "two members": (archive(GOOD, Member(KEY, b"")), {HEAD: b"head", KEY: b""}),
    "as an everyday tool writes them": (by_zipfile(HEAD, BLOB), {HEAD: b"head", BLOB: b"head"}),
    "every kind of resource": (archive(*map(Member, EVERY)), dict.fromkeys(EVERY, b"head")),
    "no kind of file named": (archive(Member(HEAD, kind=0)), {HEAD: b"head"}),
    "an extra field in a member's header": (archive(Member(HEAD, local_extra=b"\7\0\1\0x")), {HEAD: b"head"}),
    "an extra field and a comment in the directory": (
        archive(Member(HEAD, extra=b"\7\0\1\0x", comment=b"y")),
        {HEAD: b"head"},
    ),
    "large numbers that fit": (archive(GOOD, large={}), {HEAD: b"head"}),
    "large numbers that are not shown": (
        archive(GOOD, large={}, count=0xFFFF, size=LARGE, start=LARGE),
        {HEAD: b"head"},
    ),
    "a large size": (archive(Member(HEAD, size=LARGE, packed=LARGE, extra=extra_64(4, 4))), {HEAD: b"head"}),
    "a large place": (archive(Member(HEAD, start=LARGE, extra=b"\7\0\0\0" + extra_64(0))), {HEAD: b"head"}),
}

OPENED = {
    "nothing": b"",
    "two letters": b"PK",
    "an end that is all numbers": b"PK\5\6" + b"\xff" * 18,
    "cut off at its end": archive(GOOD)[:-1],
    "cut off at its beginning": archive(GOOD)[1:],
    "something before it": b"x" + archive(GOOD),
    "something before it that its numbers allow for": archive(GOOD, before=b"x"),
    "something before an empty directory": archive(before=b"x"),
    "something behind it": archive(GOOD, behind=b"x"),
    "a comment": archive(GOOD, comment=b"x"),
    "a comment that is an end": archive(GOOD, comment=archive()),
    "something between the directory and the end": archive(GOOD, start=33),
    "a member too few": archive(GOOD, Member(KEY), count=1),
    "a member too many": archive(GOOD, count=2),
    "a directory too short": archive(GOOD, size=10),
    "a directory beyond the end": archive(GOOD, size=1 << 20),
    "a directory somewhere else": archive(GOOD, start=0),
    "large numbers without their place": archive(GOOD, size=LARGE),
    "large numbers at another place": archive(GOOD, large={"place": 3}),
    "large numbers that contradict the small ones": archive(GOOD, Member(KEY), count=1, large={}),
    "a large number of members": archive(GOOD, count=0xFFFF, large={"count": 5_000_001}),
    "a large number beyond all bounds": archive(GOOD, count=0xFFFF, large={"count": 1 << 63}),
    "one path twice": archive(GOOD, Member(HEAD, b"other")),
    "a path that climbs out": archive(Member("../checkpoint")),
    "an absolute path": archive(Member("/checkpoint")),
    "a path of another system": archive(Member("blob\\" + "ab" * 32)),
    "a path in capitals": archive(Member("CHECKPOINT")),
    "a path with a zero byte": archive(Member("checkpoint\0.txt")),
    "a path that is no ASCII": archive(Member("ch\xe9ckpoint")),
    "no path": archive(Member("")),
    "a page": archive(GOOD, Member("index.html")),
    "a text in a folder": archive(GOOD, Member("evil/readme.txt")),
    "the lines": archive(GOOD, Member("entries.jsonl")),
    "a tile in another spelling": archive(GOOD, Member("tile/entries/x000/001")),
    "a folder": archive(Member("blob/", b"", kind=FOLDER)),
    "a folder by its kind alone": archive(Member(BLOB, b"", kind=FOLDER)),
    "a link": archive(Member(HEAD, b"/etc/passwd", kind=LINK)),
    "a pipe": archive(Member(HEAD, kind=PIPE)),
    "an encrypted member": archive(Member(HEAD, flags=1)),
    "a compressed member": archive(Member(HEAD, method=8)),
    "a member that grows": archive(Member(HEAD, size=1 << 30, packed=4)),
    "a member larger than the archive": archive(Member(HEAD, size=1 << 30)),
    "members that overlap": archive(GOOD, Member(KEY, start=1)),
    "members at one place": archive(GOOD, Member(KEY, start=0)),
    "a member beyond the end": archive(Member(HEAD, start=1 << 20)),
    "a large size that is not there": archive(Member(HEAD, size=LARGE, packed=LARGE)),
    "a large size beyond all bounds": archive(
        Member(HEAD, size=LARGE, packed=LARGE, extra=extra_64(1 << 63, 1 << 63))
    ),
}

WHEN_READ = {
    "another checksum": archive(Member(HEAD, crc=1)),
    "another name at its place": archive(Member(HEAD, local="checkpoinT")),
    "a longer name at its place": archive(
        Member(HEAD, local="checkpoint.", data=b"hea", size=4, crc=HEAD_CRC)
    ),
    "a shorter name at its place": archive(
        Member(HEAD, local="checkpoin", data=b"thead", size=4, crc=HEAD_CRC)
    ),
    "something behind a member": archive(Member(HEAD, behind=b"x"), Member(KEY)),
    "something before the directory": archive(GOOD, between=b"x"),
    "a description behind a member": archive(Member(HEAD, flags=8, behind=b"PK\7\x08" + bytes(12))),
    "an extra field that reaches into the next member": patched(archive(GOOD, Member(KEY)), 28, b"\5"),
}


def cases():
    for name, (data, members) in READ.items():
        yield {
            "name": name,
            "archive": data.hex(),
            "members": {path: held.hex() for path, held in members.items()},
        }
    for name, data in OPENED.items():
        yield {"name": name, "archive": data.hex(), "refused": "opened"}
    for name, data in WHEN_READ.items():
        yield {"name": name, "archive": data.hex(), "refused": "read", "path": HEAD}


def main() -> None:
    comment = "Archives of boards (docs/spec/board.md, Resources). Every reader takes and refuses the same."
    FILE.write_text(json.dumps({"comment": comment, "archives": list(cases())}, indent=1) + "\n")


if __name__ == "__main__":
    main()
