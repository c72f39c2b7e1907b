# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real server in processes of its own, with an election in each state, for a browser to look at."""

import atexit
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tally import test_modulus
from voting.local import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # s


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Prepare a database and static files in `folder` and serve them; yield the address."""
    port, environment = _prepare(folder)
    base = f"http://127.0.0.1:{port}"
    gunicorn = [sys.executable, "-m", "gunicorn", "voting.wsgi", "-b", f"127.0.0.1:{port}", "-w", "1"]
    with subprocess.Popen(gunicorn, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(f"{base}/robots.txt")
            yield base
        finally:
            server.terminate()


DATA = "tests.integration.pages_data"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A folder as it was before anybody was served from it; the names of its boards hold the port."""

    folder: Path
    port: int
    secret: str


_prepared: dict[tuple[str, ...], _Prepared] = {}  # by what is in it: once for all files that a process tests


def _prepare(folder: Path) -> tuple[int, dict[str, str]]:
    """Fill `folder`, from what was prepared before if its port is free; return port and environment."""
    kept = _prepared.get(_contents())
    if kept is not None and free_port(kept.port) == kept.port:
        shutil.copytree(kept.folder, folder, dirs_exist_ok=True)
        return kept.port, _environment(folder, f"http://127.0.0.1:{kept.port}") | {"SECRET_KEY": kept.secret}
    port = free_port(0)
    environment = _environment(folder, f"http://127.0.0.1:{port}")
    for command in (["manage.py", "migrate"], ["manage.py", "collectstatic", "--noinput"], ["-m", DATA]):
        subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )
    copy = Path(tempfile.mkdtemp(prefix="veritally-prepared-"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    _prepared[_contents()] = _Prepared(folder=copy, port=port, secret=environment["SECRET_KEY"])
    return port, environment


def _contents() -> tuple[str, ...]:
    given = _environment(Path(), "") | {"SECRET_KEY": ""}
    return (DATA, *(f"{name}={value}" for name, value in sorted(given.items())))


def _environment(folder: Path, base: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "VERITALLY_LOCAL": "true",
        "VERITALLY_BASE_URL": base,
        "VERITALLY_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "voting.settings",
        test_modulus.VARIABLE: test_modulus.VALUE,
    }


def _wait(address: str) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE):  # noqa: S310  # our own server
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
