# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real server with a draft whose voters make their own keys, an identity provider, and mail as files."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.pages_server import ROOT, _environment, _wait
from voting.local import free_port

SLUG = "allotments"
PREPARE = f"""
import django; django.setup()
from tests.integration import registration_world
registration_world.prepare("{SLUG}")
"""
SEND = """
import django; django.setup()
from django.utils import timezone
from voting.registration.sending import send_due
send_due(clock=timezone.now)
"""


@dataclass
class Place:
    """Where it runs."""

    base: str
    folder: Path
    environment: dict[str, str]

    def run(self, code: str) -> None:
        """Run a piece of the server's code, as a worker would."""
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=self.environment, check=True)

    def mails(self) -> list[str]:
        """Send what is due; return all messages so far."""
        self.run(SEND)
        return [path.read_text() for path in sorted((self.folder / "mail").glob("*"))]


@contextmanager
def running(folder: Path) -> Iterator[Place]:
    """Prepare a database in `folder`, serve it, and run an identity provider beside it."""
    port, provider = free_port(0), free_port(0)
    base = f"http://127.0.0.1:{port}"
    environment = _environment(folder, base) | {
        "VERITALLY_VOTER_OIDC_ISSUER": f"http://127.0.0.1:{provider}",
        "VERITALLY_VOTER_OIDC_CLIENT_ID": "veritally",
        "VERITALLY_VOTER_OIDC_CLIENT_SECRET": "not-a-secret",
        "NO_PROXY": "127.0.0.1",
        "AUTHLIB_INSECURE_TRANSPORT": "1",
    }
    place = Place(base=base, folder=folder, environment=environment)
    for command in (["manage.py", "migrate"], ["manage.py", "collectstatic", "--noinput"], ["-c", PREPARE]):
        subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )
    gunicorn = [sys.executable, "-m", "gunicorn", "voting.wsgi", "-b", f"127.0.0.1:{port}", "-w", "1"]
    quiet = {"cwd": ROOT, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with (
        subprocess.Popen(
            [sys.executable, "-m", "oidc_provider_mock", "-p", str(provider)], **quiet
        ) as identity,
        subprocess.Popen(gunicorn, **quiet) as server,
    ):
        try:
            _wait(f"{base}/robots.txt")
            _wait(f"http://127.0.0.1:{provider}/.well-known/openid-configuration")
            yield place
        finally:
            server.terminate()
            identity.terminate()
