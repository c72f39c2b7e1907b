# SPDX-License-Identifier: AGPL-3.0-or-later
"""Envelopes: the entries of the log, chained by hash, each naming one payload.

Specification: docs/spec/board.md, "Entries". The payload itself is served beside the log under its hash;
which types there are, and in which order, is the business of those who write them.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from bulletin_board.codec import canonical, times
from bulletin_board.codec.fields import Fields
from bulletin_board.errors import TimeReversed, TimeTooFine, WrongForm, WrongPrevious, WrongSequence

VERSION = 1
LIMIT = 65_535  # bytes; an entry bundle counts them in 16 bits
MAX_PAYLOAD_BYTES = 64 * 1024 * 1024  # a roll of a million voters
NO_PREVIOUS = "0" * 64

# An exact public time would link a ballot to a line in a network log. Order, opening and closing come from
# the sequence; the time only says roughly when.
TIME_STEP = 5  # minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Entry `seq` of a log; `prev` and `payload_sha256` are 64 lowercase hexadecimal digits."""

    type: str
    seq: int
    prev: str
    time: datetime
    payload_sha256: str
    payload_len: int

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: what is hashed, chained and served."""
        return canonical.encode(
            {
                "v": VERSION,
                "type": self.type,
                "seq": self.seq,
                "prev": self.prev,
                "time": times.encode(self.time),
                "payload_sha256": self.payload_sha256,
                "payload_len": self.payload_len,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Envelope":
        """Return the envelope whose bytes are exactly `data`; raises an EncodingError or TimeTooFine."""
        fields = Fields(canonical.parse(data, limit=LIMIT), "envelope")
        fields.constant("v", VERSION)
        envelope = cls(
            type=fields.identifier("type"),
            seq=fields.integer("seq", 0),
            prev=fields.digest("prev"),
            time=fields.time("time"),
            payload_sha256=fields.digest("payload_sha256"),
            payload_len=fields.integer("payload_len", 0, MAX_PAYLOAD_BYTES),
        )
        fields.done()
        if envelope.time != coarse(envelope.time):
            raise TimeTooFine("an envelope's time is a multiple of five minutes", computed=envelope.time)
        return envelope

    def chain_hash(self) -> str:
        """Return SHA-256 of the bytes: the `prev` of the next entry."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def coarse(moment: datetime) -> datetime:
    """Return the latest multiple of five minutes that is not after `moment`, in UTC.

    Raises WrongForm for a naive time.
    """
    if moment.tzinfo is None:
        raise WrongForm("a time needs a zone")
    utc = moment.astimezone(UTC)
    return utc.replace(minute=utc.minute // TIME_STEP * TIME_STEP, second=0, microsecond=0)


def check_follows(previous: Envelope | None, envelope: Envelope) -> None:
    """Raise WrongSequence, WrongPrevious or TimeReversed unless `envelope` comes right after `previous`.

    Without a previous one it must be entry 0.
    """
    seq, prev = (0, NO_PREVIOUS) if previous is None else (previous.seq + 1, previous.chain_hash())
    if envelope.seq != seq:
        raise WrongSequence("not the next entry", expected=seq, computed=envelope.seq)
    if envelope.prev != prev:
        raise WrongPrevious("does not follow the entry before it", expected=prev, computed=envelope.prev)
    if previous is not None and envelope.time < previous.time:
        raise TimeReversed("older than the entry before it", expected=previous.time, computed=envelope.time)
