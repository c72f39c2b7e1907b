# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/threat-model.md: a checkpoint that the manifest allows, and the verifier's own policy does not."""

import pytest

from bulletin_board import layout
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import Signer
from bulletin_board.log.policy import any_of
from tests.attacks.judge import assert_only, report, status
from tests.simulator import LOG_NAME, LOG_SEED

LOG = Signer(LOG_NAME, LOG_SEED).verifier_key
PRESS, UNION = (Cosigner(f"{name}.example", name.encode().ljust(32, b".")) for name in ("press", "union"))


def demanding(quorum, *cosigners, log: VerifierKey = LOG):
    return any_of(log, [cosigner.verifier_key for cosigner in cosigners], quorum)


def cosigned(world, *cosigners):
    board = world.board()
    note = board.files[layout.CHECKPOINT]
    head = Checkpoint.from_text(note.decode().partition("\n\n")[0] + "\n")
    lines = "".join(cosigner.cosign(head, time=1_800_000_000).to_text() for cosigner in cosigners)
    return board.changed(layout.CHECKPOINT, note + lines.encode())


def test_a_checkpoint_that_meets_the_policy_is_verified(world):
    found = report(world, cosigned(world, PRESS), policy=demanding(1, PRESS, UNION))
    assert status(found, "B.8") == "PASS"
    assert found.verdict == "verified"


def test_without_a_policy_none_is_asked_for(world):
    assert "B.8" not in {finding.check.id for finding in report(world, world.board()).findings}


@pytest.mark.parametrize("signers", [(), (UNION,), (Cosigner("press.example", b"x" * 32),)])
def test_a_board_that_the_witnesses_of_the_policy_have_not_seen_is_refused(world, signers):
    assert_only(world, cosigned(world, *signers), "B.8", "QuorumNotMet", policy=demanding(1, PRESS))


def test_a_board_of_a_log_that_the_policy_does_not_list_is_refused(world):
    other = Signer(LOG_NAME, b"another log's key, of 32 octets.").verifier_key
    assert_only(world, cosigned(world, PRESS), "B.8", "NotSigned", policy=demanding(1, PRESS, log=other))


def test_a_false_cosignature_of_a_witness_of_the_policy_is_refused(world):
    elsewhere = Checkpoint(origin=LOG_NAME, size=5, root=b"\5" * 32)
    note = world.board().files[layout.CHECKPOINT] + UNION.cosign(elsewhere, time=5).to_text().encode()
    board = world.board().changed(layout.CHECKPOINT, note)
    assert_only(world, board, "B.8", "BadSignature", policy=demanding(0, UNION))


def test_a_station_that_verifies_up_to_the_closing_asks_for_the_policy_too(world):
    found = report(world, world.board(), policy=demanding(1, PRESS), until_close=True)
    assert status(found, "B.8") == "FAIL"
