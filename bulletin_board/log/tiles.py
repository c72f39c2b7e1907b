# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiles: the tree and the entries of a log cut into files that, once full, never change.

Specification: docs/spec/board.md, "Tiles"; C2SP tlog-tiles. A hash tile at level L holds up to 256 hashes of
tree level 8·L; an entry bundle holds up to 256 entries. How tiles are stored or fetched is not known here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bulletin_board.errors import MalformedPath, MalformedTile
from bulletin_board.log.merkle import HASH_BYTES

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_LEVEL = 6  # 256^6 leaves and more: sizes stay below 2^53
MAX_ENTRY_BYTES = 65_535
MAX_BUNDLE_BYTES = WIDTH * (2 + MAX_ENTRY_BYTES)
_LENGTH_BYTES = 2
_LEVELS = (None, *range(MAX_LEVEL + 1))

_PATH = re.compile(
    r"tile/(?P<level>entries|[0-6])/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """`width` hashes (1..256) of tree level 8·`level`, from index·256 on; level None: a bundle of entries."""

    level: int | None
    index: int
    width: int

    def to_path(self) -> str:
        """Return tile/<level or entries>/<index in groups of three>, and .p/<width> unless full."""
        level = "entries" if self.level is None else self.level
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_index_text(self.index)}{partial}"

    @classmethod
    def from_path(cls, path: str) -> "Tile":
        """Return the tile whose path is exactly `path`; raises MalformedPath."""
        matched = _PATH.fullmatch(path)
        if matched is None:
            raise MalformedPath("not the path of a tile")
        level = None if matched["level"] == "entries" else int(matched["level"])
        width = WIDTH if matched["width"] is None else int(matched["width"])
        tile = cls(level=level, index=int(re.sub("[x/]", "", matched["index"])), width=width)
        if tile.to_path() != path or width > WIDTH:
            raise MalformedPath("not the one spelling of a tile's path")
        return tile

    def full(self) -> "Tile":
        """Return the tile that this one is the beginning of."""
        return Tile(level=self.level, index=self.index, width=WIDTH)

    def is_within(self, size: int) -> bool:
        """Say whether a tree of `size` leaves has every hash or entry of this tile."""
        complete = size >> (HEIGHT * (self.level or 0))
        return self.index * WIDTH + self.width <= complete


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every hash tile of a tree of `size` leaves, lowest level first; a level's last may be partial."""
    for level in range(MAX_LEVEL + 1):
        yield from _row(level, size >> (HEIGHT * level))


def bundles_of(size: int) -> Iterator[Tile]:
    """Yield every entry bundle of a log of `size` entries; the last may be partial."""
    yield from _row(None, size)


def filled(start: int, stop: int) -> Iterator[Tile]:
    """Yield every full tile and bundle of a log of `stop` entries that one of `start` had not."""
    for level in _LEVELS:
        height = HEIGHT * (level or 0)
        for index in range((start >> height) // WIDTH, (stop >> height) // WIDTH):
            yield Tile(level=level, index=index, width=WIDTH)


def begun(size: int) -> Iterator[Tile]:
    """Yield the partial tiles and the partial bundle of a log of `size` entries."""
    for level in _LEVELS:
        index, width = divmod(size >> (HEIGHT * (level or 0)), WIDTH)
        if width:
            yield Tile(level=level, index=index, width=width)


def format_bundle(entries: Sequence[bytes]) -> bytes:
    """Return u16be length ‖ bytes of each entry; raises MalformedTile for one longer than 65,535 bytes."""
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise MalformedTile("entry too long", expected=f"at most {MAX_ENTRY_BYTES}", computed=len(entry))
        parts.append(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry)
    return b"".join(parts)


def parse_bundle(data: bytes, width: int) -> tuple[bytes, ...]:
    """Return the `width` entries of a bundle; raises MalformedTile unless they are all of it."""
    entries, position = [], 0
    for _ in range(width):
        start = position + _LENGTH_BYTES
        position = start + int.from_bytes(data[position:start], "big")
        if position > len(data):
            break
        entries.append(data[start:position])
    if position != len(data):
        raise MalformedTile("entries do not fill the bundle", expected=position, computed=len(data))
    return tuple(entries)


def format_hashes(hashes: Sequence[bytes]) -> bytes:
    """Return the bytes of a hash tile."""
    return b"".join(hashes)


def parse_hashes(data: bytes, width: int) -> tuple[bytes, ...]:
    """Return the `width` hashes of a tile; raises MalformedTile unless they are all of it."""
    if len(data) != width * HASH_BYTES:
        raise MalformedTile("tile of another length", expected=width * HASH_BYTES, computed=len(data))
    return tuple(data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES))


def _row(level: int | None, count: int) -> Iterator[Tile]:
    full, rest = divmod(count, WIDTH)
    for index in range(full):
        yield Tile(level=level, index=index, width=WIDTH)
    if rest:
        yield Tile(level=level, index=full, width=rest)


def _index_text(index: int) -> str:
    # 1234067 -> x001/x234/067
    text = f"{index % 1000:03d}"
    while index := index // 1000:
        text = f"x{index % 1000:03d}/{text}"
    return text
