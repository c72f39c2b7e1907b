# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real servers for tests: one PostgreSQL and one Redis a test process, started when asked for.

`python -m tests.servers COMMAND …` runs a whole test run on a PostgreSQL that does not wait for the disk.
"""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tally import test_modulus
from voting.demonstration import servers
from voting.demonstration.servers import APPLICATION, OWNER, PostgreSQL

ROOT = Path(__file__).parents[1]


def environment(data: Path, *, database: str, broker: str) -> dict[str, str]:
    """What the server's processes find in their environment: production's settings, on this machine."""
    return os.environ | {
        "DATABASE_URL": database,
        "CELERY_BROKER_URL": broker,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "VERITALLY_LOCAL": "true",
        "VERITALLY_BASE_URL": "http://127.0.0.1:8000",
        "VERITALLY_DATA_DIR": str(data),
        "DJANGO_SETTINGS_MODULE": "voting.settings",
        "LOG_LEVEL": "INFO",
        "PYTHONPATH": str(ROOT),
        test_modulus.VARIABLE: test_modulus.VALUE,
    }


def manage(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a management command in a process of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


class Database:
    """A database of its own, with the tables of the migration role and the rights of the application role."""

    def __init__(self, server: PostgreSQL, data: Path) -> None:
        self.server = server
        self.name = f"test_{secrets.token_hex(8)}"
        server.create_database(self.name)
        self.owner_url = server.url(OWNER, self.name)
        self.url = server.url(APPLICATION, self.name)
        owner = environment(data, database=self.owner_url, broker="filesystem://")
        for command in (("migrate", "--verbosity", "0"), ("grant_roles", APPLICATION)):
            done = manage(*command, env=owner)
            assert done.returncode == 0, done.stderr

    def connect(self, user: str = APPLICATION) -> psycopg.Connection:
        return psycopg.connect(self.server.url(user, self.name), autocommit=True)


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL that writes to the disk for every commit."""
    with servers.postgresql(durable=True) as server:
        yield server


@pytest.fixture(scope="session")
def redis():
    """A Redis with its file of commands and its access list."""
    with servers.redis() as server:
        yield server


@pytest.fixture
def new_database(postgresql, tmp_path):
    """A database for one test."""
    (tmp_path / "owner").mkdir()
    return Database(postgresql, tmp_path / "owner")


@pytest.fixture(scope="module")
def database(postgresql, tmp_path_factory):
    return Database(postgresql, tmp_path_factory.mktemp("data"))


def main(command: list[str]) -> int:
    """Run the command with its tests' databases on PostgreSQL."""
    with servers.postgresql(durable=False) as server:
        url = server.url(server.superuser, "postgres")
        return servers.run(command, os.environ | {"VERITALLY_TEST_DATABASE_URL": url})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
