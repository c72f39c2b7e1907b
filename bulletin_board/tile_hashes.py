# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hashes of a log's tree, read from the tiles of any source: enough to make proofs of what it shows.

Specification: docs/spec/board.md, "Tiles". What a source says its hashes are proves nothing until a root that
somebody signed has been computed from them.
"""

from collections.abc import Sequence

from bulletin_board.errors import NotFound
from bulletin_board.log import merkle, tiles
from bulletin_board.log.merkle import Coordinate
from bulletin_board.log.tiles import HEIGHT, WIDTH, Tile
from bulletin_board.sources import Source


class TileHashes:
    """A `HashReader` over the tiles of a log of `size` entries; each tile is read once."""

    def __init__(self, source: Source, size: int) -> None:
        self._source = source
        self._size = size
        self._tiles: dict[tuple[int, int], tuple[bytes, ...]] = {}

    def read_hashes(self, coordinates: Sequence[Coordinate]) -> Sequence[bytes]:
        """Return the hash at each (level, index); raises a SourceError or MalformedTile."""
        return [self._hash(level, index) for level, index in coordinates]

    def _hash(self, level: int, index: int) -> bytes:
        row, height = divmod(level, HEIGHT)
        first = index << height
        held = self._tile(row, first // WIDTH)
        found = held[first % WIDTH : first % WIDTH + (1 << height)]
        while len(found) > 1:
            found = tuple(map(merkle.node_hash, found[::2], found[1::2]))
        return found[0]

    def _tile(self, row: int, number: int) -> tuple[bytes, ...]:
        if (row, number) not in self._tiles:
            width = min(WIDTH, (self._size >> (HEIGHT * row)) - number * WIDTH)
            self._tiles[row, number] = self._read(Tile(level=row, index=number, width=width))
        return self._tiles[row, number]

    def _read(self, tile: Tile) -> tuple[bytes, ...]:
        limit = WIDTH * merkle.HASH_BYTES
        try:
            return tiles.parse_hashes(self._source.read(tile.to_path(), limit=limit), tile.width)
        except NotFound:
            # A log that has grown may have replaced a partial tile by the full one (C2SP tlog-tiles).
            if tile.width == WIDTH:
                raise
        return tiles.parse_hashes(self._source.read(tile.full().to_path(), limit=limit), WIDTH)[: tile.width]
