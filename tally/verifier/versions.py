# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which versions of what a verification ran on; a report without them could not be repeated."""

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_JUDGING = ("bulletin_board", "tally")
_PACKAGES = (("Veritally", "veritally"), ("gmpy2", "gmpy2"), ("cryptography", "cryptography"))


def versions() -> tuple[tuple[str, str], ...]:
    """Return (name, version) of this program, of Python and of the libraries that compute."""
    found = ((name, version_of(package)) for name, package in _PACKAGES)
    return (*found, ("Python", platform.python_version()))


@cache
def program_version() -> str:
    """Return what tells this program from any other: its version, and a digest of its source.

    Two versions that run from their source have no other name. Raises LookupError if there is no source.
    """
    return f"{version_of('veritally')} {_digest(_ROOT)}"


def _digest(root: Path) -> str:
    """SHA-256 over the paths and digests of all modules of the packages that judge."""
    files = [file for package in _JUDGING for file in sorted((root / package).rglob("*.py"))]
    if not files:
        raise LookupError("the source of this program cannot be read")
    rows = (
        f"{file.relative_to(root).as_posix()} {hashlib.sha256(file.read_bytes()).hexdigest()}\n"
        for file in files
    )
    return hashlib.sha256("".join(rows).encode()).hexdigest()


def version_of(package: str) -> str:
    """Return the version of an installed package; of one that runs from its source, "not installed"."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
