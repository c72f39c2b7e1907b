# SPDX-License-Identifier: AGPL-3.0-or-later
"""An nginx of our own, for one test, with words of docs/examples in its configuration."""

import os
import shutil
from pathlib import Path

SEARCH = os.environ.get("PATH", "") + ":/usr/sbin"
_KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def command(folder: Path, http: str) -> list[str]:
    """Write a configuration into `folder`, with `http` inside its http block; return what starts it."""
    program = shutil.which("nginx", path=SEARCH)
    assert program is not None, "nginx is missing: make test names the command that installs it"
    account = "user root;" if os.getuid() == 0 else ""
    folders = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in _KINDS)
    (folder / "nginx.conf").write_text(
        f"{account} daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{folders}{http}\n}}\n"
    )
    return [program, "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def changed(example: Path, changes: dict[str, str]) -> str:
    """Return the words of an example, each change made once at least."""
    words = example.read_text()
    for old, new in changes.items():
        assert old in words
        words = words.replace(old, new)
    return words
