# SPDX-License-Identifier: AGPL-3.0-or-later
"""One step of a mirror: what the board has grown by is fetched, verified, stored, and then published.

Specification: docs/spec/board.md, "Mirrors". The source is believed nothing but what the log has signed and
what hashes to it. How often a step is taken is decided in command.py.
"""

import logging
from collections.abc import Callable, Iterator

from bulletin_board import layout, reader
from bulletin_board.errors import BadSignature, BoardError, PayloadMismatch, RootMismatch, SourceError
from bulletin_board.log import envelope, merkle, note, tiles
from bulletin_board.log.checkpoint import Checkpoint, open_checkpoint
from bulletin_board.log.cosignature import Cosigner, cosignatures_of
from bulletin_board.log.envelope import Envelope
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import MAX_SIGNATURES, Note, Signature, open_note
from bulletin_board.log.policy import Policy, open_under
from bulletin_board.log.tiles import HEIGHT, WIDTH, Tile
from bulletin_board.mirror import checking
from bulletin_board.mirror.copy import EVIDENCE, Copy
from bulletin_board.mirror.errors import BoardForked, BoardIsOlder, CopyDamaged, MirrorClockWentBack
from bulletin_board.sources import Source

PATIENCE = 60  # s that the clock may be behind the last cosignature: then time stands still
Progress = Callable[[int, int], None]
_log = logging.getLogger(__name__)


def follow(
    source: Source,
    copy: Copy,
    *,
    now: int,
    policy: Policy | None = None,
    cosigner: Cosigner | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Checkpoint:
    """Bring `copy` up to the source's checkpoint, and return that; `now` is in seconds since 1970.

    The copy is checked first, and what is damaged or missing there is fetched again: nothing is cosigned
    while it is. Raises BoardForked, whose checkpoints are then kept; BoardIsOlder; CopyDamaged;
    MirrorClockWentBack; for what the source says, a SourceError, or a LogError or EncodingError that names
    the entry.
    """
    data = source.read(layout.CHECKPOINT, limit=note.LIMIT)
    head = open_checkpoint(data, copy.key)
    if policy is not None:
        open_under(data, policy)
    if head.size <= copy.head.size:
        _check_past(copy, data, head)
    elif copy.holds_evidence(data):  # proved before; its entries need not be read again
        raise _fork(copy, data, head)
    damage = _damage(copy, now)
    whole = copy.anew() if damage else copy
    if head.size > whole.head.size:
        _fetch(source, copy, whole, data, head, progress)
    if cosigner is not None:
        data = _cosigned(copy, data, head, cosigner, now)
    if damage or data != copy.note or not copy.holds_lines():
        whole.publish(data)
        copy.note, copy.head = whole.note, whole.head
    if damage:
        checking.confirm(copy, now=now)
        _log.warning("The copy is whole again.")
    return head


def _damage(copy: Copy, now: int) -> CopyDamaged | None:
    """What the check of the copy's own files finds; it is said, as the disk may need somebody."""
    try:
        checking.check(copy, now=now)
    except CopyDamaged as damage:
        _log.warning("CopyDamaged: %s; what is missing is fetched again", damage)
        return damage
    return None


def _check_past(copy: Copy, data: bytes, head: Checkpoint) -> None:
    """Raise unless `head`, no longer than the copy, is the copy's own: BoardForked, BoardIsOlder."""
    old = copy.head
    if head.size == old.size:
        if head.root != old.root:
            raise _fork(copy, data, head, expected=old.root, computed=head.root)
        return
    if copy.root_at(head.size) != head.root:
        # Of hashes that a disk may have spoilt; the entries, which have to reach our own root, decide.
        root = copy.verified_root_at(head.size)
        if root != head.root:
            raise _fork(copy, data, head, expected=root, computed=head.root)
    raise BoardIsOlder("the board shows less than before", expected=old.size, computed=head.size)


def _fetch(
    source: Source, copy: Copy, whole: Copy, data: bytes, head: Checkpoint, progress: Progress
) -> None:
    """Stage what `head` adds to `whole`, which is `copy`, or nothing if that is damaged.

    Raises BoardForked if `head` adds to something else than the copy's checkpoint.
    That the new entries reach the signed root from the copy's own tree is the proof that nothing was changed.
    The source's hash tiles are not needed for it.
    """
    fetch = _Fetch(source, whole, head, copy.head)
    try:
        fetch.read_entries()
    except SourceError:
        raise
    except BoardError:
        _check_first_entries(source, copy, data, head)
        raise  # the source's entries are not the log's
    fetch.read_payloads(progress)


def _check_first_entries(source: Source, copy: Copy, data: bytes, head: Checkpoint) -> None:
    """Raise BoardForked if the source's entries reach the signed root over other first entries than ours.

    Entries that do not reach it prove nothing against the log: any source can show such.
    """
    try:
        root = reader.read_root(source, head, copy.head.size)
    except BoardError:
        return
    if root != copy.head.root:
        raise _fork(copy, data, head, expected=copy.head.root, computed=root)


def _fork(copy: Copy, data: bytes, head: Checkpoint, **roots: bytes) -> BoardForked:
    """Keep both checkpoints; return what to raise."""
    place = copy.keep_evidence(data)
    kept = "both are kept" if place else "there is too much evidence to keep these"
    return BoardForked(
        f"a fork: the board of {head.size} entries does not extend, or begin, the {copy.head.size} entries "
        f"that the same key signed; {kept} in {copy.folder / EVIDENCE}",
        **roots,
    )


class _Fetch:
    """The entries from the copy's end to `head`; staged, proved by their root, and then their payloads.

    A payload may be large, and anyone can invent entries that name one: so none is asked for before it is
    known that the log signed the entry.
    """

    def __init__(self, source: Source, copy: Copy, head: Checkpoint, old: Checkpoint) -> None:
        """`old` is what was vouched for: if `copy` begins before it, the entries must lead there, too."""
        self._source = source
        self._copy = copy
        self._head = head
        self._old = old
        self._tree = copy.tree()
        self._previous: Envelope | None = copy.last_envelope()
        self._rows = {level: self._row(level) for level in range(tiles.MAX_LEVEL + 1)}

    def read_entries(self) -> None:
        """Stage the entries and their hashes; those that turn out not to be the log's are dropped."""
        try:
            self._read_entries()
        except SourceError:
            raise
        except BoardError:
            self._copy.drop_staged()
            raise

    def _read_entries(self) -> None:
        begun = self._copy.last_entries()
        for bundle in self._bundles():
            known = begun if bundle.index == self._copy.head.size // WIDTH else ()
            entries = (*known, *self._bundle(bundle)[len(known) :])
            for data in entries[len(known) :]:
                self._take(data)
            self._copy.stage(bundle.to_path(), tiles.format_bundle(entries))
        if self._tree.root() != self._head.root:
            raise RootMismatch(
                "the entries are not those of the signed checkpoint",
                expected=self._head.root,
                computed=self._tree.root(),
            )
        for level, row in self._rows.items():
            if row:
                index = (self._head.size >> (HEIGHT * level)) // WIDTH
                self._stage_tile(Tile(level=level, index=index, width=len(row)), row)

    def read_payloads(self, progress: Progress) -> None:
        """Stage what is missing of the payloads of entries that are staged."""
        for bundle in self._bundles():
            first = bundle.index * WIDTH
            for seq, data in enumerate(self._bundle(bundle), first):
                if seq >= self._copy.head.size:
                    self._read_payload(seq, Envelope.from_bytes(data))
                    progress(seq + 1, self._head.size)

    def _read_payload(self, seq: int, entry: Envelope) -> None:
        if self._copy.holds_blob(entry.payload_sha256):
            return
        try:
            data = reader.read_payload(self._source, entry)
        except PayloadMismatch as error:
            raise error.at(f"entry {seq}") from error
        self._copy.stage(layout.blob_path(entry.payload_sha256), data)

    def _bundles(self) -> Iterator[Tile]:
        """The bundles that the copy does not hold in full."""
        first = self._copy.head.size // WIDTH
        return (bundle for bundle in tiles.bundles_of(self._head.size) if bundle.index >= first)

    def _row(self, level: int) -> list[bytes]:
        """The hashes of the copy's last tile of this level, if it is not full."""
        count = self._copy.head.size >> (HEIGHT * level)
        places = [(level * HEIGHT, index) for index in range(count - count % WIDTH, count)]
        return list(self._copy.hashes.read_hashes(places))

    def _take(self, data: bytes) -> None:
        try:
            found = Envelope.from_bytes(data)
            envelope.check_follows(self._previous, found)
        except BoardError as error:
            raise error.at(f"entry {self._tree.size}") from error
        self._previous = found
        for node in self._tree.add(merkle.leaf_hash(data)):
            if node.level % HEIGHT == 0:
                self._add_hash(node)
        if self._tree.size == self._old.size and self._tree.root() != self._old.root:
            raise RootMismatch(
                "the first entries are not those that were copied before",
                expected=self._old.root,
                computed=self._tree.root(),
            )

    def _add_hash(self, node: merkle.Node) -> None:
        level = node.level // HEIGHT
        row = self._rows[level]
        row.append(node.hash)
        if len(row) == WIDTH:
            self._stage_tile(Tile(level=level, index=node.index // WIDTH, width=WIDTH), row)
            row.clear()

    def _stage_tile(self, tile: Tile, row: list[bytes]) -> None:
        self._copy.stage(tile.to_path(), tiles.format_hashes(row))

    def _bundle(self, bundle: Tile) -> tuple[bytes, ...]:
        data = self._copy.staged(bundle.to_path())
        if data is not None:
            return tiles.parse_bundle(data, bundle.width)
        return reader.read_bundle(self._source, bundle)


def _cosigned(copy: Copy, data: bytes, head: Checkpoint, cosigner: Cosigner, now: int) -> bytes:
    """The note with our own line last, and no other line under our name."""
    own = cosigner.verifier_key
    latest = _latest(copy, own)
    if latest - now > PATIENCE:
        raise MirrorClockWentBack(
            "the clock is behind the last cosignature", expected=f"at least {latest}", computed=now
        )
    found = Note.from_bytes(data)
    others = [line for line in found.signatures if not _is_of(own, line)]
    others.sort(key=lambda line: not _is_of(copy.key, line))  # whatever is cut off, the log's stays
    line = cosigner.cosign(head, time=max(latest, now))
    return Note(text=found.text, signatures=(*others[: MAX_SIGNATURES - 1], line)).to_bytes()


def _latest(copy: Copy, own: VerifierKey) -> int:
    """When we cosigned last, as the copy's checkpoint has it."""
    try:
        words = cosignatures_of(open_note(copy.note, (own,))) if copy.note else ()
    except BadSignature:
        return 0  # not ours: it came with the board, before we cosigned
    return max((word.time for word in words), default=0)


def _is_of(key: VerifierKey, line: Signature) -> bool:
    return (line.name, line.key_id) == (key.name, key.key_id)
