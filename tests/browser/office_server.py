# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real server in processes of its own, with the office's elections at every stage."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.pages_server import ROOT, _environment, _wait
from voting.local import free_port

DATA = "tests.integration.office_data"


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
