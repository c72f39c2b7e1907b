# SPDX-License-Identifier: AGPL-3.0-or-later
"""A signed refusal: why a station did not answer a request (docs/trustees.md, "Refusals").

The server records it as it stands. It is not on the board.
"""

from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value, encode, parse
from bulletin_board.codec.fields import Fields
from bulletin_board.errors import EncodingError
from tally.record.base import Signed, read_signature
from tally.record.parties import MAX_TRUSTEES
from tally.station.errors import Refused

LIMIT = 4_096  # bytes
_DETAIL = 400  # characters
_NUMBER = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Signed):
    """`refusal` is the code of the error, `detail` its sentence; `request` the number of the request."""

    FORMAT: ClassVar[str] = "veritally/station-refusal/1"
    election: str
    trustee: int
    request: str
    phase: str
    refusal: str
    detail: str
    signature: bytes = b""

    def unsigned_value(self) -> dict[str, Value]:
        """Return the refusal as a JSON object without its signature."""
        return {
            "format": self.FORMAT,
            "election": self.election,
            "trustee": self.trustee,
            "request": self.request,
            "phase": self.phase,
            "refusal": self.refusal,
            "detail": self.detail,
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> "Refusal":
        """Return the refusal of canonical bytes; raises the codec's errors."""
        fields = Fields(parse(data, limit=LIMIT), "refusal")
        fields.constant("format", cls.FORMAT)
        refusal = cls(
            election=fields.digest("election"),
            trustee=fields.integer("trustee", 1, MAX_TRUSTEES),
            request=fields.text("request", limit=_NUMBER),
            phase=fields.identifier("phase"),
            refusal=fields.identifier("refusal"),
            detail=fields.text("detail", limit=_DETAIL, empty=True),
            signature=read_signature(fields),
        )
        fields.done()
        return refusal


def sentence(error: Refused) -> str:
    """Return what an error says, with its evidence, as text that can stand in a record."""
    text = str(error)
    if error.expected is not None or error.computed is not None:
        text += f" (expected {error.expected}, computed {error.computed})"
    text = text[:_DETAIL]
    try:
        encode(text)
    except EncodingError:  # it quotes something hostile
        return ascii(text)[:_DETAIL]
    return text
