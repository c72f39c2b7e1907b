# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a log makes public: its resources by path, and receipts, all under its latest published head.

Specification: docs/spec/board.md, "Resources" and "Receipts". Nothing that no head covers is given out. A
resource costs one tile's reads at most, a receipt O(log n) hashes; many receipts cost the reads of one.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from bulletin_board import layout
from bulletin_board.cosigned import PublishedHead, published_head
from bulletin_board.errors import MalformedPath, NotFound, NotYetSigned, StoredBytesDamaged
from bulletin_board.lines import Lines
from bulletin_board.log import merkle, tiles
from bulletin_board.log.checkpoint import open_checkpoint
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.proof import InclusionProof
from bulletin_board.log.tiles import Tile
from bulletin_board.models import Blob, Commitments, CommitmentsChange, Entry, Log, Node, SignedHead
from bulletin_board.rows import StoredHashes

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"


def is_immutable(path: str) -> bool:
    """Say whether what is at `path` will never be other bytes: tiles, and what is named by its hash."""
    return path.startswith((layout.TILE, layout.BLOB))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """The bytes at a path; `immutable` says that they will never be others."""

    data: bytes
    content_type: str
    immutable: bool


def receipt(log: Log, seq: int) -> bytes:
    """Return the tlog-proof of entry `seq` under the latest published head. Raises as `receipts` does."""
    return receipts(log, [seq])[seq]


def receipts(log: Log, seqs: Collection[int]) -> dict[int, bytes]:
    """Return the tlog-proofs of these entries under the latest published head, checked before given out.

    Raises NotYetSigned if no head covers an entry, and a LogError if what is stored proves nothing.
    """
    head = published_head(log)
    if head is None or any(not 0 <= seq < head.size for seq in seqs):
        raise NotYetSigned("no published head covers the entry", computed=max(seqs, default=None))
    checkpoint = open_checkpoint(head.note, VerifierKey.from_text(head.verifier_key))
    rows = Entry.objects.filter(log=log, seq__in=seqs).values_list("seq", "envelope")
    leaves = {seq: merkle.leaf_hash(bytes(envelope)) for seq, envelope in rows}
    made = {}
    for seq, hashes in merkle.prove_inclusions(seqs, head.size, StoredHashes(log)).items():
        merkle.check_inclusion(seq, head.size, leaves[seq], hashes, checkpoint.root)
        made[seq] = InclusionProof(index=seq, hashes=hashes, checkpoint=head.note).to_bytes()
    return made


def resource(log: Log, path: str) -> Resource:
    """Return what the log serves at `path`; raises NotFound."""
    return Publication(log).resource(path)


def paths(log: Log) -> Iterator[str]:
    """Yield the paths of all that the log serves under its latest head, the checkpoint last."""
    return Publication(log).paths()


class Publication:
    """A log as it stands under its latest published head; raises NotFound if it has none."""

    def __init__(self, log: Log) -> None:
        head = published_head(log)
        if head is None:
            raise NotFound("nothing is signed yet")
        self.log = log
        self._head: PublishedHead = head

    @property
    def size(self) -> int:
        """How many entries are published."""
        return self._head.size

    @property
    def verifier_key(self) -> str:
        """The log's key, as text."""
        return self._head.verifier_key

    @property
    def lines(self) -> Lines:
        """All published entries as JSON Lines: over HTTP and in folders, not in archives."""
        return Lines(self.log, self._head.size)

    def paths(self) -> Iterator[str]:
        """Yield every path: tiles, payloads, commitments, the key, and the checkpoint that covers them."""
        for tile in (*tiles.tiles_of(self._head.size), *tiles.bundles_of(self._head.size)):
            yield tile.to_path()
        yield from self._blobs(0, self._head.size)
        yield from self.commitments()
        yield layout.VERIFIER_KEY
        yield layout.CHECKPOINT

    def added(self, start: int, stop: int, size: int) -> Iterator[str]:
        """Yield the paths of tiles and payloads that entries `start` to `stop` add to a board of `size`.

        There is a partial tile for each head that was ever signed, as C2SP tlog-tiles demands, until there is
        the full one.
        """
        for tile in tiles.filled(start, stop):
            yield tile.to_path()
        heads = SignedHead.objects.filter(log=self.log, size__gt=start, size__lte=stop).order_by("size")
        partial: dict[Tile, None] = {}
        for head in heads.values_list("size", flat=True).iterator():
            partial.update((tile, None) for tile in tiles.begun(head) if not tile.full().is_within(size))
        for tile in partial:
            yield tile.to_path()
        yield from self._blobs(start, stop)

    def commitments(self) -> Iterator[str]:
        """Yield the paths of the commitments that there are now."""
        trackers = Commitments.objects.filter(log=self.log).order_by("tracker")
        yield from map(layout.commitments_path, trackers.values_list("tracker", flat=True).iterator())

    def commitments_between(self, low: str, high: str) -> Iterator[str]:
        """Yield the paths of the commitments whose trackers are `low` or behind it, and before `high`."""
        rows = Commitments.objects.filter(log=self.log, tracker__gte=low, tracker__lt=high)
        yield from map(layout.commitments_path, rows.values_list("tracker", flat=True))

    def last_change(self) -> int:
        """Return the number of the newest change of the commitments, 0 if there was none."""
        numbers = CommitmentsChange.objects.filter(log=self.log).order_by("-id").values_list("id", flat=True)
        return numbers.first() or 0

    def changed(self, since: int) -> tuple[set[str], set[str]]:
        """Return the paths of the commitments that changes after number `since` kept, and dropped."""
        trackers = CommitmentsChange.objects.filter(log=self.log, id__gt=since).values("tracker")
        kept = Commitments.objects.filter(log=self.log, tracker__in=trackers)
        found = set(kept.values_list("tracker", flat=True))
        dropped = set(trackers.values_list("tracker", flat=True)) - found
        return set(map(layout.commitments_path, found)), set(map(layout.commitments_path, dropped))

    def resource(self, path: str) -> Resource:
        """Return what is served at `path`; raises NotFound."""
        if path == layout.CHECKPOINT:
            return Resource(data=self._head.note, content_type=TEXT, immutable=False)
        if path == layout.VERIFIER_KEY:
            return Resource(data=f"{self._head.verifier_key}\n".encode(), content_type=TEXT, immutable=False)
        try:
            data = self._read(path)
        except MalformedPath:
            raise NotFound("no such resource") from None
        return Resource(data=data, content_type=BYTES, immutable=is_immutable(path))

    def _blobs(self, start: int, stop: int) -> Iterator[str]:
        covered = Entry.objects.filter(log=self.log, seq__gte=start, seq__lt=stop)
        digests = covered.order_by("payload_id").values_list("payload_id", flat=True).distinct()
        yield from map(layout.blob_path, digests.iterator())

    def _read(self, path: str) -> bytes:
        if path.startswith(layout.BLOB):
            return self._blob(layout.digest_in(path, layout.BLOB))
        if path.startswith(layout.COMMITMENTS):
            return self._commitments(layout.digest_in(path, layout.COMMITMENTS))
        return self._tile(Tile.from_path(path))

    def _tile(self, tile: Tile) -> bytes:
        if not tile.is_within(self._head.size):
            raise NotFound("no such tile yet")
        parts = [bytes(part) for part in self._parts(tile)]
        if len(parts) != tile.width:
            raise StoredBytesDamaged(
                f"{tile.to_path()}: rows missing", expected=tile.width, computed=len(parts)
            )
        return tiles.format_bundle(parts) if tile.level is None else tiles.format_hashes(parts)

    def _parts(self, tile: Tile) -> Iterable[bytes | memoryview]:
        start = tile.index * tiles.WIDTH
        span = (start, start + tile.width - 1)
        if tile.level:
            nodes = Node.objects.filter(log=self.log, level=tile.level * tiles.HEIGHT, index__range=span)
            return nodes.order_by("index").values_list("hash", flat=True)
        column = "envelope" if tile.level is None else "leaf_hash"
        entries = Entry.objects.filter(log=self.log, seq__range=span)
        return entries.order_by("seq").values_list(column, flat=True)

    def _blob(self, digest: str) -> bytes:
        # Only what this log names, and only once a head covers it.
        blobs = Blob.objects.filter(sha256=digest, entries__log=self.log, entries__seq__lt=self._head.size)
        data = blobs.values_list("data", flat=True).first()
        if data is None:
            raise NotFound("no such payload")
        return bytes(data)

    def _commitments(self, tracker: str) -> bytes:
        rows = Commitments.objects.filter(log=self.log, tracker=tracker).values_list("data", flat=True)
        data = rows.first()
        if data is None:
            raise NotFound("no such commitments")
        return bytes(data)
