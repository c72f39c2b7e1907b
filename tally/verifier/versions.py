# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which versions of what a verification ran on; a report without them could not be repeated."""

import platform
from importlib import metadata

_PACKAGES = (("Veritally", "veritally"), ("gmpy2", "gmpy2"), ("cryptography", "cryptography"))


def versions() -> tuple[tuple[str, str], ...]:
    """Return (name, version) of this program, of Python and of the libraries that compute."""
    found = ((name, version_of(package)) for name, package in _PACKAGES)
    return (*found, ("Python", platform.python_version()))


def program_version() -> str:
    """Return the version of this program."""
    return version_of("veritally")


def version_of(package: str) -> str:
    """Return the version of an installed package; of one that runs from its source, "not installed"."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
