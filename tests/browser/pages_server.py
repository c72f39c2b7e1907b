# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real server in processes of its own, with an election in each state, for a browser to look at."""

import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tally import test_modulus
from voting.local import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # s


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Prepare a database and static files in `folder` and serve them; yield the address."""
    port = free_port(0)
    base = f"http://127.0.0.1:{port}"
    environment = _environment(folder, base)
    for command in (["manage.py", "migrate"], ["manage.py", "collectstatic", "--noinput"], ["-m", DATA]):
        subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )
    gunicorn = [sys.executable, "-m", "gunicorn", "voting.wsgi", "-b", f"127.0.0.1:{port}", "-w", "1"]
    with subprocess.Popen(gunicorn, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(f"{base}/robots.txt")
            yield base
        finally:
            server.terminate()


DATA = "tests.integration.pages_data"


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
