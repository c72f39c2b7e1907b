# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making a roll change from a board: who is revoked, who is admitted, with which weight."""

import pytest

from bulletin_board.errors import BoardError, EncodingError, RootMismatch
from tally.crypto import ed25519
from tally.crypto.errors import BadSignature
from tally.errors import NotOnRoll, Revoked
from tally.record.errors import (
    AlreadyEnrolled,
    EmptyRollChange,
    FingerprintMismatch,
    InvalidCredential,
    RollExceedsCapacity,
    WrongChangeNumber,
)
from tally.registrar.changes import make_change, read_admission, read_replacement, read_step, read_steps
from tally.registrar.errors import (
    BadChange,
    BadChangeRow,
    BadHeading,
    BadQuoting,
    DuplicateCredential,
    KeyFileMismatch,
    ListNotText,
    NotTakingBallots,
    VoterListRefused,
)
from tally.registrar.standing import read_standing
from tests.attacks.collusion import envelopes_on
from tests.simulator import LOG_SEED, REGISTRAR_SEED, head_of, log_files, open_world, voter_seed

NEW, OTHER = (ed25519.public_key(voter_seed(number)).hex() for number in (60, 61))
ADA = {"mayor": {"ada": 1}}


@pytest.fixture(scope="module")
def world():
    world = open_world(weights=(1, 3, 1))
    world.vote(0, ADA)
    world.change_roll(revoke=[2], admit={50: 4})
    world.test(1, ADA)
    return world


@pytest.fixture
def standing(world):
    return read_standing(world.board(), world.fingerprint, allow_test_modulus=True)


def key(voter):
    return ed25519.public_key(voter_seed(voter)).hex()


def make(standing, *steps, reason="A letter was lost."):
    return make_change(standing, steps, reason, REGISTRAR_SEED)


def refused(world, source, error):
    with pytest.raises(error):
        read_standing(source, world.fingerprint, allow_test_modulus=True)


def test_the_roll_is_taken_from_the_board_with_its_changes(world, standing):
    assert standing.roll.changes == 1
    assert standing.roll.room == 50 - 5 - 4
    assert standing.roll.weight_of(bytes.fromhex(key(50))) == 4
    with pytest.raises(Revoked):
        standing.roll.weight_of(bytes.fromhex(key(2)))


def test_a_replacement_has_the_weight_of_what_it_replaces(world, standing):
    change = make(standing, read_replacement(f"{key(1)}={NEW}"))
    assert (change.number, change.election) == (2, world.fingerprint)
    assert change.revoke == (bytes.fromhex(key(1)),)
    assert change.admit == ((bytes.fromhex(NEW), 3),)
    change.check_signature(standing.manifest.registrar.key)


def test_who_is_admitted_alone_has_weight_1_or_the_one_given(standing):
    change = make(standing, read_admission(NEW), read_admission(f"{OTHER}=7"))
    assert dict(change.admit) == {bytes.fromhex(NEW): 1, bytes.fromhex(OTHER): 7}
    assert change.revoke == ()


def test_a_list_says_the_same_as_the_options(standing):
    text = f"revoke,admit,weight\n{key(1)},{NEW},\n{key(0)},,\n,{OTHER},7\n"
    steps = read_steps(b"\xef\xbb\xbf" + text.encode())
    change = make(standing, *steps)
    assert {credential.hex() for credential in change.revoke} == {key(0), key(1)}
    assert dict(change.admit) == {bytes.fromhex(NEW): 3, bytes.fromhex(OTHER): 7}


@pytest.mark.parametrize(
    ("steps", "error"),
    [
        ([read_step(NEW, "", "")], NotOnRoll),
        ([read_step(key(2), "", "")], Revoked),
        ([read_replacement(f"{key(2)}={NEW}")], Revoked),
        ([read_admission(key(0))], AlreadyEnrolled),
        ([read_admission(key(2))], AlreadyEnrolled),
        ([read_admission("00" * 31 + "01")], InvalidCredential),
        ([read_admission(f"{NEW}=42")], RollExceedsCapacity),
        ([read_admission(NEW), read_admission(NEW)], DuplicateCredential),
        ([read_step(key(0), "", ""), read_replacement(f"{key(0)}={NEW}")], DuplicateCredential),
        ([], EmptyRollChange),
    ],
)
def test_what_the_board_would_refuse_is_not_signed(standing, steps, error):
    with pytest.raises(error):
        make(standing, *steps)


@pytest.mark.parametrize("reason", ["", "x" * 501, "two\nlines", "\u202etxt"])
def test_a_reason_that_cannot_stand_on_the_board_is_refused(standing, reason):
    with pytest.raises(EncodingError):
        make(standing, read_admission(NEW), reason=reason)


def test_another_registrars_key_is_refused_before_signing(standing):
    with pytest.raises(KeyFileMismatch):
        make_change(standing, [read_admission(NEW)], "x", LOG_SEED)


@pytest.mark.parametrize(
    "text", ["", "=", key(0), f"{key(0)}=", f"={NEW}", f"{key(0)}=x", f"{NEW.upper()}={NEW}"]
)
def test_half_a_replacement_is_refused(text):
    with pytest.raises(BadChange):
        read_replacement(text)


@pytest.mark.parametrize("weight", ["0", "-1", "1.0", "x", "1000000001", "١"])
def test_a_weight_that_is_no_plain_number_is_refused(weight):
    with pytest.raises(BadChange):
        read_admission(f"{NEW}={weight}")


@pytest.mark.parametrize("cells", [("", "", ""), ("x", "", ""), ("", NEW[:-1], ""), (key(0), "", "2")])
def test_a_step_that_does_nothing_known_is_refused(cells):
    with pytest.raises(BadChange):
        read_step(*cells)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", BadHeading),
        (b"revoke,admit\n", BadHeading),
        (b"\xff", ListNotText),
        (b"revoke,admit,weight\nx\n", BadChangeRow),
        (b'revoke,admit,weight\n"x', BadQuoting),
        (b"revoke,admit,weight\n,,\n", BadChangeRow),
    ],
)
def test_a_list_of_another_form_is_refused(data, problem):
    with pytest.raises(VoterListRefused) as refusal:
        read_steps(data)
    assert type(refusal.value.problems[0]) is problem


def test_all_problems_of_a_list_are_named_with_their_rows():
    with pytest.raises(VoterListRefused) as refusal:
        read_steps(b"revoke,admit,weight\nx,,\n,,\n")
    assert [problem.row for problem in refusal.value.problems] == [2, 3]


def test_a_board_of_another_election_is_refused(world):
    with pytest.raises(FingerprintMismatch):
        read_standing(open_world().board(), "0" * 64, allow_test_modulus=True)


def test_a_board_that_has_not_opened_or_has_closed_is_refused(world):
    refused(world, world.board(world.entries[:3]), NotTakingBallots)
    closed = open_world(weights=(1, 3, 1))
    closed.vote(0, ADA)
    closed.vote(1, ADA)
    closed.close()
    with pytest.raises(NotTakingBallots):
        read_standing(closed.board(), closed.fingerprint, allow_test_modulus=True)


def test_a_change_that_the_registrar_did_not_sign_is_refused(world):
    forged = world.roll_change(revoke=[0]).sign(LOG_SEED).to_bytes()
    refused(world, world.board([*world.entries, ("roll-change", forged)]), BadSignature)
    again = world.entries[5]
    refused(world, world.board([*world.entries, again]), WrongChangeNumber)


def test_a_board_that_its_log_did_not_sign_is_refused(world):
    board = world.board()
    files = {name: data for name, data in board.files.items() if name != "checkpoint"}
    signed = log_files(envelopes_on(board), seed=b"x" * 32)
    refused(world, type(board)({**files, "checkpoint": signed["checkpoint"]}), BoardError)


def test_a_board_with_another_root_is_refused(world):
    other = world.board(world.entries[:-1])
    assert head_of(world.entries).size != head_of(world.entries[:-1]).size
    mixed = world.board().changed("checkpoint", other.files["checkpoint"].replace(b"\n6\n", b"\n7\n"))
    refused(world, mixed, RootMismatch)
