# SPDX-License-Identifier: AGPL-3.0-or-later
"""A closed town in the database, and its stations in this process: messages are carried by hand."""

import uuid
from datetime import timedelta
from pathlib import Path

from bulletin_board import storage
from bulletin_board.models import Log
from bulletin_board.publisher import load_signer, sign_head
from tally import services
from tally.models import StationRequest, Tally
from tally.station.request import Request
from tests import simulator, stations
from tests.simulator import LOG_NAME, LOG_SEED, OPENS, World
from tests.stations import Desk

NOW = OPENS + timedelta(days=3)


def key_file(folder: Path) -> Path:
    """The log's key of the simulated town, as the server keeps it."""
    file = folder / "log.key"
    file.write_text(LOG_SEED.hex() + "\n")
    file.chmod(0o600)
    return file


def post(world: World, file: Path) -> Log:
    """The entries of a world, appended and signed; the same envelopes as in memory."""
    log = storage.create_log(LOG_NAME)
    with storage.sequencing(log) as sequencer:
        for envelope, (entry_type, payload) in zip(
            simulator.envelopes_of(world.entries), world.entries, strict=True
        ):
            sequencer.append(entry_type, payload, now=envelope.time)
    for tracker, data in world.commitments.items():
        storage.put_commitments(log, tracker, data)
    sign_head(log, load_signer(file, LOG_NAME))
    return log


class Post:
    """Carries messages between the server's tally and stations in this process."""

    def __init__(self, log: Log, folder: Path, *, indices: tuple[int, ...] = (1, 2, 3)) -> None:
        self.sent: list[dict[str, object]] = []
        self.tally: Tally = services.start(log)
        self.desks = {index: Desk(folder / str(index), index) for index in indices}
        self.now = NOW

    def send(self, request: StationRequest) -> None:
        """What `messages.send` does, into a list."""
        self.sent.append(
            {
                "trustee": request.trustee,
                "request": str(request.number),
                "election": request.tally.fingerprint,
                "phase": request.phase,
                "acknowledgements": request.acknowledgements,
            }
        )

    def sweep(self, *, seconds: int = 0) -> None:
        self.now += timedelta(seconds=seconds)
        services.sweep(now=self.now)
        self.tally.refresh_from_db()

    def answer(self, message: dict[str, object]) -> dict[str, object] | None:
        """What the station of this message's trustee would send."""
        desk = self.desks.get(message["trustee"])
        if desk is None:
            return None
        request = Request(
            number=message["request"],
            election=message["election"],
            phase=message["phase"],
            acknowledgements=tuple(text.encode() for text in message["acknowledgements"]),
        )
        payload = desk.station.answer(request).decode()
        kept = {name: message[name] for name in ("request", "election", "trustee", "phase")}
        return {**kept, "payload": payload}

    def deliver(self, message: dict[str, object] | None) -> None:
        if message is not None:
            services.receive(message, now=self.now)
        self.tally.refresh_from_db()

    def carry_all(self, change=lambda message: message) -> None:
        """Take every message there is to its station, and the answer back, until there is none."""
        self.sweep()
        while self.sent:
            self.deliver(change(self.answer(self.sent.pop(0))))

    def row(self, trustee: int, phase: str) -> StationRequest:
        return self.tally.requests.get(trustee=trustee, phase=phase)


def altered(message: dict[str, object], **changes: object) -> dict[str, object]:
    return {**message, **changes}


def number() -> str:
    return str(uuid.uuid4())


__all__ = ("NOW", "Post", "altered", "key_file", "number", "post", "stations")
