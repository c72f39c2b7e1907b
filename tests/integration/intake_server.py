# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real web server with an open election, in a process of its own, for crowds of voters.

`python -m tests.integration.intake_server` opens the election in the database of the settings; as a WSGI
module it serves with the trouble that the environment names.
"""

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
from tests.keys import Stream

ROOT = Path(__file__).parents[2]
SLUG = "harvest"
VOTERS = 96
PATIENCE = 60  # s
TROUBLE = "VERITALLY_TEST_TROUBLE"  # name=value, separated by commas
MODULE = "tests.integration.intake_server"


@contextmanager
def serving(folder: Path, *, workers: int = 1, trouble: str = "") -> Iterator[tuple[str, str]]:
    """Serve from `folder`; yield the address and the fingerprint."""
    from voting.local import free_port

    port = free_port(0)
    base = f"http://127.0.0.1:{port}"
    environment = _environment(folder, base) | {TROUBLE: trouble}
    for command in (["manage.py", "migrate"], ["manage.py", "collectstatic", "--noinput"]):
        subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )
    opened = subprocess.run(
        [sys.executable, "-m", MODULE], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
    )
    gunicorn = ["-m", "gunicorn", f"{MODULE}:application()", "-b", f"127.0.0.1:{port}", "-w", str(workers)]
    with (
        (folder / "server.log").open("wb") as log,
        subprocess.Popen([sys.executable, *gunicorn], cwd=ROOT, env=environment, stderr=log) as server,
    ):
        try:
            _wait(f"{base}/board/{SLUG}/checkpoint")
            yield base, opened.stdout.decode().strip()
        finally:
            server.terminate()


def application():
    """The server's application, in trouble."""
    from voting.wsgi import application as wsgi

    named = dict(part.split("=") for part in os.environ[TROUBLE].split(",") if part)
    if named:
        _make_trouble(named)
    return wsgi


def _make_trouble(named: dict[str, str]) -> None:
    from voting.services import gathering

    cast = gathering.cast

    def troubled(election, submissions, *, now):
        time.sleep(float(named.get("slow", "0")))
        if any(submission.commitments == b"" for submission in submissions) and "crash" in named:
            raise ZeroDivisionError
        return cast(election, submissions, now=now)

    gathering.cast = troubled
    gathering.WAITING = int(named.get("waiting", gathering.WAITING))
    gathering.PATIENCE = float(named.get("patience", gathering.PATIENCE))


def _environment(folder: Path, base: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "VERITALLY_LOCAL": "true",
        "VERITALLY_BASE_URL": base,
        "VERITALLY_DATA_DIR": str(folder),
        "DATABASE_URL": os.environ.get("VERITALLY_INTAKE_DATABASE_URL", f"sqlite:///{folder / 'server.db'}"),
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


def _open() -> None:
    import django

    django.setup()
    from django.utils import timezone

    from tests.integration.voting_world import parties, questions, texts
    from voting.rehearsal import staging
    from voting.services import log_key

    log_key.create()
    draft = staging.rehearsal_draft(
        slug=SLUG,
        title=texts("Harvest"),
        contests=questions(),
        parties=parties(),
        threshold=2,
        modulus_bits=1024,
        voters=VOTERS,
        now=timezone.now(),
        ballots_per_credential=3,
    )
    staged = staging.stage(draft, parties(), voters=VOTERS, now=timezone.now(), entropy=Stream(b"harvest"))
    sys.stdout.write(staged.election.fingerprint)


if __name__ == "__main__":
    _open()
