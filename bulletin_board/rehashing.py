# SPDX-License-Identifier: AGPL-3.0-or-later
"""Growing a tree by what the stored bytes hash to, never by the hashes that are stored with them.

Specification: docs/spec/board.md, "Signing" and "Checking itself".
"""

import hashlib
from collections.abc import Iterator

from bulletin_board.errors import StoredBytesDamaged
from bulletin_board.log import merkle
from bulletin_board.log.envelope import Envelope, check_follows
from bulletin_board.models import Entry, Log
from bulletin_board.rows import StoredHashes

_CHUNK = 256  # entries


def stored_tree(log: Log, size: int) -> merkle.Frontier:
    """Return the tree of `size` entries, of the hashes as they are stored."""
    return merkle.Frontier(size, StoredHashes(log).read_hashes(merkle.frontier(size)))


def rehash(log: Log, tree: merkle.Frontier, stop: int) -> Iterator[int]:
    """Add the entries up to `stop` to `tree`; yield its size after each.

    Raises StoredBytesDamaged, or another BoardError, where the bytes of an entry or a payload are not what
    the stored hashes say, and where an entry is missing.
    """
    hashes = StoredHashes(log)
    previous = _envelope_before(log, tree.size)
    completed: dict[merkle.Coordinate, bytes] = {}
    for entry in _entries(log, tree.size, stop):
        previous = _verified_envelope(entry, previous)
        for node in tree.add(merkle.leaf_hash(bytes(entry.envelope))):
            completed[node.level, node.index] = node.hash
        if len(completed) >= _CHUNK or tree.size == stop:
            compare("a subtree", list(completed.values()), list(hashes.read_hashes(list(completed))))
            completed.clear()
        yield tree.size
    compare("the number of entries", stop, tree.size)


def compare(place: str, expected: object, computed: object) -> None:
    """Raise StoredBytesDamaged unless they are equal."""
    if expected != computed:
        raise StoredBytesDamaged(f"{place}: damaged", expected=expected, computed=computed)


def _verified_envelope(entry: Entry, previous: Envelope | None) -> Envelope:
    data = bytes(entry.envelope)
    envelope = Envelope.from_bytes(data)
    check_follows(previous, envelope)
    place = f"entry {entry.seq}"
    compare(place, bytes(entry.chain_hash), hashlib.sha256(data).digest())
    compare(f"{place}, payload", envelope.payload_sha256, hashlib.sha256(entry.payload.data).hexdigest())
    return envelope


def _entries(log: Log, start: int, stop: int) -> Iterator[Entry]:
    rows = Entry.objects.filter(log=log, seq__gte=start, seq__lt=stop)
    return rows.select_related("payload").order_by("seq").iterator(chunk_size=_CHUNK)


def _envelope_before(log: Log, seq: int) -> Envelope | None:
    if seq == 0:
        return None
    return Envelope.from_bytes(bytes(Entry.objects.get(log=log, seq=seq - 1).envelope))
