# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.errors import BoardError, MalformedPath, MalformedTile
from bulletin_board.log import tiles
from bulletin_board.log.tiles import Tile
from tests.unit.board.board_vectors import load

KNOWN = load("transparency_log.json")


@pytest.mark.parametrize(("path", "level", "index", "width"), KNOWN["tile_paths"])
def test_the_known_paths(path, level, index, width):
    tile = Tile(level=level, index=index, width=width)
    assert tile.to_path() == path
    assert Tile.from_path(path) == tile


@pytest.mark.parametrize("path", KNOWN["tile_paths_refused"], ids=ascii)
def test_another_spelling_of_a_path_is_refused(path):
    with pytest.raises(MalformedPath):
        Tile.from_path(path)


@given(st.none() | st.integers(0, 6), st.integers(0, 10**18 - 1), st.integers(1, 256))
def test_every_path_survives_the_round_trip(level, index, width):
    tile = Tile(level=level, index=index, width=width)
    assert Tile.from_path(tile.to_path()) == tile


@given(st.text("tile/0123456789x.pentries", max_size=30))
def test_whatever_parses_has_one_spelling(path):
    try:
        tile = Tile.from_path(path)
    except BoardError:
        return
    assert tile.to_path() == path


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, []),
        (1, ["tile/0/000.p/1"]),
        (255, ["tile/0/000.p/255"]),
        (256, ["tile/0/000", "tile/1/000.p/1"]),
        (257, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]),
        (520, ["tile/0/000", "tile/0/001", "tile/0/002.p/8", "tile/1/000.p/2"]),
    ],
)
def test_a_tree_has_these_tiles_and_none_is_empty(size, expected):
    assert [tile.to_path() for tile in tiles.tiles_of(size)] == expected


def test_a_log_has_these_bundles():
    assert [tile.to_path() for tile in tiles.bundles_of(513)] == [
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/1",
    ]
    assert list(tiles.bundles_of(0)) == []


@given(st.integers(0, 200_000))
def test_exactly_the_tiles_of_a_tree_and_their_parts_are_within_it(size):
    for tile in (*tiles.tiles_of(size), *tiles.bundles_of(size)):
        assert tile.is_within(size)
        last = (tile.index * 256 + tile.width) << (8 * (tile.level or 0))
        assert not tile.is_within(last - 1)


@given(st.lists(st.binary(max_size=20), max_size=10))
def test_every_bundle_survives_the_round_trip(entries):
    assert tiles.parse_bundle(tiles.format_bundle(entries), len(entries)) == tuple(entries)


@pytest.mark.parametrize(
    ("data", "width"),
    [
        (b"", 1),
        (b"\0", 1),
        (b"\0\1", 1),
        (b"\0\1a", 2),
        (b"\0\1a", 0),
        (b"\0\1ab", 1),
        (b"\0\1a\0", 1),
        (b"\0\1a\0", 2),
        (b"\xff\xff" + b"a" * 65_534, 1),
    ],
)
def test_a_bundle_that_its_entries_do_not_fill_is_refused(data, width):
    with pytest.raises(MalformedTile):
        tiles.parse_bundle(data, width)


@given(st.binary(max_size=40), st.integers(0, 5))
def test_whatever_bundle_parses_has_one_spelling(data, width):
    try:
        entries = tiles.parse_bundle(data, width)
    except BoardError:
        return
    assert tiles.format_bundle(entries) == data
    assert len(entries) == width


def test_the_longest_entry_fits_and_one_byte_more_does_not():
    assert tiles.parse_bundle(tiles.format_bundle([b"a" * 65_535]), 1) == (b"a" * 65_535,)
    with pytest.raises(MalformedTile):
        tiles.format_bundle([b"a" * 65_536])


def test_hash_tiles_survive_the_round_trip():
    hashes = (b"\1" * 32, b"\2" * 32)
    assert tiles.parse_hashes(tiles.format_hashes(hashes), 2) == hashes


@pytest.mark.parametrize(("length", "width"), [(0, 1), (31, 1), (33, 1), (64, 1), (32, 2)])
def test_a_hash_tile_of_another_length_is_refused(length, width):
    with pytest.raises(MalformedTile):
        tiles.parse_hashes(b"\0" * length, width)
