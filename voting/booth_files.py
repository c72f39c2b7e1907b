# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of the booth, as version control has them, and the digest that names them together.

The list is what `sha256sum` prints, and the digest is the SHA-256 of the list. The opening entry of every
election names it (docs/spec/record.md, "Opening").
"""

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "static" / "voting" / "booth"
LIST = "files.txt"
ADDRESS = "booth"  # below the static files' address: booth/<digest>/<path>


@cache
def booth_list() -> str:
    """Return one line "<SHA-256>  <path>" for each file, sorted by path."""
    return file_list(FOLDER)


@cache
def booth_digest() -> str:
    """Return the SHA-256 of the list, 64 hexadecimal digits."""
    return hashlib.sha256(booth_list().encode("ascii")).hexdigest()


def booth_path(name: str) -> str:
    """Return where a file of the booth is served, below the static files' address."""
    return f"{ADDRESS}/{booth_digest()}/{name}"


def file_list(folder: Path) -> str:
    """Return the list of any folder; hidden files are not part of a booth."""
    files = sorted(
        (path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file()
    )
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n"
        for name, path in files
        if not any(part.startswith(".") for part in name.split("/"))
    )
