# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cosignatures: a witness says at what time it saw a checkpoint, and never one that contradicts it.

Specification: docs/spec/board.md, "Cosignatures"; C2SP tlog-cosignature. What a witness must check before it
signs, consistency above all, is the witness's business.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bulletin_board.errors import MalformedKey, TooFewCosignatures
from bulletin_board.log.checkpoint import Checkpoint, read_checkpoint
from bulletin_board.log.keys import (
    COSIGNATURE,
    KEY_BYTES,
    TIME_BYTES,
    VerifierKey,
    check_name,
    cosigned_message,
)
from bulletin_board.log.note import Opened, Signature, open_note

AHEAD = 300  # s that a witness's clock may be ahead of the reader's


@dataclass(frozen=True, slots=True)
class Cosigner:
    """An Ed25519 key (type 0x04) that cosigns checkpoints under a name; `seed` is 32 secret bytes."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.seed) != KEY_BYTES:
            raise MalformedKey("seed of another length", expected=KEY_BYTES, computed=len(self.seed))

    @property
    def verifier_key(self) -> VerifierKey:
        """The public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(name=self.name, type=COSIGNATURE, key=public)

    def cosign(self, checkpoint: Checkpoint, *, time: int) -> Signature:
        """Return the signature line for `checkpoint` seen at `time` (seconds since 1970)."""
        return self.cosign_text(checkpoint.to_text(), time=time)

    def cosign_text(self, text: str, *, time: int) -> Signature:
        """Return the signature line for the checkpoint with this `text`, extension lines included."""
        message = cosigned_message(text, time)
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)
        stamped = time.to_bytes(TIME_BYTES, "big") + signature
        return Signature(name=self.name, key_id=self.verifier_key.key_id, signature=stamped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A witness's verified word: it saw the checkpoint at `time` (seconds since 1970)."""

    witness: VerifierKey
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """A checkpoint signed by its log, and the latest word of each witness that signed it."""

    checkpoint: Checkpoint
    cosignatures: tuple[Cosignature, ...]


def open_cosigned(
    data: bytes, log: VerifierKey, witnesses: Iterable[VerifierKey], *, quorum: int
) -> Cosigned:
    """Return the checkpoint in the note `data`, signed by `log` and by `quorum` or more of `witnesses`.

    Raises what `open_checkpoint` raises, and TooFewCosignatures; a witness counts once, however often it
    signs.
    """
    opened = open_note(data, (log, *witnesses))
    checkpoint = read_checkpoint(opened, log)
    cosignatures = cosignatures_of(opened)
    if len(cosignatures) < quorum:
        raise TooFewCosignatures(
            "too few witnesses", expected=f"at least {quorum}", computed=len(cosignatures)
        )
    return Cosigned(checkpoint=checkpoint, cosignatures=cosignatures)


def cosignatures_of(opened: Opened) -> tuple[Cosignature, ...]:
    """Return the latest cosignature of each witness on an opened note; a witness counts once."""
    times: dict[VerifierKey, int] = {}
    for found in opened.verified:
        if found.key.type == COSIGNATURE:
            times[found.key] = max(time_of(found.signature), times.get(found.key, 0))
    return tuple(Cosignature(witness=key, time=time) for key, time in times.items())


def time_of(line: Signature) -> int:
    """Return the time that a cosignature states, in seconds since 1970: any 64 bits if unverified."""
    return int.from_bytes(line.signature[:TIME_BYTES], "big")
