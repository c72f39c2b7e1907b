# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Merkle tree of the log: roots, proofs of inclusion, proofs of consistency.

Specification: docs/spec/board.md, "Tree"; RFC 6962, section 2.1. A tree of n leaves is held as the hashes of
its complete subtrees: the one at (level, index) covers the leaves index·2^level up to (index + 1)·2^level and
never changes. Where the hashes are kept is not known here; they are read through `HashReader`, O(log n) of
them at a time.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bulletin_board.errors import OutsideTree, RootMismatch, WrongProofLength

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()

Coordinate = tuple[int, int]  # level, index
_Range = tuple[int, int]  # leaves low ≤ i < high; low is a multiple of a power of two that is ≥ high − low


class HashReader(Protocol):
    """Where the hashes of complete subtrees are kept."""

    def read_hashes(self, coordinates: Sequence[Coordinate]) -> Sequence[bytes]:
        """Return the hash at each (level, index), in the order asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """The hash of a complete subtree."""

    level: int
    index: int
    hash: bytes


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A growing tree of which only its O(log n) largest complete subtrees are kept."""

    __slots__ = ("_hashes", "size")

    def __init__(self, size: int, hashes: Sequence[bytes]) -> None:
        """Begin at `size` leaves, whose largest complete subtrees (see `frontier`) have these `hashes`."""
        if len(hashes) != size.bit_count():
            raise WrongProofLength("frontier hashes", expected=size.bit_count(), computed=len(hashes))
        self.size = size
        self._hashes = list(hashes)

    def add(self, leaf: bytes) -> tuple[Node, ...]:
        """Append a leaf hash; return the subtrees that it completes, the leaf itself first."""
        index, level, found = self.size, 0, leaf
        nodes = [Node(level=0, index=index, hash=leaf)]
        while index & 1:
            found = node_hash(self._hashes.pop(), found)
            index, level = index >> 1, level + 1
            nodes.append(Node(level=level, index=index, hash=found))
        self._hashes.append(found)
        self.size += 1
        return tuple(nodes)

    def root(self) -> bytes:
        """Return the root of the leaves so far."""
        return _fold(self._hashes) if self._hashes else EMPTY_ROOT


def frontier(size: int) -> tuple[Coordinate, ...]:
    """Return the largest complete subtrees of a tree of `size` leaves, left to right."""
    return tuple(_subtrees((0, size)))


def root(size: int, reader: HashReader) -> bytes:
    """Return the root of the first `size` leaves; the empty tree has SHA-256 of nothing."""
    _check_index(0, size + 1)
    return Frontier(size, reader.read_hashes(frontier(size))).root()


def prove_inclusion(index: int, size: int, reader: HashReader) -> tuple[bytes, ...]:
    """Return the proof that leaf `index` is in the tree of `size` leaves: hashes from leaf to root."""
    return _read(_inclusion_path(index, size), reader)


def prove_inclusions(indices: Iterable[int], size: int, reader: HashReader) -> dict[int, tuple[bytes, ...]]:
    """Return the proof of every index, as `prove_inclusion` does, of one read for all."""
    paths = {index: _inclusion_path(index, size) for index in indices}
    wanted = list({node for path in paths.values() for leaves in path for node in _subtrees(leaves)})
    known = _Known(dict(zip(wanted, reader.read_hashes(wanted), strict=True)))
    return {index: _read(path, known) for index, path in paths.items()}


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], expected_root: bytes) -> None:
    """Raise unless leaf hash `leaf` stands at `index` in the tree of `size` leaves with `expected_root`.

    Raises OutsideTree, WrongProofLength or RootMismatch.
    """
    path = _inclusion_path(index, size)
    _check_proof(proof, len(path))
    found = leaf
    for (low, _), sibling in zip(path, proof, strict=True):
        found = node_hash(found, sibling) if low > index else node_hash(sibling, found)
    _check_root(found, expected_root)


def prove_consistency(old: int, new: int, reader: HashReader) -> tuple[bytes, ...]:
    """Return the proof that the tree of `old` leaves is a prefix of the tree of `new` leaves."""
    _, path = _consistency_path(old, new)
    return _read(path, reader)


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise OutsideTree, WrongProofLength or RootMismatch unless the old tree is a prefix of the new one.

    Every tree begins with the empty tree: then, as between equal sizes, the proof is empty.
    """
    whole, path = _consistency_path(old, new)
    _check_proof(proof, len(path))
    if old == 0:
        _check_root(EMPTY_ROOT, old_root)
        return
    found_old = found_new = old_root if whole else proof[0]
    steps = list(zip(path, proof, strict=True))
    for (low, _), sibling in steps if whole else steps[1:]:
        if low < old:
            found_old, found_new = node_hash(sibling, found_old), node_hash(sibling, found_new)
        else:
            found_new = node_hash(found_new, sibling)
    _check_root(found_old, old_root)
    _check_root(found_new, new_root)


def _inclusion_path(index: int, size: int) -> list[_Range]:
    # RFC 6962, 2.1.1: PATH(m, D[n]), the siblings met between the leaf and the root, leaf first.
    _check_index(index, size)
    low, high, path = 0, size, []
    while high - low > 1:
        middle = _split(low, high)
        if index < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return path[::-1]


def _consistency_path(old: int, new: int) -> tuple[bool, list[_Range]]:
    # RFC 6962, 2.1.2: SUBPROOF(m, D[n], b), leaf end first; and b, that the old tree is itself a subtree.
    _check_index(old, new + 1)
    if old == 0:
        return True, []
    low, high, path = 0, new, []
    while high != old:
        middle = _split(low, high)
        if old <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    if low:
        path.append((low, high))
    return low == 0, path[::-1]


def _split(low: int, high: int) -> int:
    # low + k, k the largest power of two below high − low.
    return low + (1 << ((high - low - 1).bit_length() - 1))


def _subtrees(leaves: _Range) -> Iterator[Coordinate]:
    low, high = leaves
    while low < high:
        level = (high - low).bit_length() - 1
        yield level, low >> level
        low += 1 << level


def _read(path: Sequence[_Range], reader: HashReader) -> tuple[bytes, ...]:
    # One read for all siblings, then each is folded from its own complete subtrees.
    parts = [list(_subtrees(leaves)) for leaves in path]
    hashes = iter(reader.read_hashes([coordinate for part in parts for coordinate in part]))
    return tuple(_fold([next(hashes) for _ in part]) for part in parts)


@dataclass(frozen=True, slots=True)
class _Known:
    """A `HashReader` over hashes that were read before."""

    hashes: Mapping[Coordinate, bytes]

    def read_hashes(self, coordinates: Sequence[Coordinate]) -> Sequence[bytes]:
        return [self.hashes[coordinate] for coordinate in coordinates]


def _fold(hashes: Sequence[bytes]) -> bytes:
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise OutsideTree("outside the tree", expected=f"0 ≤ n < {size}", computed=index)


def _check_proof(proof: Sequence[bytes], length: int) -> None:
    if len(proof) != length:
        raise WrongProofLength("hashes in the proof", expected=length, computed=len(proof))
    if any(len(sibling) != HASH_BYTES for sibling in proof):
        raise WrongProofLength("a hash of the proof is not 32 bytes")


def _check_root(computed: bytes, expected: bytes) -> None:
    if computed != expected:
        raise RootMismatch("another root", expected=expected, computed=computed)
