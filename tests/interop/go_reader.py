# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reader in Go: `build(folder)` compiles it; calling it gives the words it prints, or raises Refused."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("reader.go")
LIBRARIES = "/usr/share/gocode"  # as the distribution ships them, unmodified


class Refused(Exception):
    """The reader ended with 1; its message."""


@dataclass(frozen=True, slots=True)
class GoReader:
    """The compiled program."""

    program: Path

    def __call__(self, *arguments: object, stdin: bytes = b"") -> list[str]:
        done = subprocess.run(
            [self.program, *map(str, arguments)], input=stdin, capture_output=True, check=False
        )
        if done.returncode:
            assert done.returncode == 1, done.stderr.decode()  # anything else is a crash
            raise Refused(done.stderr.decode().strip())
        return done.stdout.decode().split()


def build(folder: Path) -> GoReader:
    """Compile the reader into `folder`."""
    settings = {"GO111MODULE": "off", "GOPATH": LIBRARIES, "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    program = folder / "reader"
    subprocess.run(["go", "build", "-o", program, SOURCE], env=os.environ | settings, check=True)
    return GoReader(program)
