# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of a booth's files (docs/spec/record.md, "Opening"): read strictly, or made of a folder."""

import hashlib
import re
from pathlib import Path

from tally.monitor.errors import MalformedList, OtherDigest

_LINE = re.compile(r"([0-9a-f]{64})  ([a-z0-9_]+(?:[/.-][a-z0-9_]+)*)")
_MOST = 2_000  # files


def read_list(data: bytes, digest: str) -> dict[str, str]:
    """Return path → SHA-256 of the files in a list of this digest. Raises OtherDigest, MalformedList."""
    computed = hashlib.sha256(data).hexdigest()
    if computed != digest:
        raise OtherDigest("the list of files", expected=digest, computed=computed)
    lines = data.decode("ascii", errors="replace").split("\n")
    if lines.pop() or not 0 < len(lines) <= _MOST:
        raise MalformedList("not a list of files", expected=f"1..{_MOST} lines", computed=len(lines))
    files = {}
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or found[2] in files:
            raise MalformedList("not a line of a list of files", computed=line[:200])
        files[found[2]] = found[1]
    if list(files) != sorted(files):
        raise MalformedList("a list of files is sorted by path")
    return files


def list_of(folder: Path) -> bytes:
    """Return the list of a folder, such as the booth's in a copy of the source; hidden files are left out."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    shown = (name for name in names if not any(part.startswith(".") for part in name.split("/")))
    rows = (f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in shown)
    return "".join(rows).encode("ascii", errors="replace")
