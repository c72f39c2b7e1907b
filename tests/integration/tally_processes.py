# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stations as real processes, each with its own key file and memory, and a hand on the broker."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty

from tally import broker as tally_broker
from tally import test_modulus
from tally.broker import plain_queue
from tally.queues import SERVER_QUEUE, key_prefix, queue_name
from tally.station import keyfile
from tally.station.command import BROKER_VARIABLE
from tally.station.worker import ANSWER_TASK, make_app
from tests import stations
from tests.simulator import World

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0  # s
_POLL = 0.02  # s


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Wait for something that processes do. Fails after a long while."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited too long for {what}")
        time.sleep(_POLL)


class StationProcess:
    """`python -m tally.station run` for one trustee; its output is in a file."""

    def __init__(self, folder: Path, index: int, world: World, *, board: Path, broker: str) -> None:
        self.index = index
        self.folder = folder / f"station-{index}"
        self.folder.mkdir()
        self.key = self.folder / "key"
        self._passphrase = self.folder / "passphrase"
        self._passphrase.write_text(stations.PASSPHRASE)
        self._passphrase.chmod(0o600)
        secrets = stations.secrets_of(index, world)
        keyfile.write_new(self.key, secrets, stations.PASSPHRASE)
        self.log = self.folder / "log"
        self._arguments = [
            "run",
            str(self.key),
            "--board",
            str(board),
            "--fingerprint",
            world.fingerprint,
            "--passphrase-file",
            str(self._passphrase),
        ]
        self._broker = broker  # it may hold a password, which has no place among the arguments
        self.process: subprocess.Popen[bytes] | None = None
        self._mark = 0

    def start(self) -> None:
        environment = os.environ | {
            test_modulus.VARIABLE: test_modulus.VALUE,
            BROKER_VARIABLE: self._broker,
            "PYTHONPATH": str(ROOT),
        }
        self._mark = len(self.text)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tally.station", *self._arguments],
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=log,
            )

    @property
    def text(self) -> str:
        """All that this trustee has read."""
        return self.log.read_text() if self.log.exists() else ""

    @property
    def news(self) -> str:
        """What this trustee has read since the last start."""
        return self.text[self._mark :]

    def wait_for(self, words: str) -> None:
        wait_until(lambda: words in self.news or not self.runs(), f"{words!r} of station {self.index}")
        assert words in self.news, self.news

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """kill -9: nothing is tidied up."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> int:
        """What Ctrl-C does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)


class Hand:
    """Puts anything on the broker, and takes what stations send to the server."""

    def __init__(self, broker: str, world: World) -> None:
        self._world = world
        self._app = make_app(broker, SERVER_QUEUE)
        self.connection = self._app.connection()

    def close(self) -> None:
        self.connection.close()
        self._app.close()

    def queue(self, index: int) -> str:
        return queue_name(self._world.fingerprint, index)

    def ask(self, index: int, phase: str, *acknowledgements: str, **changes: object) -> None:
        values = {
            "request": str(uuid.uuid4()),
            "election": self._world.fingerprint,
            "phase": phase,
            "acknowledgements": list(acknowledgements),
        }
        self.send(index, ANSWER_TASK, values | changes)

    def send(self, index: int, task: str, values: Mapping[str, object]) -> None:
        tally_broker.send(self._app, task, values, queue=self.queue(index))

    def pickle(self, index: int, body: bytes) -> None:
        """A message that says it is pickled."""
        options = {"global_keyprefix": key_prefix(self.queue(index))}
        with self._app.connection_for_write(transport_options=options) as connection:
            connection.Producer().publish(
                body,
                routing_key=self.queue(index),
                exchange="",
                content_type="application/x-python-serialize",
                content_encoding="binary",
                headers={"task": ANSWER_TASK, "id": str(uuid.uuid4()), "lang": "py"},
            )

    def litter(self, index: int, content: bytes) -> None:
        """A file in the queue that is no message."""
        folder = Path(str(self._app.conf.broker_transport_options["data_folder_in"]))
        (folder / f"!{uuid.uuid4()}.{self.queue(index)}.msg").write_bytes(content)

    def take(self) -> dict[str, object]:
        """The next answer, as the server's task would get it."""
        found: list[dict[str, object]] = []

        def taken() -> bool:
            with self.connection.SimpleQueue(plain_queue(SERVER_QUEUE)) as queue:
                try:
                    message = queue.get_nowait()
                except Empty:
                    return False
                message.ack()
                found.append(message.payload[1])
            return True

        wait_until(taken, "an answer")
        return found[0]
