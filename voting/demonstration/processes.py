# SPDX-License-Identifier: AGPL-3.0-or-later
"""The processes that the demonstration starts, watched until they are ended.

Each child leads a process group of its own, so that Ctrl-C reaches only the demonstration, which then ends
them in order, with their own children. One that ends early is an error that shows the end of its log. What
the children do is not known here; SIGKILL of the demonstration itself leaves them running.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from voting.errors import VotingError

GRACE = 15.0  # s between SIGTERM and SIGKILL
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_POLL = 0.05  # s
_TAIL_LINES = 25
_TAIL_BYTES = 16_384


class ChildFailed(VotingError):
    """A process that ended too early or failed; the message has the end of its log."""


class WaitedTooLong(VotingError):
    """Something that did not happen in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A started process: what people call it, its handle and its log file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def log_tail(self) -> str:
        """Return the last lines of the log."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - _TAIL_BYTES))
            lines = file.read().decode("utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_TAIL_LINES:])

    def failure(self, what: str) -> ChildFailed:
        """Return the error that says so."""
        return ChildFailed(
            f"{self.name} {what} (exit code {self.process.returncode}). "
            f"The end of {self.log}:\n{self.log_tail()}",
            computed=self.process.returncode,
        )


class Supervisor:
    """Starts children, notices their end, ends them all; a context manager."""

    def __init__(self, logs: Path, *, cwd: Path) -> None:
        self._logs = logs
        self._cwd = cwd
        self._services: list[Child] = []
        self._jobs: list[Child] = []

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, argv: Sequence[str], *, env: Mapping[str, str]) -> Child:
        """Start a process that must run until `stop`."""
        child = self._spawn(name, argv, env)
        self._services.append(child)
        return child

    def start_job(self, name: str, argv: Sequence[str], *, env: Mapping[str, str]) -> Child:
        """Start a process that must end by itself; see `finish`."""
        child = self._spawn(name, argv, env)
        self._jobs.append(child)
        return child

    def finish(
        self,
        jobs: Sequence[Child],
        *,
        timeout: float,
        allowed: Sequence[int] = (0,),
        tick: Callable[[], None],
    ) -> None:
        """Wait until every job has ended; `tick` is called all the while.

        Raises ChildFailed for an exit code that is not `allowed`, WaitedTooLong.
        """

        def all_ended() -> bool:
            tick()
            return all(job.process.poll() is not None for job in jobs)

        self.wait_until(all_ended, timeout=timeout, what=", ".join(job.name for job in jobs))
        for job in jobs:
            self._jobs.remove(job)
            if job.process.returncode not in allowed:
                raise job.failure("failed")

    def wait_until(self, condition: Callable[[], bool], *, timeout: float, what: str) -> None:
        """Wait for `condition`. Raises ChildFailed as soon as a service or job fails, WaitedTooLong."""
        end = time.monotonic() + timeout
        while True:
            self.check()
            if condition():
                return
            if time.monotonic() > end:
                raise WaitedTooLong(f"waited {timeout:.0f} seconds for: {what}. Logs are in {self._logs}")
            time.sleep(_POLL)

    def check(self) -> None:
        """Raise ChildFailed if a service has ended, or a job ended with a signal."""
        for child in self._services:
            if child.process.poll() is not None:
                raise child.failure("ended although it should go on")
        for child in self._jobs:
            if (child.process.poll() or 0) < 0:
                raise child.failure("was killed")

    def stop(self) -> None:
        """End every child, the youngest first; what does not end in time is killed, its children too."""
        before = signal.pthread_sigmask(
            signal.SIG_BLOCK, STOP_SIGNALS
        )  # a second Ctrl-C must not cut this off
        try:
            self._stop([*self._services, *self._jobs][::-1])
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _stop(self, children: Sequence[Child]) -> None:
        for child in children:
            _signal(child, signal.SIGTERM)
        end = time.monotonic() + GRACE
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):  # killed below, with its group
                child.process.wait(timeout=max(0.0, end - time.monotonic()))
            _signal_group(child, signal.SIGKILL)
            child.process.wait()
        self._services.clear()
        self._jobs.clear()

    def _spawn(self, name: str, argv: Sequence[str], env: Mapping[str, str]) -> Child:
        log = self._logs / f"{name.replace(' ', '-')}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603  # arguments are the demonstration's own
                [*argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=self._cwd,
                start_new_session=True,
            )
        return Child(name=name, process=process, log=log)


def _signal(child: Child, number: signal.Signals) -> None:
    if child.process.poll() is None:
        child.process.send_signal(number)


def _signal_group(child: Child, number: signal.Signals) -> None:
    """Reach what a dead or stubborn leader left behind."""
    try:
        os.killpg(child.process.pid, number)
    except (ProcessLookupError, PermissionError):
        return
