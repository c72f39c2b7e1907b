# SPDX-License-Identifier: AGPL-3.0-or-later
"""Programs for browsers, served byte for byte as version control has them: the booth and the verifier.

Each is a folder. Its list is what `sha256sum` prints of its files; its digest, the SHA-256 of the list, names
it where it is served. The opening entry of every election names the booth's (docs/spec/record.md, "Opening").
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LIST = "files.txt"


@dataclass(frozen=True, slots=True)
class ServedCode:
    """The folder `name` below static/voting/, served as <name>/<digest>/<path> below the static address."""

    name: str

    @property
    def folder(self) -> Path:
        """Where version control has it."""
        return Path(__file__).resolve().parent / "static" / "voting" / self.name

    def listing(self) -> str:
        """Return one line "<SHA-256>  <path>" for each file, sorted by path."""
        return _listing(self)

    def digest(self) -> str:
        """Return the SHA-256 of the list, 64 hexadecimal digits."""
        return hashlib.sha256(self.listing().encode("ascii")).hexdigest()

    def path(self, part: str, digest: str = "") -> str:
        """Return where a file is served, below the static files' address: of this release, or of another."""
        return f"{self.name}/{digest or self.digest()}/{part}"

    def is_kept(self, root: Path, digest: str) -> bool:
        """Whether the folder of this digest, perhaps of an earlier release, is whole below `root`."""
        return _is_whole(root / self.name / digest, digest)


BOOTH = ServedCode("booth")
VERIFIER = ServedCode("verifier")
SERVED = (BOOTH, VERIFIER)


def file_list(folder: Path) -> str:
    """Return the list of any folder; hidden files are not part of it."""
    files = sorted(
        (path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file()
    )
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n"
        for name, path in files
        if not any(part.startswith(".") for part in name.split("/"))
    )


@cache
def _is_whole(folder: Path, digest: str) -> bool:
    try:
        listing = (folder / LIST).read_bytes()
    except OSError:
        return False
    names = [line.partition("  ")[2] for line in listing.decode("ascii", errors="replace").splitlines()]
    return hashlib.sha256(listing).hexdigest() == digest and all((folder / name).is_file() for name in names)


@cache
def _listing(code: ServedCode) -> str:
    return file_list(code.folder)
