# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading a whole board, from any source, entry by entry, trusting only the log's key.

Specification: docs/spec/board.md, "Reading". The chain and the root are recomputed from the bytes that were
read; memory does not grow with the log. What entries mean is for the caller.
"""

import hashlib
from collections.abc import Iterator

from bulletin_board import layout
from bulletin_board.errors import BoardError, NotFound, PayloadMismatch, RootMismatch
from bulletin_board.log import checkpoint, envelope, merkle, note, tiles
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.envelope import Envelope
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.tiles import Tile
from bulletin_board.sources import Source


def open_checkpoint(source: Source, verifier_key: VerifierKey) -> Checkpoint:
    """Return the source's checkpoint, signed by `verifier_key`; raises a SourceError or a LogError."""
    return checkpoint.open_checkpoint(source.read(layout.CHECKPOINT, limit=note.LIMIT), verifier_key)


def iter_entries(source: Source, head: Checkpoint) -> Iterator[tuple[Envelope, bytes]]:
    """Yield every entry under the checkpoint `head`: its envelope and the envelope's bytes, in order.

    An entry is yielded when it follows from the one before. Only when the iterator ends is it known that they
    are all under the root: before, take nothing as final. Raises a SourceError, or an EncodingError or a
    LogError that names the entry; RootMismatch comes last.
    """
    tree, previous = merkle.Frontier(0, ()), None
    for data in iter_data(source, head.size):
        try:
            found = Envelope.from_bytes(data)
            envelope.check_follows(previous, found)
        except BoardError as error:
            raise error.at(f"entry {tree.size}") from error
        tree.add(merkle.leaf_hash(data))
        previous = found
        yield found, data
    _check_root(tree, head)


def read_root(source: Source, head: Checkpoint, size: int) -> bytes:
    """Return the root of the first `size` entries, 0 ≤ size ≤ head.size, of those that reach `head`'s root.

    They are hashed and nothing else: what is signed is signed, whatever it says. Raises a SourceError,
    MalformedTile or RootMismatch.
    """
    tree = merkle.Frontier(0, ())
    root = tree.root()
    for data in iter_data(source, head.size):
        tree.add(merkle.leaf_hash(data))
        if tree.size == size:
            root = tree.root()
    _check_root(tree, head)
    return root


def iter_data(source: Source, size: int) -> Iterator[bytes]:
    """Yield the bytes of the first `size` entries, unverified; raises a SourceError or MalformedTile."""
    for bundle in tiles.bundles_of(size):
        yield from read_bundle(source, bundle)


def read_payload(source: Source, entry: Envelope) -> bytes:
    """Return the payload that `entry` names; raises a SourceError, or PayloadMismatch for any other bytes."""
    data = source.read(layout.blob_path(entry.payload_sha256), limit=entry.payload_len)
    if len(data) != entry.payload_len:
        raise PayloadMismatch("payload of another length", expected=entry.payload_len, computed=len(data))
    digest = hashlib.sha256(data).hexdigest()
    if digest != entry.payload_sha256:
        raise PayloadMismatch("another payload", expected=entry.payload_sha256, computed=digest)
    return data


def read_bundle(source: Source, bundle: Tile) -> tuple[bytes, ...]:
    """Return the entries of a bundle, from the full one if the log has grown; raises a SourceError or
    MalformedTile.
    """
    try:
        data = source.read(bundle.to_path(), limit=layout.BUNDLE_LIMIT)
    except NotFound:
        # A log that has grown may have replaced a partial bundle by the full one (C2SP tlog-tiles).
        if bundle.width == tiles.WIDTH:
            raise
        full = bundle.full()
        data = source.read(full.to_path(), limit=layout.BUNDLE_LIMIT)
        return tiles.parse_bundle(data, full.width)[: bundle.width]
    return tiles.parse_bundle(data, bundle.width)


def _check_root(tree: merkle.Frontier, head: Checkpoint) -> None:
    if tree.root() != head.root:
        raise RootMismatch("the entries have another root", expected=head.root, computed=tree.root())
