# SPDX-License-Identifier: AGPL-3.0-or-later
"""Boards that our publisher wrote, read as static files by the Go module database's libraries."""

import pytest

from bulletin_board import publication, publisher, storage
from bulletin_board.codec import base64std
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.merkle import Frontier, leaf_hash
from bulletin_board.log.note import sign_note
from bulletin_board.reader import open_checkpoint
from bulletin_board.sources import FolderSource
from tests.integration.boards import KEY, ORIGIN, SIGNER, append, numbered
from tests.interop.go_reader import Refused

pytestmark = pytest.mark.django_db
VKEY = KEY.to_text()
SIZES = (1, 255, 256, 257, 600)  # around the width of a tile, and two full ones with a third begun


@pytest.fixture
def log():
    return storage.create_log(ORIGIN)


def published(log, count, folder):
    """Bring the log to `count` entries, sign its head, write the static files."""
    size = log.entries.count()
    append(log, *numbered(count - size, start=size))
    publisher.sign_head(log, SIGNER)
    publisher.export(log, folder)
    return folder


@pytest.mark.parametrize("size", SIZES)
def test_checkpoint_tiles_entries_and_every_proof_agree(go, log, tmp_path, size):
    board = published(log, size, tmp_path / "board")
    head = open_checkpoint(FolderSource(board), KEY)
    assert head.size == size
    assert go("board", board, VKEY) == [str(size), base64std.encode(head.root)]


def test_a_checkpoint_whose_partial_tiles_were_replaced_is_read_from_the_full_ones(go, log, tmp_path):
    board = published(log, 255, tmp_path / "board")
    earlier = (board / "checkpoint").read_bytes()
    published(log, 257, board)
    assert not (board / "tile/entries/000.p").exists()
    (board / "checkpoint").write_bytes(earlier)
    root = open_checkpoint(FolderSource(board), KEY).root
    assert go("board", board, VKEY) == ["255", base64std.encode(root)]


def test_a_later_board_is_proved_to_extend_an_earlier_checkpoint(go, log, tmp_path):
    earlier = published(log, 255, tmp_path / "earlier")
    later = published(log, 520, tmp_path / "later")
    assert go("consistency", later, VKEY, earlier / "checkpoint") == ["255"]


def test_a_fork_is_refused(go, log, tmp_path):
    board = published(log, 9, tmp_path / "board")
    tree = Frontier(0, ())
    for payload in numbered(5, start=100):
        tree.add(leaf_hash(payload))
    other = Checkpoint(origin=ORIGIN, size=tree.size, root=tree.root())
    (tmp_path / "fork").write_bytes(sign_note(other.to_text(), SIGNER))
    with pytest.raises(Refused):
        go("consistency", board, VKEY, tmp_path / "fork")


@pytest.mark.parametrize("seq", [0, 255, 256, 299])
def test_a_receipt_of_ours_verifies(go, log, tmp_path, seq):
    published(log, 300, tmp_path / "board")
    (tmp_path / "entry").write_bytes(log.entries.get(seq=seq).envelope)
    assert go("proof", tmp_path / "entry", VKEY, stdin=publication.receipt(log, seq)) == [str(seq)]


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000"])
def test_a_flipped_bit_in_any_tile_is_refused(go, log, tmp_path, path):
    board = published(log, 300, tmp_path / "board")
    data = bytearray((board / path).read_bytes())
    data[17] ^= 1
    (board / path).write_bytes(data)
    with pytest.raises(Refused):
        go("board", board, VKEY)
