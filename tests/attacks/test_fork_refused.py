# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/threat-model.md, "A second history": the log's own key signs two boards of one election.

The second leaves out the last ballot; everything else about it is right. Each party refuses it in its own
words. The voter's browser does so in tests/js/desk.test.mjs.
"""

import pytest

from bulletin_board import layout
from bulletin_board.log import merkle, tiles
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.merkle import Frontier
from bulletin_board.log.note import Note
from bulletin_board.log.submission import Submission
from bulletin_board.mirror.copy import Copy
from bulletin_board.mirror.errors import BoardForked
from bulletin_board.mirror.following import follow
from bulletin_board.witness.errors import Fork, Inconsistent, WitnessError
from bulletin_board.witness.store import Store
from bulletin_board.witness.witness import Witness
from tally.record.board_keys import BoardKeys
from tally.station.board import accept
from tally.station.errors import BoardRefuted
from tally.verifier.earlier import Earlier
from tally.verifier.verify import Options, verify
from tests.attacks.judge import assert_only, failing, report
from tests.simulator import LOG_NAME, MemorySource, envelopes_of, open_world

NOW = 1_800_000_000
WITNESSES = tuple(Cosigner(f"witness.example/{index}", bytes([index]) * 32) for index in (1, 2, 3))
QUORUM = 2
CLOSED = 7  # manifest, roll, key, opening, two ballots, closing


class Tree:
    """The hashes of a board's tree."""

    def __init__(self, entries) -> None:
        self.envelopes = [envelope.to_bytes() for envelope in envelopes_of(entries)]
        self.hashes, tree = {}, Frontier(0, ())
        for envelope in self.envelopes:
            for node in tree.add(merkle.leaf_hash(envelope)):
                self.hashes[node.level, node.index] = node.hash

    def read_hashes(self, coordinates):
        return [self.hashes[coordinate] for coordinate in coordinates]

    def files(self):
        """The hash tiles, which a mirror reads."""
        made = {}
        for tile in tiles.tiles_of(len(self.envelopes)):
            level, first = tile.level * tiles.HEIGHT, tile.index * tiles.WIDTH
            places = [(level, first + index) for index in range(tile.width)]
            made[tile.to_path()] = tiles.format_hashes(self.read_hashes(places))
        return made


def history(*voters):
    keys = BoardKeys(
        log=open_world().manifest.board.log,
        witnesses=tuple(witness.verifier_key for witness in WITNESSES),
        quorum=QUORUM,
    )
    world = open_world(board=keys)
    for voter in voters:
        world.vote(voter, {"mayor": {"ada": 1}})
    world.close()
    return world


@pytest.fixture(scope="module")
def true():
    return history(0, 1)


@pytest.fixture(scope="module")
def false(true):
    """The last ballot is another voter's: of the same length, under the same opening."""
    world = history(0, 2)
    assert world.fingerprint == true.fingerprint
    assert len(world.entries) == len(true.entries) == CLOSED
    return world


def note_of(world):
    return world.board().files[layout.CHECKPOINT]


def submission(world, old):
    proof = merkle.prove_consistency(old, len(world.entries), Tree(world.entries))
    return Submission(old=old, proof=proof, checkpoint=note_of(world)).to_bytes()


@pytest.fixture
def witnesses(tmp_path, true):
    """All three have cosigned the true board."""
    made = []
    for index, cosigner in enumerate(WITNESSES):
        store = Store.create(tmp_path / f"{index}.sqlite3")
        store.add_key(true.manifest.board.log)
        made.append(Witness(cosigner, store))
    return made


def lines(witnesses, world, old):
    """What the log gets when it asks everybody; of those who refuse, nothing."""
    found = b""
    for witness in witnesses:
        try:
            found += witness.add_checkpoint(submission(world, old), now=NOW)
        except WitnessError:
            continue
    return found


def cosigned(world, words):
    board = world.board()
    files = {**board.files, **Tree(world.entries).files()}
    return MemorySource({**files, layout.CHECKPOINT: note_of(world) + words})


def test_a_witness_refuses_a_fork_of_the_same_size(witnesses, true, false):
    witness = witnesses[0]
    witness.add_checkpoint(submission(true, 0), now=NOW)
    with pytest.raises(Fork, match=f"a fork: two checkpoints of {CLOSED} entries have different roots"):
        witness.add_checkpoint(submission(false, CLOSED), now=NOW)


def test_a_witness_refuses_a_fork_that_has_grown(witnesses, true, false):
    witness = witnesses[0]
    witness.add_checkpoint(submission(true, 0), now=NOW)
    false = history(0, 2, 3)
    with pytest.raises(Inconsistent, match=f"not proved to extend the checkpoint of {CLOSED} entries"):
        witness.add_checkpoint(submission(false, CLOSED), now=NOW)


def test_no_second_quorum_can_be_had_whoever_is_asked_first(witnesses, true, false):
    first = lines(witnesses[:2], true, 0)
    assert first.count(b"\n") == QUORUM
    second = lines(witnesses, false, 0) + lines(witnesses, false, CLOSED)
    signed = {line.name for line in Note.from_bytes(note_of(false) + second).signatures} - {LOG_NAME}
    assert len(signed) < QUORUM
    assert_refused(true, cosigned(false, second))
    assert not failing(report(true, cosigned(true, first), until_close=True))


def assert_refused(world, board):
    assert_only(world, board, "B.6", "TooFewCosignatures", until_close=True)


def test_a_mirror_refuses_a_fork_and_keeps_both_checkpoints(tmp_path, witnesses, true, false):
    copy = Copy(tmp_path, true.manifest.board.log)
    follow(cosigned(true, lines(witnesses, true, 0)), copy, now=NOW)
    with pytest.raises(BoardForked, match="a fork"):
        follow(cosigned(false, b""), Copy(tmp_path, true.manifest.board.log), now=NOW)
    (place,) = (tmp_path / "evidence").iterdir()
    kept = {Note.from_bytes((place / name).read_bytes()).text for name in ("ours", "theirs")}
    assert kept == {Note.from_bytes(note_of(world)).text for world in (true, false)}


@pytest.mark.parametrize("grown", [False, True])
def test_the_verifier_refuses_a_fork_of_a_checkpoint_that_somebody_kept(true, false, grown):
    world = history(0, 2, 3) if grown else false
    earlier = Earlier(note=note_of(true), judged=None)
    words = b"".join(witness.cosign(head_of(world), time=NOW).to_text().encode() for witness in WITNESSES)
    found = report(true, cosigned(world, words), until_close=True, earlier=earlier)  # even if all conspire
    assert {error for errors in failing(found).values() for error in errors} == {"BoardForked"}


def head_of(world):
    return Checkpoint.from_text(Note.from_bytes(note_of(world)).text)


def test_a_station_refuses_a_fork_that_the_witnesses_have_not_cosigned(true, false, witnesses):
    lines(witnesses, true, 0)
    board = cosigned(false, lines(witnesses, false, 0) + lines(witnesses, false, CLOSED))
    options = Options(fingerprint=true.fingerprint, until_close=True, allow_test_modulus=True)
    with pytest.raises(BoardRefuted, match=r"B\.6 FAIL \(TooFewCosignatures"):
        accept(verify(board, options))
