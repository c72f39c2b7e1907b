# SPDX-License-Identifier: AGPL-3.0-or-later
"""A board in a dictionary: what an honest one would serve, ready to be tampered with."""

import hashlib
from datetime import UTC, datetime

from bulletin_board import layout
from bulletin_board.errors import NotFound, ResourceTooLarge
from bulletin_board.log import merkle, tiles
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.envelope import NO_PREVIOUS, Envelope
from bulletin_board.log.note import Signer, sign_note

SIGNER = Signer("log.example/board", b"\1" * 32)
KEY = SIGNER.verifier_key
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Simulator:
    """A `Source` whose files can be changed; `read_paths` are the paths that were asked for."""

    def __init__(self, count, *, change=lambda envelopes: envelopes) -> None:
        self.payloads = [f"payload {index}".encode() for index in range(count)]
        self.entries = [envelope.to_bytes() for envelope in change(chain(self.payloads))]
        self.files, self.read_paths = {}, []
        for payload in self.payloads:
            self.files[layout.blob_path(hashlib.sha256(payload).hexdigest())] = payload
        self.publish()

    def publish(self):
        """Write the bundles, and a checkpoint over the entries as they are."""
        tree = merkle.Frontier(0, ())
        for entry in self.entries:
            tree.add(merkle.leaf_hash(entry))
        for bundle in tiles.bundles_of(tree.size):
            start = bundle.index * tiles.WIDTH
            self.files[bundle.to_path()] = tiles.format_bundle(self.entries[start : start + bundle.width])
        head = Checkpoint(origin=SIGNER.name, size=tree.size, root=tree.root())
        self.files[layout.CHECKPOINT] = sign_note(head.to_text(), SIGNER)

    def read(self, path, *, limit):
        self.read_paths.append(path)
        if path not in self.files:
            raise NotFound(path)
        if len(self.files[path]) > limit:
            raise ResourceTooLarge(path)
        return self.files[path]


def chain(payloads):
    """Return an envelope for each payload, each following from the one before."""
    envelopes, previous = [], NO_PREVIOUS
    for seq, payload in enumerate(payloads):
        envelope = Envelope(
            type="ballot",
            seq=seq,
            prev=previous,
            time=NOON,
            payload_sha256=hashlib.sha256(payload).hexdigest(),
            payload_len=len(payload),
        )
        envelopes.append(envelope)
        previous = envelope.chain_hash()
    return envelopes
