# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/threat-model.md, "Manifest": a manifest that is unsafe, unclear, or not the one that was opened."""

import pytest

from bulletin_board.codec.base64url import encode
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.keys import VerifierKey
from tally.crypto import ed25519
from tests.attacks.collusion import changed, sealed
from tests.attacks.judge import assert_only, assert_refuted, edited
from tests.simulator import LOG_SEED, REGISTRAR_SEED, trustee_seed

SMALL_ORDER = encode(bytes([1]) + bytes(31))
HUGE = "f" * 4_096


def opened_with(world, change):
    """The opening entries under another manifest, and the fingerprint that its authors would announce."""
    return sealed([("manifest", changed(world.entries[0][1], change)), *world.entries[1:4]])


def unsafe_at_first_sight(world, change, check, error):
    entries, fingerprint = opened_with(world, change)
    assert_only(world, world.board(entries), check, error, fingerprint=fingerprint)


def test_a_record_of_another_election_is_refused(world):
    assert_only(world, world.board(), "A.1", "FingerprintMismatch", fingerprint="0" * 64)


def test_a_manifest_edited_after_opening_is_refused(world):
    entries = edited(world, "manifest", lambda value: value["title"].update(en="A large town"))
    assert_refuted(world, world.board(entries), "A.2", "OpeningMismatch")


def test_a_manifest_edited_and_opened_again_is_another_election(world):
    entries, _ = opened_with(world, lambda value: value["title"].update(en="A large town"))
    assert_only(world, world.board(entries), "A.1", "FingerprintMismatch")


def test_two_labels_swapped_after_opening_are_refused_though_the_program_is_the_same(world):
    def swap(value):
        first, second = value["contests"][0]["options"][:2]
        first["label"], second["label"] = second["label"], first["label"]

    assert_refuted(world, world.board(edited(world, "manifest", swap)), "A.2", "OpeningMismatch")


def test_an_opening_entry_with_a_fingerprint_of_its_own_is_refused(world):
    entries = edited(world, "open", lambda value: value.update(fingerprint="0" * 64))
    assert_refuted(world, world.board(entries), "A.2", "FingerprintMismatch")


@pytest.mark.parametrize("part", ["manifest", "roll", "key"])
def test_an_opening_entry_that_names_another_part_is_refused(world, part):
    entries = edited(world, "open", lambda value: value.update({part: "0" * 64}))
    assert_refuted(world, world.board(entries), "A.2", "FingerprintMismatch")


def test_the_test_modulus_is_refused_without_its_switch(world):
    assert_refuted(world, world.board(), "C.1", "ForbiddenModulusSize", allow_test_modulus=False)


def witness_of(seed):
    """A verifier key of a witness who holds `seed`."""
    return Cosigner("witness.example", seed).verifier_key.to_text()


def _endless(mayor):
    """A thousand options of 8192 points each, to be given or kept."""
    option = mayor["options"][0]
    options = [{**option, "id": f"o{number}"} for number in range(1_000)]
    limits = {"kind": "cumulative", "points": 8_192_000, "per_option": 8_192, "exact": False}
    return {**{k: v for k, v in mayor.items() if k != "blank"}, **limits, "options": options}


# The authors of an election publish these themselves: nothing but the manifest is wrong.
MANIFESTS = {
    "an unknown version": (lambda v: v.update(format="veritally/manifest/2"), "C.1", "WrongForm"),
    "an unknown field": (lambda v: v.update(note="trust us"), "C.1", "UnknownField"),
    "a missing field": (lambda v: v.pop("rules"), "C.1", "MissingField"),
    "true for one": (lambda v: v["rules"].update(minimum_counted=True), "C.1", "WrongType"),
    "a modulus of 512 bits": (
        lambda v: v["parameters"].update(modulus_bits=512),
        "C.1",
        "ForbiddenModulusSize",
    ),
    "short challenges": (lambda v: v["parameters"].update(challenge_bits=64), "C.1", "WrongForm"),
    "little hiding": (lambda v: v["parameters"].update(hiding_bits=64), "C.1", "WrongForm"),
    "a threshold above the trustees": (
        lambda v: v["trustees"].update(threshold=4),
        "C.1",
        "ThresholdOutOfRange",
    ),
    "two disjoint quorums of trustees": (
        lambda v: v["trustees"].update(threshold=1),
        "C.1",
        "NoHonestMajority",
    ),
    "acknowledgements that allow two sets": (
        lambda v: v["trustees"].update(acknowledgements=2),
        "C.1",
        "AcknowledgementsOutOfRange",
    ),
    "one trustee in two seats": (
        lambda v: v["trustees"]["members"].__setitem__(1, v["trustees"]["members"][0]),
        "C.1",
        "RepeatedName",
    ),
    "one trustee's key under two names": (
        lambda v: v["trustees"]["members"][1].update(signing_key=v["trustees"]["members"][0]["signing_key"]),
        "C.1",
        "RepeatedKey",
    ),
    "a registrar who is a trustee": (
        lambda v: v["registrar"].update(key=encode(ed25519.public_key(trustee_seed(1)))),
        "C.1",
        "RepeatedKey",
    ),
    "a registrar's key under which anyone can sign": (
        lambda v: v["registrar"].update(key=SMALL_ORDER),
        "C.1",
        "SmallOrderKey",
    ),
    "a trustee's key under which anyone can sign": (
        lambda v: v["trustees"]["members"][0].update(signing_key=SMALL_ORDER),
        "C.1",
        "SmallOrderKey",
    ),
    "a quorum of witnesses that nobody can reach": (
        lambda v: v["board"].update(quorum=1),
        "C.1",
        "QuorumOutOfRange",
    ),
    "the log as its own witness": (
        lambda v: v["board"].update(witnesses=[v["board"]["log"]]),
        "C.1",
        "ForbiddenBoardKey",
    ),
    "a log key that belongs to another name": (
        lambda v: v["board"].update(log=v["board"]["log"].replace("town", "city")),
        "C.1",
        "MalformedKey",
    ),
    "closing before opening": (
        lambda v: v["schedule"].update(closes=v["schedule"]["opens"]),
        "C.1",
        "ClosesBeforeOpening",
    ),
    "a minimum above the roll": (
        lambda v: v["rules"].update(minimum_counted=51),
        "C.1",
        "MinimumOutOfReach",
    ),
    "a language twice": (lambda v: v.update(languages=["en", "en"]), "C.1", "RepeatedLanguage"),
    "a key that is said to be made by a ceremony": (
        lambda v: v["trustees"].update(key="distributed"),
        "C.1",
        "UnsupportedKeyKind",
    ),
    "a registrar who is a witness": (
        lambda v: v["board"].update(witnesses=[witness_of(REGISTRAR_SEED)]),
        "C.1",
        "RepeatedKey",
    ),
    "a trustee who is a witness": (
        lambda v: v["board"].update(witnesses=[witness_of(trustee_seed(1))]),
        "C.1",
        "RepeatedKey",
    ),
    "a trustee's encryption key under which everybody can read": (
        lambda v: v["trustees"]["members"][0].update(encryption_key=encode(bytes(32))),
        "C.1",
        "BadEncryptionKey",
    ),
    "a kind of key that nobody knows": (
        lambda v: v["trustees"].update(key="escrowed"),
        "C.1",
        "WrongForm",
    ),
    "an unknown kind of question": (
        lambda v: v["contests"][0].update(kind="write-in"),
        "C.2",
        "UnknownKind",
    ),
    "one option twice": (
        lambda v: v["contests"][0]["options"][1].update(id="ada"),
        "C.2",
        "DuplicateOption",
    ),
    "one question twice": (lambda v: v["contests"][1].update(id="mayor"), "C.1", "RepeatedContest"),
    "a minimum above the maximum": (lambda v: v["contests"][1].update(minimum=3), "C.2", "InvalidLimit"),
    "a limit of zero": (lambda v: v["contests"][1].update(maximum=0), "C.2", "InvalidLimit"),
    "no seats": (lambda v: v["contests"][0].update(seats=0), "C.2", "InvalidSeats"),
    "a counter base too small for the roll": (
        lambda v: v["parameters"].update(counter_bits=5),
        "C.2",
        "CounterBaseTooSmall",
    ),
    "a roll that has outgrown the counter base": (
        lambda v: v["parameters"].update(roll_capacity=64),
        "C.2",
        "CounterBaseTooSmall",
    ),
    "a counter base that nobody needs": (
        lambda v: v["parameters"].update(counter_bits=7),
        "C.2",
        "CounterBaseTooLarge",
    ),
    "a program that allows two votes": (
        lambda v: v["program"][1]["variables"][0].update(domain=["0", "1", "2"]),
        "C.2",
        "ProgramMismatch",
    ),
    "a program without its limit": (
        lambda v: v["program"][1].update(constraints=[]),
        "C.2",
        "ProgramMismatch",
    ),
    "a program that gives one option two slots": (
        lambda v: v["program"][0]["variables"][0].update(domain=["1", "40", "1000", "41000"]),
        "C.2",
        "ProgramMismatch",
    ),
    "a program with a term that says nothing": (
        lambda v: v["program"][1]["constraints"][0]["terms"][0].__setitem__(1, "0"),
        "C.2",
        "ZeroCoefficient",
    ),
    "a program with a set in disorder": (
        lambda v: v["program"][0]["variables"][0].update(domain=["40", "1", "1000", "40000"]),
        "C.2",
        "NotIncreasing",
    ),
    "a program of numbers too long to print": (
        lambda v: v["program"][1]["constraints"][0].update(terms=[[9, HUGE]]),
        "C.2",
        "UnknownVariable",
    ),
    "a hexadecimal number in capitals": (
        lambda v: v["program"][0]["variables"][0].update(domain=["1", "4A"]),
        "C.1",
        "NotHexInteger",
    ),
    "a sum of more values than memory should hold": (
        lambda v: v["contests"].__setitem__(0, _endless(v["contests"][0])),
        "C.2",
        "InvalidLimit",
    ),
    "an aggregate left out": (lambda v: v["aggregates"].pop(), "C.2", "AggregatesMismatch"),
    "an aggregate whose slots overlap": (
        lambda v: v["aggregates"][1]["terms"][1].__setitem__(1, 0),
        "C.2",
        "AggregatesMismatch",
    ),
    "an aggregate that decrypts one voter's bit twice": (
        lambda v: v["aggregates"].append({"contest": "school", "terms": [[0, 0]]}),
        "C.2",
        "AggregatesMismatch",
    ),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_an_election_is_refused_whose_manifest_has(world, name):
    unsafe_at_first_sight(world, *MANIFESTS[name])


def test_a_weak_log_key_is_refused(world):
    honest = VerifierKey(name="x", type=1, key=ed25519.public_key(LOG_SEED))
    weak = f"x+{'0' * 8}+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    assert honest.to_text().startswith("x+")
    unsafe_at_first_sight(world, lambda value: value["board"].update(log=weak), "C.1", "WeakKey")


def test_a_log_that_is_the_registrar_is_refused(world):
    key = VerifierKey(name="vote.example.org/board/town", type=1, key=ed25519.public_key(REGISTRAR_SEED))
    unsafe_at_first_sight(world, lambda value: value["board"].update(log=key.to_text()), "C.1", "RepeatedKey")
