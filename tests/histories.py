# SPDX-License-Identifier: AGPL-3.0-or-later
"""Histories of one log in memory: they share a beginning and then part, each signed by the log's own key."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bulletin_board import layout
from bulletin_board.log import merkle, tiles
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.envelope import NO_PREVIOUS, Envelope
from bulletin_board.log.line import format_line
from bulletin_board.log.note import Signer, sign_note
from bulletin_board.log.proof import InclusionProof
from bulletin_board.log.submission import Submission

ORIGIN = "vote.example.org/board/town"
LOG = Signer(ORIGIN, b"L" * 32)
TIME = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass
class History:
    """A log's entries; `signer` can sign any of them."""

    signer: Signer = LOG
    payloads: list[bytes] = field(default_factory=list)
    envelopes: list[bytes] = field(default_factory=list)
    hashes: dict[merkle.Coordinate, bytes] = field(default_factory=dict)
    tree: merkle.Frontier = field(default_factory=lambda: merkle.Frontier(0, ()))

    def grow(self, *payloads: bytes) -> "History":
        for payload in payloads:
            previous = hashlib.sha256(self.envelopes[-1]).hexdigest() if self.envelopes else NO_PREVIOUS
            envelope = Envelope(
                type="ballot",
                seq=len(self.envelopes),
                prev=previous,
                time=TIME,
                payload_sha256=hashlib.sha256(payload).hexdigest(),
                payload_len=len(payload),
            ).to_bytes()
            self.payloads.append(payload)
            self.take(envelope)
        return self

    def take(self, *envelopes: bytes) -> "History":
        """Go on with entries that were made elsewhere, whose payloads nobody asks for here."""
        for envelope in envelopes:
            self.envelopes.append(envelope)
            for node in self.tree.add(merkle.leaf_hash(envelope)):
                self.hashes[node.level, node.index] = node.hash
        return self

    def receipt(self, seq: int) -> str:
        """The tlog-proof of an entry."""
        proof = merkle.prove_inclusion(seq, self.size, self)
        return InclusionProof(index=seq, hashes=proof, checkpoint=self.note()).to_bytes().decode()

    def read_hashes(self, coordinates):
        return [self.hashes[coordinate] for coordinate in coordinates]

    @property
    def size(self) -> int:
        return len(self.envelopes)

    def head(self, size: int | None = None) -> Checkpoint:
        size = self.size if size is None else size
        return Checkpoint(origin=self.signer.name, size=size, root=merkle.root(size, self))

    def note(self, size: int | None = None) -> bytes:
        return sign_note(self.head(size).to_text(), self.signer)

    def submission(self, start: int, size: int | None = None, **changes: object) -> bytes:
        size = self.size if size is None else size
        proof = merkle.prove_consistency(start, size, self)
        parts = {"old": start, "proof": proof, "checkpoint": self.note(size)} | changes
        return Submission(**parts).to_bytes()  # type: ignore[arg-type]

    def lines(self, size: int | None = None) -> bytes:
        """The first entries as JSON Lines."""
        entries = zip(self.envelopes[:size], self.payloads, strict=False)
        return b"".join(format_line(envelope, payload) for envelope, payload in entries)

    def files(self) -> dict[str, bytes]:
        """Everything that is served of it."""
        made = {
            layout.CHECKPOINT: self.note(),
            layout.VERIFIER_KEY: self.signer.verifier_key.to_text().encode() + b"\n",
        }
        for bundle in tiles.bundles_of(self.size):
            first = bundle.index * tiles.WIDTH
            made[bundle.to_path()] = tiles.format_bundle(self.envelopes[first : first + bundle.width])
        for tile in tiles.tiles_of(self.size):
            first, level = tile.index * tiles.WIDTH, tile.level * tiles.HEIGHT
            places = [(level, first + index) for index in range(tile.width)]
            made[tile.to_path()] = tiles.format_hashes(self.read_hashes(places))
        for payload in self.payloads:
            made[layout.blob_path(hashlib.sha256(payload).hexdigest())] = payload
        return made


def numbered(first: int, last: int, word: str = "ballot") -> list[bytes]:
    return [f"{word} {index}".encode() for index in range(first, last)]


def fork(common: int, length: int) -> tuple[History, History]:
    """Two histories of `length` entries that part after the first `common`."""
    return tuple(
        History().grow(*numbered(0, common), *numbered(common, length, word)) for word in ("true", "false")
    )
