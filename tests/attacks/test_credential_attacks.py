# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/threat-model.md, "Credentials": who may vote, and who signs for it."""

import hashlib

import pytest

from bulletin_board.codec import canonical
from bulletin_board.codec.base64url import encode
from tally.crypto import ed25519
from tally.record.roll import Roll
from tests.attacks.collusion import (
    changed,
    rolled,
    sealed,
    signed_again,
    voted_again,
    voter_of,
)
from tests.attacks.judge import assert_only, assert_refuted, edited
from tests.simulator import ELECTION_ID, LOG_SEED, REGISTRAR_SEED, voter_seed

STRANGER = hashlib.sha256(b"nobody's voter").digest()
IDENTITY = bytes([1]) + bytes(31)
BAD_KEYS = {
    "of small order": IDENTITY,
    "of order eight": bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    "outside the curve": (2).to_bytes(32, "little"),
    "in a second spelling": (2**255 - 19 + 1).to_bytes(32, "little"),
    "with a part of order two": (ed25519.P - 1).to_bytes(32, "little"),
}


def mixed_order() -> bytes:
    """A good key plus the point of order 2: (x, y) becomes (−x, −y)."""
    number = int.from_bytes(ed25519.public_key(STRANGER), "little")
    sign, y = number >> 255, number & (2**255 - 1)
    return ((int(ed25519.P) - y) | (1 - sign) << 255).to_bytes(32, "little")


def assert_roll_refused(world, weights, check, error):
    entries, fingerprint = rolled(world, weights)
    assert_only(world, world.board(entries), check, error, fingerprint=fingerprint)


def roll_with(world, change):
    """The opening entries with a changed roll under the registrar's old signature, and their fingerprint."""
    payload = changed(world.entries[1][1], change)
    return sealed([world.entries[0], ("roll", payload), *world.entries[2:4]])


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_registrar_who_enrols_a_key_is_refused(world, name):
    weights = {**world.roll.weights(), BAD_KEYS[name]: 1}
    assert_roll_refused(world, weights, "E.2", "InvalidCredential")


def test_a_registrar_who_enrols_a_key_of_mixed_order_is_refused(world):
    weights = {**world.roll.weights(), mixed_order(): 1}
    assert_roll_refused(world, weights, "E.2", "InvalidCredential")


def test_more_weight_than_the_counters_hold_is_refused(world):
    weights = {**world.roll.weights(), ed25519.public_key(STRANGER): 45}
    assert_roll_refused(world, weights, "E.3", "RollExceedsCapacity")


def test_a_roll_signed_by_the_server_is_refused(world):
    roll = Roll.of(ELECTION_ID, world.roll.weights()).sign(LOG_SEED)
    entries, fingerprint = sealed([world.entries[0], ("roll", roll.to_bytes()), *world.entries[2:4]])
    assert_only(world, world.board(entries), "E.1", "BadSignature", fingerprint=fingerprint)


def test_the_roll_of_another_election_is_refused(world):
    roll = Roll.of("f" * 32, world.roll.weights()).sign(REGISTRAR_SEED)
    entries, fingerprint = sealed([world.entries[0], ("roll", roll.to_bytes()), *world.entries[2:4]])
    assert_only(world, world.board(entries), "E.1", "ForeignRecord", fingerprint=fingerprint)


def _enrol(value):
    key = encode(ed25519.public_key(STRANGER))
    value["voters"] = sorted([*value["voters"], [key, 1]], key=lambda row: _octets(row[0]))
    value.update(count=value["count"] + 1, weight=value["weight"] + 1)


def _octets(text):
    import base64

    return base64.urlsafe_b64decode(text + "=")


def _heavier(value):
    value["voters"][0][1] = 7
    value["weight"] += 6


ROLLS = {
    "one more voter": (_enrol, "BadSignature"),
    "another weight": (_heavier, "BadSignature"),
    "a weight without its total": (lambda v: v["voters"][0].__setitem__(1, 7), "WeightMismatch"),
    "a count of its own": (lambda v: v.update(count=7), "VoterCountMismatch"),
    "one voter twice": (lambda v: v["voters"].insert(0, v["voters"][0]), "RepeatedVoter"),
    "voters in another order": (lambda v: v["voters"].reverse(), "VotersNotSorted"),
    "a weight of nothing": (lambda v: v["voters"][0].__setitem__(1, 0), "WrongType"),
    "a weight below nothing": (lambda v: v["voters"][0].__setitem__(1, -1), "WrongType"),
    "a weight of true": (lambda v: v["voters"][0].__setitem__(1, True), "WrongType"),
    "a voter without a weight": (lambda v: v["voters"][0].pop(), "WrongType"),
    "a key that is too short": (lambda v: v["voters"][0].__setitem__(0, "AAAA"), "WrongLength"),
    "no voters": (lambda v: v.update(voters=[], count=0, weight=0), "OutOfRange"),
}


@pytest.mark.parametrize("name", ROLLS)
def test_a_server_that_gives_the_roll_is_refused(world, name):
    change, error = ROLLS[name]
    entries, fingerprint = roll_with(world, change)
    assert_only(world, world.board(entries), "E.1", error, fingerprint=fingerprint)


def test_a_roll_changed_after_opening_is_refused(world):
    roll = Roll.of(ELECTION_ID, {**world.roll.weights(), ed25519.public_key(STRANGER): 1})
    entries = world.replaced("roll", lambda _: roll.sign(REGISTRAR_SEED).to_bytes())
    assert_refuted(world, world.board(entries), "A.2", "OpeningMismatch")


def test_a_ballot_of_a_stranger_is_refused(world):
    def adopt(value):
        value["credential"] = encode(ed25519.public_key(STRANGER))

    entries = world.replaced("ballot", lambda payload: signed_again(payload, STRANGER, adopt))
    assert_refuted(world, world.board(entries), "F.2", "NotOnRoll")


def test_a_ballot_cast_for_somebody_who_did_not_vote_is_refused(world):
    def steal(value):
        value["credential"] = encode(ed25519.public_key(voter_seed(5)))
        value["supersedes"] = ""

    # The server holds every key but the voter's.
    entries = world.replaced("ballot", lambda payload: signed_again(payload, LOG_SEED, steal))
    assert_refuted(world, world.board(entries), "F.2", "BadSignature")


def test_a_ballot_signed_by_another_voter_is_refused(world):
    entries = world.replaced("ballot", lambda payload: signed_again(payload, voter_seed(5), lambda _: None))
    assert_refuted(world, world.board(entries), "F.2", "BadSignature")


def test_a_signature_with_a_second_spelling_is_refused(world):
    def stretch(value):
        signature = _octets(value["signature"] + "=")
        s = int.from_bytes(signature[32:], "little") + ed25519.L
        value["signature"] = encode(signature[:32] + s.to_bytes(32, "little"))

    assert_refuted(world, world.board(edited(world, "ballot", stretch)), "F.2", "NonCanonicalSignature")


def test_a_signature_of_another_kind_of_record_is_refused(world):
    def borrow(payload):
        value = canonical.parse(payload, limit=1 << 26)
        del value["signature"]
        digest = hashlib.sha256(canonical.encode(value)).digest()
        message = ed25519.signing_message("veritally/challenged/1", digest)
        signature = ed25519.sign(voter_of(world, 0), message)
        return canonical.encode({**value, "signature": encode(signature)})

    assert_refuted(world, world.board(world.replaced("ballot", borrow)), "F.2", "BadSignature")


@pytest.mark.parametrize("part", ["supersedes", "challenge", "contests", "election"])
def test_nothing_of_a_ballot_is_left_out_of_its_signature(world, part):
    def alter(value):
        if part == "contests":
            first, second, *rest = value["contests"][1]["ciphertexts"]
            value["contests"][1]["ciphertexts"] = [second, first, *rest]
        else:
            value[part] = {"supersedes": "0" * 64, "challenge": "A" * 22, "election": "0" * 64}[part]

    check, error = ("F.1", "ForeignRecord") if part == "election" else ("F.2", "BadSignature")
    assert_refuted(world, world.board(edited(world, "ballot", alter)), check, error)


def test_a_voter_who_copies_a_ballot_under_their_own_name_is_refused(world):
    def copy(value):
        value["credential"] = encode(ed25519.public_key(voter_seed(5)))

    copied = signed_again(world.entries[4][1], voter_seed(5), copy)
    entries = [*world.entries[:5], ("ballot", copied), *world.entries[5:]]
    assert_refuted(world, world.board(entries), "F.5", "ChallengeMismatch")


def test_a_voter_who_takes_over_a_ballot_is_refused(world):
    entries = voted_again(world, lambda value: value.update(supersedes="0" * 64))
    assert_refuted(world, world.board(entries), "F.3", "StaleSupersedes")
