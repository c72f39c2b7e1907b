# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mirror's own copy, hashed again: what it vouches for must still be there, and be what it was.

Specification: docs/spec/board.md, "Mirrors". Every step looks whether all files are there, and goes on with a
round over everything for a while. How far it is lies in `.checked`, so that steps may be processes of their
own; whoever loses that file begins anew.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from bulletin_board import layout
from bulletin_board.files import write_file
from bulletin_board.log import merkle, tiles
from bulletin_board.log.envelope import Envelope
from bulletin_board.log.tiles import HEIGHT, WIDTH, Tile
from bulletin_board.mirror.copy import Copy, own
from bulletin_board.mirror.errors import CopyDamaged

EVERY = 86_400  # s from the beginning of one round to that of the next
LIMIT = (
    2 * EVERY
)  # s: older than this, the beginning of the last whole round lets no step end before this one
BUDGET = 2.0  # s for which a step goes on with a round, or a little more

_STATE = ".checked"
_LINE = re.compile(rb"(0|[1-9][0-9]{0,15}) (0|[1-9][0-9]{0,15}) (0|[1-9][0-9]{0,15})\n")
# An envelope is canonical JSON, and no other of its fields can hold this.
_PAYLOAD = re.compile(rb'"payload_sha256":"([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """Entries below `position` were checked since `begun`, 0 if no round is going on; the last whole round
    began at `since`. Times are in seconds since 1970.
    """

    position: int
    begun: int
    since: int


def check(copy: Copy, *, now: int) -> None:
    """Look after `copy`; `now` is in seconds since 1970. Raises CopyDamaged for what is amiss."""
    if copy.head.size == 0:
        confirm(copy, now=now)
        return
    _check_presence(copy)
    _check_bundle(copy, (copy.head.size - 1) // WIDTH)  # what new entries are added to
    kept = _read(copy.folder)
    found = replace(kept, since=min(kept.since, now), begun=min(kept.begun, now))
    if not found.begun and now - found.since >= EVERY:
        found = replace(found, begun=now)
    if found.begun:
        found = _go_on(copy, found, until=None if now - found.since > LIMIT else monotonic() + BUDGET)
    if found != kept:
        _write(copy.folder, found)


def confirm(copy: Copy, *, now: int) -> None:
    """Note that everything was checked now."""
    _write(copy.folder, _Round(position=0, begun=0, since=now))


def _go_on(copy: Copy, found: _Round, *, until: float | None) -> _Round:
    size = copy.head.size
    while found.position < size:
        index = found.position // WIDTH
        for data in _check_bundle(copy, index):
            _check_payload(copy, data)
        found = replace(found, position=min((index + 1) * WIDTH, size))
        if until is not None and monotonic() >= until and found.position < size:
            return found
    return _Round(position=0, begun=0, since=found.begun)


def _check_presence(copy: Copy) -> None:
    """Raise CopyDamaged unless every tile, every bundle and every payload has its file."""
    there = {file.name for file in (copy.folder / layout.BLOB).glob("*")}
    for tile in tiles.tiles_of(copy.head.size):
        if not copy.holds_tile(tile):
            raise CopyDamaged(f"this copy: no {tile.to_path()}")
    for bundle in tiles.bundles_of(copy.head.size):
        for data in copy.bundle(bundle):
            for digest in _PAYLOAD.findall(data):
                if digest.decode() not in there:
                    raise CopyDamaged(f"this copy: no {layout.blob_path(digest.decode())}")


def _check_bundle(copy: Copy, index: int) -> tuple[bytes, ...]:
    """Return a bundle's entries; raises CopyDamaged unless they, and the hashes above, are the root's."""
    first = index * WIDTH
    bundle = Tile(level=None, index=index, width=min(WIDTH, copy.head.size - first))
    entries, hashes = copy.bundle(bundle), copy.hashes
    leaves = [merkle.leaf_hash(data) for data in entries]
    own(lambda: _compare(bundle, leaves, hashes.read_hashes([(0, first + n) for n in range(bundle.width)])))
    size, root = copy.head.size, copy.head.root
    # The hashes in the row, which are those of the entries, lie on the first one's way to the root.
    proof = own(lambda: merkle.prove_inclusion(first, size, hashes))
    own(lambda: merkle.check_inclusion(first, size, leaves[0], proof, root))
    own(lambda: _check_above(hashes, first + bundle.width))
    return entries


def _check_above(hashes: merkle.HashReader, stop: int) -> None:
    """Compare the hashes of higher tiles that are complete with entry `stop` − 1."""
    for level in range(1, tiles.MAX_LEVEL + 1):
        index, rest = divmod(stop, 1 << (HEIGHT * level))
        if rest:
            return
        below, tree = (level - 1) * HEIGHT, merkle.Frontier(0, ())
        for found in hashes.read_hashes([(below, (index - 1) * WIDTH + n) for n in range(WIDTH)]):
            tree.add(found)
        tile = Tile(level=level, index=(index - 1) // WIDTH, width=WIDTH)
        _compare(tile, [tree.root()], hashes.read_hashes([(level * HEIGHT, index - 1)]))


def _check_payload(copy: Copy, data: bytes) -> None:
    digest = own(lambda: Envelope.from_bytes(data)).payload_sha256
    if not copy.holds_published(digest):
        raise CopyDamaged(f"this copy: {layout.blob_path(digest)} is not what it was")


def _compare(tile: Tile, computed: list[bytes], stored: object) -> None:
    if computed != stored:
        raise CopyDamaged(f"{tile.to_path()} is not what it was")


def _read(folder: Path) -> _Round:
    """How far the check is; nothing was ever checked if that is not known."""
    try:
        matched = _LINE.fullmatch((folder / _STATE).read_bytes())
    except FileNotFoundError:
        matched = None
    position, begun, since = map(int, matched.groups()) if matched else (0, 0, 0)
    return _Round(position=position, begun=begun, since=since)


def _write(folder: Path, found: _Round) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / _STATE, f"{found.position} {found.begun} {found.since}\n".encode("ascii"))
