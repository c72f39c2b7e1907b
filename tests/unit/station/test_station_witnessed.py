# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a station gives its share without acknowledgements: a majority of witnesses cosigned the board."""

from functools import cache

import pytest

from bulletin_board import layout
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner
from tally.record.board_keys import BoardKeys
from tally.record.share import Share, ShareShape
from tally.station.errors import BoardRefuted
from tally.station.memory import Memory
from tally.station.refusal import Refusal
from tally.station.request import ACKNOWLEDGE, SHARE
from tally.station.station import Station
from tally.verifier.shares import check_share
from tests import stations
from tests.keys import Stream
from tests.simulator import make_manifest, mayor
from tests.stations import acknowledgement, request

WITNESSES = tuple(Cosigner(f"witness.example/{index}", bytes([index]) * 32) for index in (1, 2, 3))


def keys(quorum):
    return BoardKeys(
        log=make_manifest((mayor(),)).board.log,
        witnesses=tuple(witness.verifier_key for witness in WITNESSES),
        quorum=quorum,
    )


@cache
def town(quorum):
    return stations.closed_town(board=keys(quorum))


@cache
def smaller_town(quorum):
    """The same election with one voter's last ballot left out."""
    world = stations.open_town(board=keys(quorum))
    world.vote(0, {"mayor": {"ada": 1}, "school": {"dora": 1, "emil": 1}})
    world.vote(1, {"mayor": {"ben": 1}, "school": {"dora": 1}})
    world.vote(2, {"mayor": {"ada": 1}, "school": {"gus": 1}})
    world.close()
    return world


def cosigned(world, *cosigners):
    board = world.board()
    note = board.files[layout.CHECKPOINT]
    head = Checkpoint.from_text(note.decode().partition("\n\n")[0] + "\n")
    lines = "".join(cosigner.cosign(head, time=5).to_text() for cosigner in cosigners)
    return board.changed(layout.CHECKPOINT, note + lines.encode())


class Desk:
    """The station of trustee 2 in a town with three witnesses, shown a board that some of them cosigned."""

    def __init__(self, folder, quorum, *signers) -> None:
        self.world = self.shown = town(quorum)
        self.signers, self.said, self.reads = signers, [], 0
        self.station = Station(
            secrets=stations.secrets_of(2, self.world),
            fingerprint=self.world.fingerprint,
            memory=Memory(folder),
            read_board=self.read_board,
            say=self.said.append,
            entropy=Stream(b"station"),
        )

    def read_board(self):
        self.reads += 1
        return stations.read_closed(cosigned(self.shown, *self.signers), self.world.fingerprint)

    def ask(self, phase, *acknowledgements):
        return self.station.answer(request(phase, *acknowledgements, election=self.world.fingerprint))


def code(payload):
    return Refusal.from_bytes(payload).refusal


def test_a_share_is_given_at_once_for_a_board_that_a_majority_cosigned(tmp_path):
    desk = Desk(tmp_path, 2, *WITNESSES[:2])
    found = desk.read_board()
    share = Share.from_bytes(desk.ask(SHARE), ShareShape.of(desk.world.manifest))
    assert share.acknowledgements == ()
    check_share(found.opened, share, head=found.head, counted=found.counted.hash, aggregates=found.aggregates)
    assert any("cosigned by 2 witnesses or more" in line for line in desk.said)


@pytest.mark.parametrize("signers", [(), WITNESSES[:1], (WITNESSES[0], WITNESSES[0])])
def test_a_board_without_the_quorum_gets_nothing(tmp_path, signers):
    desk = Desk(tmp_path, 2, *signers)
    with pytest.raises(BoardRefuted, match=r"B\.6"):
        desk.read_board()
    assert code(desk.ask(SHARE)) == "board-refuted"


def test_a_quorum_that_is_no_majority_leaves_it_to_the_trustees(tmp_path):
    desk = Desk(tmp_path, 1, *WITNESSES)
    assert code(desk.ask(SHARE)) == "not-acknowledged"
    desk.ask(ACKNOWLEDGE)
    assert code(desk.ask(SHARE)) == "own-acknowledgement-missing"


def test_acknowledgements_that_come_along_must_hold_all_the_same(tmp_path):
    desk = Desk(tmp_path, 2, *WITNESSES)
    assert code(desk.ask(SHARE, acknowledgement(1, desk.world))) == "not-acknowledged"
    own = desk.ask(ACKNOWLEDGE)
    other = acknowledgement(1, smaller_town(2))
    assert code(desk.ask(SHARE, other, own)) == "acknowledgements-differ"
    forged = acknowledgement(1, desk.world, seed=stations.trustee_seed(3))
    assert code(desk.ask(SHARE, forged, own)) == "bad-acknowledgement"


def test_a_board_that_changed_since_the_station_acknowledged_it_gets_nothing(tmp_path):
    desk = Desk(tmp_path, 2, *WITNESSES)
    desk.ask(ACKNOWLEDGE)
    later = Desk(tmp_path, 2, *WITNESSES)
    later.shown = smaller_town(2)
    assert code(later.ask(SHARE)) == "board-changed"


def test_a_second_set_gets_no_second_answer(tmp_path):
    desk = Desk(tmp_path, 2, *WITNESSES)
    first = desk.ask(SHARE)
    later = Desk(tmp_path, 2, *WITNESSES)
    later.shown = smaller_town(2)  # witnesses that cosign two histories have conspired
    assert later.ask(SHARE) == first
    assert later.reads == 0


def test_the_share_once_given_is_given_again_and_no_other(tmp_path):
    desk = Desk(tmp_path, 2, *WITNESSES)
    first = desk.ask(SHARE)
    assert desk.ask(SHARE) == first
    assert code(desk.ask(SHARE, acknowledgement(2, desk.world))) == "answered-otherwise"
