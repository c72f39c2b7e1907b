# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from bulletin_board.errors import MalformedTile, NotFound
from bulletin_board.log import merkle
from bulletin_board.tile_hashes import TileHashes
from tests.histories import History, numbered
from tests.simulator import MemorySource


@pytest.fixture(scope="module")
def log():
    return History().grow(*numbered(0, 700))


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 513, 700])
def test_the_root_and_every_proof_come_out_of_the_tiles(log, size):
    served = History().grow(*log.payloads[:size])
    hashes = TileHashes(MemorySource(served.files()), size)
    assert merkle.root(size, hashes) == log.head(size).root
    for old in {1, size // 2, size - 1} - {0}:
        proof = merkle.prove_consistency(old, size, hashes)
        merkle.check_consistency(old, size, log.head(old).root, log.head(size).root, proof)


def test_a_partial_tile_that_has_filled_up_is_read_from_the_full_one(log):
    assert merkle.root(200, TileHashes(MemorySource(log.files()), 200)) == log.head(200).root


def test_each_tile_is_read_once(log):
    asked = []

    class Counting(MemorySource):
        def read(self, path, *, limit):
            asked.append(path)
            return super().read(path, limit=limit)

    hashes = TileHashes(Counting(log.files()), 700)
    for size in (100, 300, 600):
        merkle.prove_consistency(size, 700, hashes)
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/002.p/188"])
def test_a_tile_that_is_missing_or_cut_is_refused(log, path):
    without = MemorySource(log.files()).changed(path, None)
    with pytest.raises(NotFound):
        merkle.prove_consistency(3, 700, TileHashes(without, 700))
    cut = MemorySource(log.files()).changed(path, log.files()[path][:-1])
    with pytest.raises(MalformedTile):
        merkle.prove_consistency(3, 700, TileHashes(cut, 700))
