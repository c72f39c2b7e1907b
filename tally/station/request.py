# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a station can be asked: to acknowledge the closed board, or for its share.

docs/spec/protocol.md, "Tally". A request names no board, no set and no ciphertext; it carries other stations'
signed acknowledgements and nothing else that counts. Two requests are the same if they ask the same, whatever
number they go by.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bulletin_board.codec.canonical import Value, encode
from bulletin_board.errors import EncodingError
from tally.record.acknowledgement import LIMIT, Acknowledgement
from tally.record.parties import MAX_TRUSTEES
from tally.station.errors import MalformedRequest, UnknownPhase

ACKNOWLEDGE, SHARE = "acknowledge", "share"
PHASES = (ACKNOWLEDGE, SHARE)
_NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FIELDS = {"request", "election", "phase", "acknowledgements"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came: well formed, nothing believed."""

    number: str  # a UUID that the answer repeats
    election: str
    phase: str
    acknowledgements: tuple[bytes, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of what is asked: not of the number."""
        asked: Value = {
            "election": self.election,
            "phase": self.phase,
            "acknowledgements": [text.decode("utf-8") for text in self.acknowledgements],
        }
        return hashlib.sha256(encode(asked)).hexdigest()

    def parse_acknowledgements(self) -> tuple[Acknowledgement, ...]:
        """Return them, in increasing order of trustees; signatures unchecked. Raises MalformedRequest."""
        try:
            found = tuple(map(Acknowledgement.from_bytes, self.acknowledgements))
        except EncodingError as error:
            raise MalformedRequest(f"an acknowledgement: {error}") from error
        trustees = [one.trustee for one in found]
        if trustees != sorted(set(trustees)):
            raise MalformedRequest("acknowledgements are not in increasing order", computed=tuple(trustees))
        return found


def read_request(values: Mapping[str, object]) -> Request:
    """Return the request in a message's arguments. Raises MalformedRequest, UnknownPhase."""
    if set(values) != _FIELDS:
        raise MalformedRequest("other arguments than promised", computed=sorted(map(str, values))[:9])
    number, election, phase = (_text(values[name], name) for name in ("request", "election", "phase"))
    if not _NUMBER.fullmatch(number) or not _DIGEST.fullmatch(election):
        raise MalformedRequest("not the number of a request, or not a fingerprint")
    if phase not in PHASES:
        raise UnknownPhase("no such phase", expected=PHASES, computed=phase[:40])
    request = Request(
        number=number, election=election, phase=phase, acknowledgements=_texts(values["acknowledgements"])
    )
    if phase == ACKNOWLEDGE and request.acknowledgements:
        raise MalformedRequest("a request to acknowledge carries no acknowledgements")
    return request


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise MalformedRequest(f"{name} is not text", computed=type(value).__name__)
    return value


def _texts(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > MAX_TRUSTEES:
        raise MalformedRequest(f"acknowledgements are not a list of at most {MAX_TRUSTEES}")
    texts = [_text(item, "an acknowledgement") for item in value]
    if any(len(text) > LIMIT or not (text.isascii() and text.isprintable()) for text in texts):
        raise MalformedRequest("an acknowledgement is too long, or not printable ASCII")
    return tuple(text.encode("ascii") for text in texts)
