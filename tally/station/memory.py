# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a station has answered, for ever: one file for each election and phase (docs/trustees.md).

An answer is on the disk before anyone sees it, and nothing replaces it. The same question gets the same
bytes; another one gets AnsweredOtherwise. Of two processes that answer at once, the one whose file came first
is right.
"""

from dataclasses import dataclass
from pathlib import Path

from bulletin_board.codec.canonical import encode, parse
from bulletin_board.codec.fields import Fields
from bulletin_board.errors import EncodingError
from tally.registrar.errors import FileRefused
from tally.registrar.files import read_private
from tally.station import durable
from tally.station.errors import AnsweredOtherwise, FileExists, MemoryDamaged
from tally.station.request import Request

_FORMAT = "veritally/station-answer/1"
_MAX_FILE = 16 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The digest of the question, and the signed record that answered it."""

    question: str
    payload: bytes


class Memory:
    """A folder, for its owner only. The same folder must serve a key file for as long as that is used."""

    def __init__(self, folder: Path) -> None:
        """Make the folder if need be. Raises FileRefused."""
        durable.make_folder(folder)
        self._folder = folder

    def recall(self, election: str, phase: str) -> Answer | None:
        """Return the answer given in this phase, if any. Raises MemoryDamaged."""
        file = self._file(election, phase)
        if not file.exists():
            return None
        try:
            fields = Fields(parse(read_private(file, limit=_MAX_FILE), limit=_MAX_FILE), "answer")
            fields.constant("format", _FORMAT)
            fields.constant("election", election)
            fields.constant("phase", phase)
            answer = Answer(
                question=fields.digest("question"),
                payload=fields.text("payload", limit=_MAX_FILE).encode("utf-8"),
            )
            fields.done()
        except (EncodingError, FileRefused) as error:
            raise MemoryDamaged(f"{file} is not the answer that was kept: {error}") from error
        return answer

    def recall_same(self, request: Request) -> bytes | None:
        """Return the payload kept for this very question, or None.

        Raises AnsweredOtherwise, MemoryDamaged.
        """
        answer = self.recall(request.election, request.phase)
        if answer is None:
            return None
        if answer.question != request.digest:
            raise AnsweredOtherwise(
                f"another request was answered in the phase {request.phase}",
                expected=answer.question,
                computed=request.digest,
            )
        return answer.payload

    def keep(self, request: Request, payload: bytes) -> bytes:
        """Keep an answer, and return the one that is kept.

        Raises AnsweredOtherwise, MemoryDamaged, FileRefused.
        """
        data = encode(
            {
                "format": _FORMAT,
                "election": request.election,
                "phase": request.phase,
                "question": request.digest,
                "payload": payload.decode("utf-8"),
            }
        )
        try:
            durable.create(self._file(request.election, request.phase), data)
        except FileExists:
            earlier = self.recall_same(request)
            if earlier is None:
                raise MemoryDamaged("the memory has lost an answer while it was read") from None
            return earlier
        return payload

    def _file(self, election: str, phase: str) -> Path:
        return self._folder / f"{election}-{phase}.json"
