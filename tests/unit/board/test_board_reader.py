# SPDX-License-Identifier: AGPL-3.0-or-later
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import pytest

from bulletin_board import reader
from bulletin_board.errors import (
    BadSignature,
    MalformedTile,
    NotCanonical,
    NotFound,
    PayloadMismatch,
    ResourceTooLarge,
    RootMismatch,
    TimeReversed,
    WrongPrevious,
    WrongSequence,
)
from bulletin_board.log import merkle, tiles
from bulletin_board.log.checkpoint import Checkpoint
from tests.unit.board.board_simulator import KEY, NOON, SIGNER, Simulator


def read_all(board):
    return list(reader.iter_entries(board, reader.open_checkpoint(board, KEY)))


@pytest.mark.parametrize("count", [0, 1, 2, 255, 256, 257, 600])
def test_an_honest_board_is_read_in_order(count):
    board = Simulator(count)
    found = read_all(board)
    assert [data for _, data in found] == board.entries
    assert [envelope.seq for envelope, _ in found] == list(range(count))
    assert [reader.read_payload(board, envelope) for envelope, _ in found] == board.payloads


def test_a_log_that_has_grown_since_the_checkpoint_is_read_as_of_the_checkpoint():
    board, later = Simulator(5), Simulator(300)
    head = reader.open_checkpoint(board, KEY)
    assert [data for _, data in reader.iter_entries(later, head)] == board.entries


@pytest.mark.parametrize("path", ["tile/entries/000", "tile/entries/001.p/44"])
def test_a_missing_bundle_is_refused(path):
    board = Simulator(300)
    del board.files[path]
    with pytest.raises(NotFound):
        read_all(board)


def test_a_checkpoint_that_is_tampered_with_is_refused():
    board = Simulator(3)
    board.files["checkpoint"] = board.files["checkpoint"].replace(b"\n3\n", b"\n2\n")
    with pytest.raises(BadSignature):
        reader.open_checkpoint(board, KEY)


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"\0\0", lambda _: b""])
def test_a_bundle_of_another_length_is_refused(change):
    board = Simulator(3)
    board.files["tile/entries/000.p/3"] = change(board.files["tile/entries/000.p/3"])
    with pytest.raises(MalformedTile):
        read_all(board)


def changed(**fields):
    """Return a change of entry 1 alone: those after it go on from the entry as it was."""
    return lambda envelopes: [envelopes[0], replace(envelopes[1], **fields), *envelopes[2:]]


@pytest.mark.parametrize(
    ("change", "expected", "place"),
    [
        (changed(seq=2), WrongSequence, "entry 1"),
        (changed(prev="ab" * 32), WrongPrevious, "entry 1"),
        (changed(time=NOON - timedelta(minutes=5)), TimeReversed, "entry 1"),
        (changed(type="roll"), WrongPrevious, "entry 2"),
        (changed(payload_sha256="ab" * 32), WrongPrevious, "entry 2"),
        (lambda envelopes: [envelopes[0], *envelopes[2:]], WrongSequence, "entry 1"),
        (lambda envelopes: [envelopes[1], envelopes[0], *envelopes[2:]], WrongSequence, "entry 0"),
        (lambda envelopes: [envelopes[0], *envelopes], WrongSequence, "entry 1"),
    ],
    ids=range(8),
)
def test_a_signed_board_whose_chain_is_broken_is_refused_and_the_entry_named(change, expected, place):
    with pytest.raises(expected, match=f"^{place}: "):
        read_all(Simulator(4, change=change))


def test_a_signed_entry_that_is_not_canonical_is_refused_and_named():
    board = Simulator(3)
    board.entries[2] = board.entries[2].replace(b":", b": ", 1)
    board.publish()
    with pytest.raises(NotCanonical, match=r"^entry 2: "):
        read_all(board)


def test_another_last_entry_than_the_signed_one_is_refused_at_the_end():
    board = Simulator(3, change=lambda envelopes: [*envelopes[:2], replace(envelopes[2], type="roll")])
    board.files["checkpoint"] = Simulator(3).files["checkpoint"]
    with pytest.raises(RootMismatch):
        read_all(board)


def test_a_payload_that_is_missing_is_refused():
    board = Simulator(3)
    (_, (entry, _), _) = read_all(board)
    del board.files[f"blob/{entry.payload_sha256}"]
    with pytest.raises(NotFound):
        reader.read_payload(board, entry)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"payload 7", PayloadMismatch),
        (b"payload", PayloadMismatch),
        (b"", PayloadMismatch),
        (b"payload 10", ResourceTooLarge),
    ],
)
def test_another_payload_than_the_one_named_is_refused(payload, expected):
    board = Simulator(3)
    (_, (entry, _), _) = read_all(board)
    board.files[f"blob/{entry.payload_sha256}"] = payload
    with pytest.raises(expected):
        reader.read_payload(board, entry)


class Endless:
    """A source that makes each bundle when it is asked for, from one entry repeated: it holds nothing."""

    def __init__(self, size) -> None:
        self.size = size
        self.simulator = Simulator(1)

    def read(self, path, *, limit):
        bundle = tiles.Tile.from_path(path)
        return tiles.format_bundle(self.simulator.entries * bundle.width)


def test_memory_does_not_grow_with_the_log(monkeypatch):
    # The chain is not what is measured here: every entry of this board is its first.
    monkeypatch.setattr(reader.envelope, "check_follows", lambda *_: None)
    peaks = []
    for size in (512, 2_048):
        board = Endless(size)
        head = Checkpoint(origin=SIGNER.name, size=size, root=merkle.EMPTY_ROOT)
        tracemalloc.start()
        with pytest.raises(RootMismatch):
            for _ in reader.iter_entries(board, head):
                pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5
