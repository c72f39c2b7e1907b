# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib
import json

import pytest

from bulletin_board import errors as board_errors
from bulletin_board.codec import canonical
from tally.crypto import ed25519
from tally.crypto import errors as crypto_errors
from tally.record import errors as record_errors
from tally.record.roll import Roll
from tally.registrar import errors
from tally.registrar.rolls import check_roll, make_roll

ELECTION = "00112233445566778899aabbccddeeff"
SEED = bytes(range(32))
REGISTRAR = ed25519.public_key(SEED)
KEYS = tuple(ed25519.public_key(bytes([index]) * 32) for index in range(1, 6))
VOTERS = tuple((key, index) for index, key in enumerate(KEYS, start=1))


def _checked(data, election=ELECTION, key=REGISTRAR):
    return check_roll(data, election, key)


def _signed_with(*keys):
    return Roll(election_id=ELECTION, voters=tuple(sorted((key, 1) for key in keys))).sign(SEED).to_bytes()


def test_a_roll_without_voters_is_not_made():
    with pytest.raises(errors.EmptyRoll):
        make_roll(ELECTION, (), SEED)


def test_two_voters_with_one_key_are_refused_even_with_other_weights():
    with pytest.raises(errors.DuplicateCredential) as refusal:
        make_roll(ELECTION, (*VOTERS, (KEYS[2], 9)), SEED)
    assert refusal.value.computed == KEYS[2].hex()


def test_a_roll_is_not_made_for_a_bad_election_id():
    with pytest.raises(errors.BadElectionId):
        make_roll(ELECTION.upper(), VOTERS, SEED)


def test_a_roll_is_not_signed_with_a_seed_of_another_length():
    with pytest.raises(crypto_errors.BadSigningInput):
        make_roll(ELECTION, VOTERS, SEED[:-1])


def test_a_roll_of_another_election_is_refused():
    with pytest.raises(record_errors.ForeignRecord):
        _checked(make_roll(ELECTION, VOTERS, SEED).to_bytes(), election="0" * 32)


def test_a_roll_signed_by_another_registrar_is_refused():
    with pytest.raises(crypto_errors.BadSignature):
        _checked(make_roll(ELECTION, VOTERS, bytes(32)).to_bytes())


def test_a_registrars_key_of_small_order_is_refused():
    with pytest.raises(crypto_errors.SmallOrderKey):
        _checked(make_roll(ELECTION, VOTERS, SEED).to_bytes(), key=bytes(32))


@pytest.mark.parametrize(
    "key", [bytes(32), (1).to_bytes(32, "little"), b"\xff" * 32, (2).to_bytes(32, "little")]
)
def test_a_roll_with_a_degenerate_key_is_refused_though_it_is_signed(key):
    with pytest.raises(record_errors.InvalidCredential, match="voter"):
        _checked(_signed_with(KEYS[0], key))


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value["voters"].pop(),
        lambda value: value["voters"].append(value["voters"][-1]),
        lambda value: value["voters"].reverse(),
        lambda value: value["voters"][0].__setitem__(1, 99),
        lambda value: value["voters"][0].__setitem__(1, 0),
        lambda value: value.update(count=4),
        lambda value: value.update(weight=16),
        lambda value: value.update(signature="A" * 86),
        lambda value: value.update(election_id="f" * 32),
        lambda value: value.update(extra=1),
    ],
)
def test_an_altered_roll_is_refused(change):
    value = json.loads(make_roll(ELECTION, VOTERS, SEED).to_bytes())
    change(value)
    with pytest.raises((record_errors.RecordError, crypto_errors.CryptoError, board_errors.BoardError)):
        _checked(canonical.encode(value))


def test_the_order_of_the_list_does_not_reach_the_roll():
    assert make_roll(ELECTION, VOTERS, SEED) == make_roll(ELECTION, reversed(VOTERS), SEED)
    assert [key for key, _ in make_roll(ELECTION, VOTERS, SEED).voters] == sorted(KEYS)


def test_a_roll_that_was_made_passes_and_is_summed_up():
    data = make_roll(ELECTION, VOTERS, SEED).to_bytes()
    advanced = []
    summary = check_roll(data, ELECTION, REGISTRAR, advance=lambda: advanced.append(1))
    assert (summary.voters, summary.weight) == (5, 15)
    assert summary.sha256 == hashlib.sha256(data).hexdigest()
    assert len(advanced) == 5
    assert _checked(data) == summary


def test_each_voter_keeps_their_weight():
    assert make_roll(ELECTION, VOTERS, SEED).weights() == dict(VOTERS)
