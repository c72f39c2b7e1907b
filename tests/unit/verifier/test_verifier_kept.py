# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking a server only for what is new: what is asked, and that neither server nor copy is believed."""

import hashlib
import http.server
import threading
from functools import partial

import pytest
from typer.testing import CliRunner

from bulletin_board import layout, reader
from bulletin_board.codec import canonical
from bulletin_board.errors import NotFound, ResourceTooLarge
from bulletin_board.log import merkle, tiles
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.note import Note
from bulletin_board.log.tiles import HEIGHT, Tile
from bulletin_board.sources import FolderSource
from tally.verifier import cli, proofs
from tally.verifier.earlier import Earlier
from tally.verifier.kept import Copy, KeptSource, copy_beside
from tests.simulator import MemorySource, board_of

VERIFIED, REFUTED, UNCHECKED = 0, 1, 2
LOG = [("ballot", b"payload %d" % number) for number in range(700)]


class Counting:
    """A board that remembers what it was asked for."""

    def __init__(self, board) -> None:
        self.board = board
        self.asked = []

    def read(self, path, *, limit):
        self.asked.append(path)
        return self.board.read(path, limit=limit)

    def asked_below(self, prefix):
        return [path for path in self.asked if path.startswith(prefix)]


def hash_tiles(board):
    """The hash tiles of a board; the simulator's boards have entries alone."""
    head = head_of(board)
    hashes = {0: []}
    tree = merkle.Frontier(0, ())
    for bundle in tiles.bundles_of(head.size):
        for data in reader.read_bundle(board, bundle):
            for node in tree.add(merkle.leaf_hash(data)):
                hashes.setdefault(node.level, []).append(node.hash)
    found = {}
    for tile in tiles.tiles_of(head.size):
        row = hashes[tile.level * HEIGHT]
        found[tile.to_path()] = tiles.format_hashes(row[tile.index * 256 :][: tile.width])
    return found


def head_of(board):
    return Checkpoint.from_text(Note.from_bytes(board.files[layout.CHECKPOINT]).text)


def served(entries, commitments=None):
    board = board_of(entries, commitments or {})
    return MemorySource(board.files | hash_tiles(board))


def read_all(source, *, payloads=True):
    """What a verifier reads of a board; the payloads in order."""
    head = Checkpoint.from_text(Note.from_bytes(source.read(layout.CHECKPOINT, limit=1 << 16)).text)
    found = []
    for envelope, _ in reader.iter_entries(source, head):
        found.append(reader.read_payload(source, envelope) if payloads else b"")
    return found


def earlier_of(board):
    return Earlier(note=board.files[layout.CHECKPOINT], judged=None)


def keep(board, folder):
    """Read a board once, and keep it as the command does after a verification that passed."""
    copy = Copy([folder])
    read_all(KeptSource(board, copy, None))
    copy.settle(board.files[layout.CHECKPOINT])
    return earlier_of(board)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "my.state.copy"


@pytest.mark.parametrize(
    ("then", "now", "bundles"),
    [
        (300, 300, []),
        (300, 310, ["001.p/54"]),
        (300, 700, ["001", "002.p/188"]),
        (512, 700, ["002.p/188"]),
        (256, 257, ["001.p/1"]),
        (5, 700, ["000", "001", "002.p/188"]),
    ],
)
def test_only_new_bundles_and_payloads_are_asked_for(folder, then, now, bundles):
    earlier = keep(served(LOG[:then]), folder)
    board = Counting(served(LOG[:now]))
    source = KeptSource(board, Copy([folder]), earlier)
    assert source.entries == then
    assert read_all(source) == [payload for _, payload in LOG[:now]]
    assert board.asked_below("tile/entries/") == [f"tile/entries/{bundle}" for bundle in bundles]
    new = [layout.blob_path(hashlib.sha256(payload).hexdigest()) for _, payload in LOG[then:now]]
    assert board.asked_below(layout.BLOB) == new
    assert board.asked.count(layout.CHECKPOINT) == 1
    proof = set(board.asked) - {layout.CHECKPOINT, *new} - set(board.asked_below("tile/entries/"))
    assert len(proof) <= 4  # hash tiles


def test_a_copy_grows_from_run_to_run_and_is_a_record_itself(folder):
    earlier = keep(served(LOG[:100]), folder)
    for size in (200, 300, 600):
        board, copy = served(LOG[:size]), Copy([folder])
        source = KeptSource(board, copy, earlier)
        assert source.entries == head_of(MemorySource({layout.CHECKPOINT: earlier.note})).size
        read_all(source)
        copy.settle(board.files[layout.CHECKPOINT])
        earlier = earlier_of(board)
    assert sorted(path.name for path in (folder / "tile/entries").rglob("*") if path.is_file()) == [
        "000",
        "001",
        "88",
    ]
    assert read_all(FolderSource(folder)) == [payload for _, payload in LOG[:600]]


def test_what_was_kept_under_another_name_of_the_state_is_used_and_kept_again(tmp_path):
    monday, tuesday = (copy_beside(tmp_path / f"{day}.state") for day in ("monday", "tuesday"))
    earlier = keep(served(LOG[:300]), monday)
    copy, board = Copy([tuesday, monday]), served(LOG[:310])
    read_all(KeptSource(board, copy, earlier))
    copy.settle(board.files[layout.CHECKPOINT])
    again = Counting(board)
    assert KeptSource(again, Copy([tuesday]), earlier_of(board)).entries == 310
    read_all(KeptSource(again, Copy([tuesday]), earlier_of(board)))
    assert again.asked_below(layout.BLOB) == []


def changed(entries, seq):
    return [*entries[:seq], ("ballot", b"another payload"), *entries[seq + 1 :]]


def test_what_a_server_changed_in_the_old_part_of_a_bundle_is_not_looked_at(folder):
    earlier = keep(served(LOG[:300]), folder)
    board = served(LOG[:310])
    path = Tile(level=None, index=1, width=54).to_path()
    entries = list(tiles.parse_bundle(board.files[path], 54))
    entries[3] = entries[4]
    source = KeptSource(board.changed(path, tiles.format_bundle(entries)), Copy([folder]), earlier)
    assert read_all(source) == [payload for _, payload in LOG[:310]]


def test_what_a_server_changed_in_the_new_part_is_found(folder):
    earlier = keep(served(LOG[:300]), folder)
    board, forged = served(LOG[:310]), served(changed(LOG[:310], 305))
    path = Tile(level=None, index=1, width=54).to_path()
    source = KeptSource(board.changed(path, forged.files[path]), Copy([folder]), earlier)
    with pytest.raises(Exception, match="the entries have another root"):
        read_all(source, payloads=False)


@pytest.mark.parametrize("size", [300, 310])
def test_of_a_fork_everything_is_read_and_the_copy_stays(folder, size):
    earlier = keep(served(LOG[:300]), folder)
    before = {file: file.read_bytes() for file in (folder / "tile").rglob("*") if file.is_file()}
    fork = Counting(served(changed(LOG[:size], 7)))
    copy = Copy([folder])
    source = KeptSource(fork, copy, earlier)
    assert source.entries == 0
    assert read_all(source)[7] == b"another payload"
    assert len(fork.asked_below("tile/entries/")) == 2
    assert {file: file.read_bytes() for file in before} == before


def test_false_tiles_prove_nothing_and_cost_the_reading_alone(folder):
    earlier = keep(served(LOG[:300]), folder)
    board = served(LOG[:310])
    path = Tile(level=0, index=1, width=54).to_path()
    for data in (None, b"\1" * 54 * 32, b"short"):
        counting = Counting(board.changed(path, data))
        source = KeptSource(counting, Copy([folder]), earlier)
        assert source.entries == 0
        assert read_all(source) == [payload for _, payload in LOG[:310]]


@pytest.mark.parametrize("damage", ["bundle", "short", "gone"])
def test_a_copy_that_is_not_what_was_verified_is_not_used(folder, damage):
    earlier = keep(served(LOG[:300]), folder)
    file = folder / "tile/entries/000"
    data = bytearray(file.read_bytes())
    data[20] ^= 1
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(bytes(data) if damage == "bundle" else data[:-1])
    counting = Counting(served(LOG[:310]))
    source = KeptSource(counting, Copy([folder]), earlier)
    assert source.entries == 0
    assert read_all(source) == [payload for _, payload in LOG[:310]]
    assert len(counting.asked_below("tile/entries/")) == 2


def test_a_payload_that_is_not_what_was_verified_is_read_again_and_mended(folder):
    earlier = keep(served(LOG[:300]), folder)
    path = layout.blob_path(hashlib.sha256(LOG[5][1]).hexdigest())
    (folder / path).write_bytes(b"another payload")
    for asked in ([path], []):
        counting = Counting(served(LOG[:300]))
        assert read_all(KeptSource(counting, Copy([folder]), earlier))[5] == LOG[5][1]
        assert counting.asked_below(layout.BLOB) == asked


def test_payloads_that_do_not_have_their_hash_are_not_kept(folder):
    path = layout.blob_path(hashlib.sha256(LOG[5][1]).hexdigest())
    board = served(LOG[:10]).changed(path, b"forged")
    assert KeptSource(board, Copy([folder]), None).read(path, limit=100) == b"forged"  # whoever asks compares
    assert not (folder / path).exists()


def test_entries_are_kept_only_once_they_are_verified(folder):
    board = served(LOG[:10])
    read_all(KeptSource(board, Copy([folder]), None))
    assert not (folder / "tile").exists()
    assert KeptSource(board, Copy([folder]), earlier_of(board)).entries == 0


def test_what_cannot_be_kept_is_read_all_the_same(tmp_path):
    file = tmp_path / "no-folder"
    file.write_bytes(b"")
    copy, board = Copy([file]), served(LOG[:10])
    assert read_all(KeptSource(board, copy, None)) == [payload for _, payload in LOG[:10]]
    copy.settle(board.files[layout.CHECKPOINT])
    assert isinstance(copy.trouble, OSError)


def test_nothing_is_written_through_a_link(folder, tmp_path):
    board, mine = served(LOG[:10]), tmp_path / "mine"
    mine.write_bytes(b"mine")
    blob = folder / layout.blob_path(hashlib.sha256(LOG[5][1]).hexdigest())
    for place in (
        blob,
        blob.with_name(f".{blob.name}.part"),
        folder / "checkpoint",
        folder / "tile/entries/000.p/10",
    ):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(mine)
    keep(board, folder)
    assert mine.read_bytes() == b"mine"
    assert (blob.read_bytes(), blob.is_symlink()) == (LOG[5][1], False)
    assert read_all(FolderSource(folder)) == [payload for _, payload in LOG[:10]]


def test_limits_hold_for_what_is_kept_too(folder):
    board = served(LOG[:10])
    earlier = keep(board, folder)
    path = layout.blob_path(hashlib.sha256(LOG[5][1]).hexdigest())
    with pytest.raises(ResourceTooLarge):
        KeptSource(board, Copy([folder]), earlier).read(path, limit=3)
    with pytest.raises(NotFound):
        KeptSource(board, Copy([folder]), earlier).read(layout.commitments_path("0" * 64), limit=3)


# The command.


class Recording(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *arguments, asked, **options) -> None:
        self.asked = asked
        super().__init__(*arguments, **options)

    def do_GET(self):
        self.asked.append(self.path[1:])
        super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def town(world, folder_of, monkeypatch):
    """A served board that grows: what it was asked for, and the places of the ballots that were judged."""

    class Town:
        def __init__(self, server) -> None:
            self.address = f"http://127.0.0.1:{server.server_address[1]}"
            self.asked, self.judged = [], []

        def show(self, entries, **changes):
            board = served(entries, world.commitments)
            for path, data in changes.get("files", {}).items():
                board = board.changed(path, data)
            server.RequestHandlerClass = partial(Recording, asked=self.asked, directory=str(folder_of(board)))

        def run(self, *arguments):
            self.asked.clear()
            self.judged.clear()
            return CliRunner().invoke(cli.app, [self.address, *map(str, arguments)])

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recording)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    town = Town(server)
    honest = proofs.judge

    def watched(opened, submitted):
        town.judged.extend(item.where for item in submitted)
        return honest(opened, submitted)

    monkeypatch.setattr(proofs, "judge", watched)
    yield town
    server.shutdown()
    server.server_close()


def blobs_of(entries):
    return sorted(layout.blob_path(hashlib.sha256(payload).hexdigest()) for _, payload in entries)


def below(asked, prefix):
    return sorted(path for path in asked if path.startswith(prefix))


def test_a_second_run_downloads_and_judges_what_is_new_and_nothing_else(world, town, tmp_path):
    state, report = tmp_path / "my.state", tmp_path / "report.json"
    town.show(world.entries[:8])
    town.run("--fingerprint", world.fingerprint, "--state", state)
    assert below(town.asked, layout.BLOB) == blobs_of(world.entries[:8])
    assert len(town.judged) == 3
    town.show(world.entries)
    again = town.run("--since", state, "--state", state, "--json", report)
    assert again.exit_code == VERIFIED
    assert below(town.asked, layout.BLOB) == blobs_of(world.entries[8:])
    assert below(town.asked, "tile/entries/") == ["tile/entries/000.p/15"]
    assert below(town.asked, "tile/0/") == ["tile/0/000.p/15"]  # the proof that the board continues
    assert town.judged == ["entry 8 (ballot)", "entry 9 (ballot)"]
    assert len(below(town.asked, layout.COMMITMENTS)) == 2
    assert "The first 8 entries and their payloads are in your own copy" in report.read_text()
    assert town.run("--since", state).exit_code == VERIFIED
    assert town.asked == ["checkpoint"]
    assert town.judged == []


def test_whoever_keeps_no_copy_downloads_everything(world, town, tmp_path):
    state = tmp_path / "my.state"
    town.show(world.entries)
    asked = ("--fingerprint", world.fingerprint, "--no-copy")
    assert town.run(*asked, "--state", state).exit_code == VERIFIED
    assert not copy_beside(state).exists()
    assert town.run(*asked, "--since", state).exit_code == VERIFIED
    assert set(below(town.asked, layout.BLOB)) == set(blobs_of(world.entries))


def test_a_server_that_forked_is_refuted_though_most_lies_in_the_copy(world, town, tmp_path):
    state = tmp_path / "my.state"
    town.show(world.entries[:8])
    town.run("--fingerprint", world.fingerprint, "--state", state)
    town.show([*world.entries[:5], world.entries[6], world.entries[5], *world.entries[7:]])
    again = town.run("--since", state, "--state", state)
    assert again.exit_code == REFUTED
    assert "BoardForked" in again.output
    town.show(world.entries)  # the copy was not harmed
    again = town.run("--since", state, "--state", state, "--json", tmp_path / "report.json")
    assert again.exit_code == VERIFIED
    assert "The first 8 entries" in (tmp_path / "report.json").read_text()


def test_a_copy_changed_together_with_nothing_else_changes_no_verdict(world, town, tmp_path):
    state = tmp_path / "my.state"
    town.show(world.entries)
    town.run("--fingerprint", world.fingerprint, "--state", state)
    for file in copy_beside(state).rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[::-1])
    assert town.run("--since", state, "--state", state).exit_code == VERIFIED
    assert below(town.asked, layout.BLOB) == blobs_of(world.entries)


def test_a_state_for_another_board_brings_nothing_of_its_copy(world, town, tmp_path):
    state = tmp_path / "my.state"
    town.show(world.entries)
    town.run("--fingerprint", world.fingerprint, "--state", state)
    value = canonical.parse(state.read_bytes()[:-1], limit=1 << 20)
    state.write_bytes(canonical.encode({**value, "fingerprint": "0" * 64}) + b"\n")
    assert town.run("--since", state).exit_code == REFUTED
