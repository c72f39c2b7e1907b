# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/threat-model.md, "Two sets decrypted": when witnesses stand in for the trustees' acknowledgements."""

import pytest

from bulletin_board import layout
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner
from tally.record.board_keys import BoardKeys
from tests.attacks.collusion import shared_again
from tests.attacks.judge import assert_only, failing, report
from tests.simulator import LOG_NAME, open_world

WITNESSES = tuple(Cosigner(f"witness.example/{index}", bytes([index]) * 32) for index in range(1, 6))


def finished(quorum, count):
    """An election whose manifest demands `quorum` of `count` witnesses."""
    keys = BoardKeys(
        log=open_world().manifest.board.log,
        witnesses=tuple(witness.verifier_key for witness in WITNESSES[:count]),
        quorum=quorum,
    )
    world = open_world(board=keys)
    world.vote(0, {"mayor": {"ada": 1}})
    world.vote(1, {"mayor": {"ben": 1}})
    world.finish()
    return world


def cosigned(board, *cosigners):
    note = board.files[layout.CHECKPOINT]
    head = Checkpoint.from_text(note.decode().partition("\n\n")[0] + "\n")
    assert head.origin == LOG_NAME
    lines = "".join(cosigner.cosign(head, time=1_800_000_000).to_text() for cosigner in cosigners)
    return board.changed(layout.CHECKPOINT, note + lines.encode())


def with_acknowledgements(world, keep):
    """The board with the shares' acknowledgements thinned out by the trustees themselves."""
    entries = world.entries
    for trustee in (1, 2):  # k shares are posted
        world.entries = shared_again(
            world,
            lambda value: value.update(acknowledgements=keep(value["acknowledgements"])),
            trustee=trustee,
        )
    board, world.entries = world.board(), entries
    return board


@pytest.fixture(scope="module")
def majority():
    return finished(2, 3)


def test_under_a_majority_of_witnesses_shares_need_no_acknowledgements(majority):
    board = cosigned(with_acknowledgements(majority, lambda _all: []), *WITNESSES[:2])
    found = report(majority, board)
    assert found.verdict == "verified"
    (note,) = [finding.note for finding in found.findings if finding.check.id == "G.4"]
    assert "vouch" in note


@pytest.mark.parametrize("keep", [lambda given: given, lambda given: given[:1]])
def test_acknowledgements_that_are_there_all_the_same_are_no_fault(majority, keep):
    board = cosigned(with_acknowledgements(majority, keep), *WITNESSES[:2])
    assert report(majority, board).verdict == "verified"


def test_acknowledgements_that_nobody_needs_must_still_hold(majority):
    board = with_acknowledgements(majority, lambda given: [[1, given[1][1]]])
    assert_only(majority, cosigned(board, *WITNESSES[:2]), "G.4", "BadAcknowledgement")


@pytest.mark.parametrize("signers", [(), WITNESSES[:1], WITNESSES[3:]])
def test_without_the_quorum_itself_nothing_is_verified(majority, signers):
    board = cosigned(with_acknowledgements(majority, lambda _all: []), *signers)
    assert failing(report(majority, board)) == {"B.6": {"TooFewCosignatures"}}


@pytest.mark.parametrize(("quorum", "count"), [(0, 0), (0, 1), (1, 2), (1, 3), (2, 4), (2, 5)])
def test_a_quorum_that_leaves_room_for_a_second_one_vouches_for_nothing(quorum, count):
    """Two disjoint halves of honest witnesses could each have cosigned another history."""
    world = finished(quorum, count)
    board = cosigned(with_acknowledgements(world, lambda _all: []), *WITNESSES[:quorum])
    assert_only(world, board, "G.4", "TooFewAcknowledgements")
    some = cosigned(with_acknowledgements(world, lambda given: given[:2]), *WITNESSES[:quorum])
    assert_only(world, some, "G.4", "TooFewAcknowledgements")


@pytest.mark.parametrize(("quorum", "count"), [(1, 1), (2, 2), (2, 3), (3, 4), (3, 5), (5, 5)])
def test_two_majorities_always_share_a_witness(quorum, count):
    from itertools import combinations

    keys = BoardKeys(
        log=open_world().manifest.board.log,
        witnesses=tuple(witness.verifier_key for witness in WITNESSES[:count]),
        quorum=quorum,
    )
    assert keys.witnesses_vouch
    halves = [set(chosen) for chosen in combinations(range(count), quorum)]
    assert all(one & other for one in halves for other in halves)
