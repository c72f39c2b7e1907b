# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small election to be counted by real processes that are killed: on SQLite with files, or on real servers.

Both as docs/operations.md says: the server has PostgreSQL's application role, every party a user of
Redis, and the clock is a process of its own.
"""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from tally.access import Account, station_rules
from tests import servers
from tests.integration.tally_processes import ROOT, StationProcess, wait_until
from tests.integration.tally_town import town_of_three
from voting.demonstration.servers import make_redis, running_redis

TRUSTEES = (1, 2, 3)


class Setting:
    """Where server and stations meet, and how their broker is killed; see the two below."""

    folder: Path
    environment: dict[str, str]

    def station_broker(self, trustee: int) -> str:
        raise NotImplementedError

    def ask(self, query: str) -> list[tuple]:
        raise NotImplementedError

    def kill_broker(self) -> None:
        raise NotImplementedError


class Files(Setting):
    """SQLite, and a folder of messages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        data = folder / "data"
        data.mkdir()
        self._file = folder / "server.sqlite3"
        self.environment = servers.environment(
            data, database=f"sqlite:///{self._file}", broker="filesystem://"
        )
        self._messages = data / "broker"

    def station_broker(self, trustee: int) -> str:
        return f"filesystem://{self._messages}"

    def ask(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    def kill_broker(self) -> None:
        """All messages are gone."""
        for file in (self._messages / "messages").iterdir():
            file.unlink(missing_ok=True)


class Servers(Setting):
    """PostgreSQL, and a Redis that can be killed."""

    def __init__(self, folder: Path, database: servers.Database, stack: ExitStack) -> None:
        self.folder = folder
        data = folder / "data"
        data.mkdir()
        self._database = database
        redis_folder = folder / "redis"
        redis_folder.mkdir()
        self._redis = make_redis(redis_folder)
        fingerprint = town_of_three().fingerprint
        self._accounts = {
            trustee: Account(name=f"station-{trustee}", password=f"of station {trustee}".replace(" ", "-"))
            for trustee in TRUSTEES
        }
        for trustee, account in self._accounts.items():
            self._redis.allow(account.line(station_rules(fingerprint, trustee)))
        self._stack = stack
        self._process = stack.enter_context(running_redis(self._redis))
        self.environment = servers.environment(
            data, database=database.url, broker=self._redis.url(self._redis.server)
        )

    def station_broker(self, trustee: int) -> str:
        return self._redis.url(self._accounts[trustee])

    def ask(self, query: str) -> list[tuple]:
        with self._database.connect() as connection:
            return connection.execute(query).fetchall()

    def kill_broker(self) -> None:
        """kill -9, and again from its file of commands."""
        self._process.kill()
        self._process.wait()
        self._process = self._stack.enter_context(running_redis(self._redis))


class Count:
    """The server's worker and its clock, and three stations."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._world = town_of_three()
        self._worker: subprocess.Popen[bytes] | None = None
        self._clock: subprocess.Popen[bytes] | None = None
        self._log = setting.folder / "server.log"
        board = setting.folder / "board"
        prepared = subprocess.run(
            [sys.executable, "-m", "tests.integration.tally_setup", str(board)],
            cwd=ROOT,
            env=setting.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert prepared.stdout == self._world.fingerprint, prepared.stderr
        self.stations = [
            StationProcess(
                setting.folder, trustee, self._world, board=board, broker=setting.station_broker(trustee)
            )
            for trustee in TRUSTEES
        ]

    def run(self) -> None:
        for station in self.stations:
            station.start()
        self._start_worker()
        self._clock = self._start("beat", "--schedule", str(self._setting.folder / "beat"))

    def kill_worker(self) -> None:
        """kill -9 of the worker with its children, and a new one."""
        _kill_group(self._worker)
        self._start_worker()

    def kill_workers_child(self) -> None:
        """kill -9 of the process that runs the tasks; the worker itself goes on."""
        assert self._worker is not None
        children = _children(self._worker.pid)
        assert children
        for child in children:
            os.kill(child, signal.SIGKILL)
        wait_until(lambda: set(_children(self._worker.pid)) - set(children), "another child")

    def _start_worker(self) -> None:
        queues = ("--queues", "celery,tally-server,mail", "--concurrency", "1")
        self._worker = self._start("worker", *queues, "--without-gossip", "--without-mingle")

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """In a session of its own, as under a supervisor."""
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", "voting", *arguments],
                cwd=ROOT,
                env=self._setting.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def restart(self, trustee: int) -> None:
        """kill -9 of a station, and again from its memory."""
        self.stations[trustee - 1].kill()
        self.stations[trustee - 1].start()

    def wait_for(self, what: str, query: str, condition: Callable[[list[tuple]], bool]) -> None:
        try:
            wait_until(lambda: condition(self._setting.ask(query)), what)
        except AssertionError as error:
            logs = [self._log.read_text()[-4000:], *(station.text[-1500:] for station in self.stations)]
            raise AssertionError("\n\n".join([str(error), *logs])) from error

    def wait_for_answers(self, phase: str, number: int) -> None:
        query = f"SELECT count(*) FROM tally_stationrequest WHERE state = 'answered' AND phase = '{phase}'"  # noqa: S608  # our own
        self.wait_for(f"{number} of {phase}", query, lambda rows: rows[0][0] >= number)

    def check_result(self) -> None:
        """The tally ends, each request was answered once, and the board verifies as an observer reads it."""
        self.wait_for("the result", "SELECT state FROM tally_tally", lambda rows: rows == [("final",)])
        rows = self._setting.ask("SELECT phase, state, count(*) FROM tally_stationrequest GROUP BY 1, 2")
        assert sorted(rows) == [("acknowledge", "answered", 3), ("share", "answered", 3)]
        done = subprocess.run(
            [sys.executable, "-m", "tests.integration.tally_verdict", self._world.fingerprint],
            cwd=ROOT,
            env=self._setting.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == "verified", done.stderr

    def stop(self) -> None:
        for station in self.stations:
            station.kill()
        for process in (self._clock, self._worker):
            _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _children(process: int) -> list[int]:
    """Of all its threads: on the filesystem transport another one than the first starts them."""
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text().split()]
