# SPDX-License-Identifier: AGPL-3.0-or-later
"""A PostgreSQL and a Redis of our own, in temporary folders, for one command: the demonstration, or tests.

`python -m voting.demonstration.servers COMMAND …` starts both, runs the command with their addresses in its
environment, and stops them. Roles and access list are those of docs/operations.md. PostgreSQL listens on a
socket in its folder only, and refuses to be root: root starts it as Debian's account "postgres", or as
"nobody". Not for production: nothing is kept.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tally.access import OFF, Account, operator_rules, server_rules
from voting.errors import ServerMissing, ServerNotStarted, VotingError

OWNER_URL = "VERITALLY_DEMO_OWNER_URL"  # the database, as the role that owns the tables
OPERATOR_URL = "VERITALLY_DEMO_OPERATOR_URL"  # Redis, as the user who may change the access list
ACCESS_LIST = "VERITALLY_DEMO_ACCESS_LIST"  # the file that holds it
OWNER, APPLICATION = "veritally_owner", "veritally"
_DATABASE = "veritally"
_ACCOUNTS = ("postgres", "nobody")
_START = 60.0  # s
_STOP = 30.0  # s
_POLL = 0.05  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgreSQL:
    """A cluster in `folder`, where its socket is, too; its superuser is the account that runs it."""

    folder: Path
    superuser: str

    def url(self, user: str, database: str) -> str:
        """Return the address of a database."""
        return f"postgres://{user}@/{database}?host={self.folder}"

    def run(self, *statements: str, database: str = "postgres") -> str:
        """Run statements as the superuser, one by one; return what they print."""
        arguments = [part for statement in statements for part in ("--command", statement)]
        flags = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        done = subprocess.run(  # noqa: S603  # our own arguments
            [program("psql"), *flags, *arguments, self.url(self.superuser, database)],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def create_database(self, name: str) -> None:
        """Make a database that belongs to the migration role."""
        self.run(f'CREATE DATABASE "{name}" OWNER {OWNER}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Redis:
    """A Redis on a free port of this machine; `folder` holds its log of commands and its access list."""

    folder: Path
    port: int
    server_password: str
    operator_password: str

    def url(self, account: Account) -> str:
        """Return the address for one user."""
        return f"redis://{account.name}:{account.password}@127.0.0.1:{self.port}/0"

    @property
    def server(self) -> Account:
        """The user of the server's own processes."""
        return Account(name="veritally", password=self.server_password)

    @property
    def operator(self) -> Account:
        """The user who changes the access list."""
        return Account(name="operator", password=self.operator_password)

    def arguments(self) -> list[str]:
        """Return the command line of the server."""
        return [program("redis-server"), str(self.folder / "redis.conf")]

    @property
    def access_list(self) -> Path:
        """The file of users."""
        return self.folder / "users.acl"

    def allow(self, *lines: str) -> None:
        """Put users into the access list; it must then be loaded."""
        add_users(self.access_list, *lines)


def add_users(file: Path, *lines: str) -> None:
    """Put lines into a file of users, each in place of an earlier one for the same user."""
    users = {line.split()[1]: line for line in (*file.read_text("ascii").splitlines(), *lines)}
    file.write_text("".join(f"{line}\n" for line in users.values()), "ascii")


def program(name: str) -> str:
    """Return the path of a program of PostgreSQL or Redis. Raises ServerMissing."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True):
        if (folder / name).is_file():
            return str(folder / name)
    found = shutil.which(name)
    if found is None:
        raise ServerMissing(
            f"the program {name} was not found. Install it: sudo apt install postgresql redis-server"
        )
    return found


@contextmanager
def postgresql(*, durable: bool) -> Iterator[PostgreSQL]:
    """Run a fresh PostgreSQL with both roles; `durable` costs a write to the disk for every commit."""
    account = _unprivileged()
    prefix = [] if account is None else _as(account)
    with _folder("postgresql", account) as folder:
        data = folder / "data"
        user = account.pw_name if account else pwd.getpwuid(os.getuid()).pw_name
        initdb = [program("initdb"), "--pgdata", str(data), "--auth=trust", "--encoding=UTF8", "--no-locale"]
        _check([*prefix, *initdb, "--no-sync", "--no-instructions"], cwd=folder)
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
        if not durable:
            options += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        server = PostgreSQL(folder=folder, superuser=user)
        argv = [*prefix, program("postgres"), "-D", str(data), "-c", "max_connections=60", *options]
        # SIGINT: end the sessions and shut down; SIGTERM would wait for every client to leave.
        with _running(argv, folder, stop=signal.SIGINT) as process:
            _wait(process, lambda: server.run("SELECT 1") == "1", folder / "log")
            server.run(f"CREATE ROLE {OWNER} LOGIN", f"CREATE ROLE {APPLICATION} LOGIN")
            yield server


@contextmanager
def redis() -> Iterator[Redis]:
    """Run a fresh Redis with an append-only file and an access list."""
    with _folder("redis", None) as folder:
        server = make_redis(folder)
        with running_redis(server):
            yield server


def make_redis(folder: Path) -> Redis:
    """Write configuration and access list of a new Redis."""
    server = Redis(
        folder=folder,
        port=_free_port(),
        server_password=secrets.token_urlsafe(24),
        operator_password=secrets.token_urlsafe(24),
    )
    (folder / "redis.conf").write_text(
        f"bind 127.0.0.1\nport {server.port}\ndir {folder}\naclfile {server.access_list}\n"
        'appendonly yes\nappendfsync always\nsave ""\nmaxmemory-policy noeviction\n'
    )
    server.access_list.touch(mode=0o600)
    server.allow(
        OFF,
        server.server.line(server_rules()),
        server.operator.line(operator_rules()),
    )
    return server


@contextmanager
def running_redis(server: Redis) -> Iterator[subprocess.Popen[bytes]]:
    """Run what `make_redis` made, or run it again with what its file of commands holds."""
    with _running(server.arguments(), server.folder, stop=signal.SIGTERM) as process:
        _wait(process, lambda: _listens(server.port), server.folder / "log")
        yield process


def main(arguments: Sequence[str]) -> int:
    """Run a command with both servers; return its exit code."""
    with postgresql(durable=True) as database, redis() as broker:
        database.create_database(_DATABASE)
        environment = os.environ | {
            "DATABASE_URL": database.url(APPLICATION, _DATABASE),
            OWNER_URL: database.url(OWNER, _DATABASE),
            "CELERY_BROKER_URL": broker.url(broker.server),
            OPERATOR_URL: broker.url(broker.operator),
            ACCESS_LIST: str(broker.access_list),
        }
        return run(arguments, environment)


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command of this process. Ctrl-C reaches it by the terminal; other signals are passed on."""
    with subprocess.Popen(arguments, env=environment) as process:  # noqa: S603  # what the caller typed

        def pass_on(number: int, _frame: FrameType | None) -> None:
            if number != signal.SIGINT:
                process.send_signal(number)

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, pass_on)
        return process.wait()


def _version(folder: Path) -> int:
    major = folder.parent.name
    return int(major) if major.isdigit() else 0


def _unprivileged() -> pwd.struct_passwd | None:
    """The account to become when this one is root. Raises ServerMissing."""
    if os.getuid() != 0:
        return None
    for name in _ACCOUNTS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerMissing("PostgreSQL refuses to run as root, and there is no other account: run as a user")


def _as(account: pwd.struct_passwd) -> list[str]:
    ids = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    return [program("setpriv"), *ids, "--"]


@contextmanager
def _folder(name: str, owner: pwd.struct_passwd | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=f"veritally-{name}-") as text:
        if owner is not None:
            os.chown(text, owner.pw_uid, owner.pw_gid)
        yield Path(text)


@contextmanager
def _running(argv: Sequence[str], folder: Path, *, stop: signal.Signals) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a session of its own: Ctrl-C is for the command, which ends before its servers do."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603  # our own arguments
            [*argv], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True
        )
    try:
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _check(argv: Sequence[str], *, cwd: Path) -> None:
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603  # our own arguments
    if done.returncode:
        raise ServerMissing(f"{argv[-1]}: {done.stderr.strip()}")


def _wait(process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + _START
    while True:
        with contextlib.suppress(subprocess.CalledProcessError, OSError):
            if ready():
                return
        if process.poll() is not None or time.monotonic() > end:
            raise ServerNotStarted(f"a server did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(_POLL)


def _listens(port: int) -> bool:
    """PING without a password: a server that still reads its file of commands says LOADING instead."""
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"-NOAUTH")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except VotingError as refusal:
        sys.exit(str(refusal))
