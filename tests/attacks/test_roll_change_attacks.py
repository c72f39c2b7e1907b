# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/threat-model.md, "Credentials": who is taken off the roll, who is put on it, and when."""

from dataclasses import replace

import pytest

from bulletin_board.codec.base64url import encode
from bulletin_board.codec.fields import number_text
from tally.crypto import ed25519
from tally.record.roll_change import RollChange
from tally.verifier.report import Status, Verdict
from tests.attacks.collusion import reopened, signed_again
from tests.attacks.judge import (
    assert_only,
    assert_refuted,
    assert_verified,
    edited,
    errors,
    failing,
    report,
    status,
)
from tests.attacks.test_credential_attacks import BAD_KEYS, mixed_order
from tests.simulator import LOG_SEED, REGISTRAR_SEED, World, open_world, trustee_seed, voter_seed

NEWCOMER, STRANGER = 6, 77  # numbers of voters who are not on the roll
ADA, BEN = {"mayor": {"ada": 1}}, {"mayor": {"ben": 1}}
CHECKS = ("E.4", "E.5", "E.6")


def key(voter: int) -> bytes:
    return ed25519.public_key(voter_seed(voter))


@pytest.fixture(scope="module")
def changed() -> World:
    """Voter 1 votes twice and is then replaced by a newcomer of weight 2, who votes; voter 5 is revoked."""
    world = open_world()
    world.vote(0, ADA)
    world.vote(1, ADA)
    world.vote(1, BEN)
    world.change_roll(revoke=[1], admit={NEWCOMER: 2}, reason="A letter was lost in the post.")
    world.vote(2, BEN)
    world.test(NEWCOMER, ADA)
    world.vote(NEWCOMER, ADA)
    world.change_roll(revoke=[5], reason="Moved away.")
    world.finish()
    return world


def changes_of(world: World) -> list[int]:
    return [place for place, (name, _) in enumerate(world.entries) if name == "roll-change"]


def without(world: World, place: int):
    return [*world.entries[:place], *world.entries[place + 1 :]]


def resigned(world: World, change, *, which: int = 0, seed: bytes = REGISTRAR_SEED):
    """The entries with one roll change changed and signed by the registrar, or by another."""
    return world.replaced("roll-change", lambda payload: signed_again(payload, seed, change), which=which)


def inserted(world: World, place: int, record) -> list:
    name = "roll-change" if isinstance(record, RollChange) else "ballot"
    return [*world.entries[:place], (name, record.to_bytes()), *world.entries[place:]]


def test_an_honest_election_with_roll_changes_verifies(changed):
    assert_verified(changed, changed.board())
    facts = dict(report(changed, changed.board()).facts)
    assert (facts["ballots"], facts["counted"], facts["weight"]) == ("5", "3", "4")


def test_the_sum_is_that_of_whoever_is_left(changed):
    mayor = changed.result().contests[0].result
    assert dict(mayor.totals) == {"ada": 3, "ben": 1, "cleo": 0}


def test_it_verifies_in_several_processes_and_without_the_cache(changed):
    assert report(changed, changed.board(), jobs=2).verdict is Verdict.VERIFIED
    assert report(changed, changed.board(), compact=True).verdict is Verdict.VERIFIED


def test_the_checks_are_not_run_on_a_board_without_its_closing_entry(changed):
    place = changes_of(changed)[-1]
    found = report(changed, changed.board(changed.entries[: place + 1]))
    assert {status(found, check) for check in CHECKS} == {Status.NOT_RUN}


# Form, election, signature, number: E.4.

FORMS = {
    "without anybody": (lambda v: v.update(revoke=[], admit=[]), "EmptyRollChange"),
    "with somebody revoked twice": (lambda v: v.update(revoke=v["revoke"] * 2), "RepeatedVoter"),
    "with somebody admitted twice": (lambda v: v.update(admit=v["admit"] * 2), "RepeatedVoter"),
    "with a list out of order": (
        lambda v: v.update(revoke=sorted(v["revoke"] + [encode(b"\x00" * 32)], reverse=True)),
        "VotersNotSorted",
    ),
    "with a weight of nothing": (lambda v: v["admit"][0].__setitem__(1, 0), "WrongType"),
    "with a weight of true": (lambda v: v["admit"][0].__setitem__(1, True), "WrongType"),
    "with a weight for the revoked": (lambda v: v.update(revoke=v["admit"]), "WrongType"),
    "with a key that is too short": (lambda v: v.update(revoke=["AAAA"]), "WrongLength"),
    "without a reason": (lambda v: v.update(reason=""), "WrongLength"),
    "with too long a reason": (lambda v: v.update(reason="é" * 501), "WrongLength"),
    "without the field reason": (lambda v: v.pop("reason"), "MissingField"),
    "with a remark": (lambda v: v.update(note="x"), "UnknownField"),
    "with the number 0": (lambda v: v.update(number=0), "OutOfRange"),
    "with the next number but one": (lambda v: v.update(number=2), "WrongChangeNumber"),
    "of another election": (lambda v: v.update(election="0" * 64), "ForeignRecord"),
    "of another version": (lambda v: v.update(format="veritally/roll-change/2"), "WrongForm"),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_roll_change_is_refused(changed, name):
    change, error = FORMS[name]
    found = report(changed, changed.board(resigned(changed, change)))
    assert found.verdict is Verdict.REFUTED
    assert error in errors(found, "E.4")


SIGNERS = {"the server": LOG_SEED, "a trustee": trustee_seed(1), "the voter": voter_seed(1)}


@pytest.mark.parametrize("name", SIGNERS)
def test_a_roll_change_cannot_be_signed_by(changed, name):
    entries = resigned(changed, lambda _: None, seed=SIGNERS[name])
    assert_refuted(changed, changed.board(entries), "E.4", "BadSignature")


@pytest.mark.parametrize("part", ["number", "revoke", "admit", "reason"])
def test_nothing_of_a_roll_change_is_left_out_of_its_signature(changed, part):
    def alter(value):
        value[part] = {"number": 2, "revoke": [], "admit": [], "reason": "fraud"}[part]

    assert_refuted(changed, changed.board(edited(changed, "roll-change", alter)), "E.4", "BadSignature")


def test_a_signature_under_a_rolls_domain_is_refused(changed):
    def borrow(payload):
        record = RollChange.from_bytes(payload)
        message = ed25519.signing_message("veritally/roll/1", record.digest())
        return replace(record, signature=ed25519.sign(REGISTRAR_SEED, message)).to_bytes()

    entries = changed.replaced("roll-change", borrow)
    assert_refuted(changed, changed.board(entries), "E.4", "BadSignature")


def test_a_second_spelling_of_the_signature_is_refused(changed):
    def stretch(payload):
        record = RollChange.from_bytes(payload)
        s = int.from_bytes(record.signature[32:], "little") + ed25519.L
        return replace(record, signature=record.signature[:32] + s.to_bytes(32, "little")).to_bytes()

    entries = changed.replaced("roll-change", stretch)
    assert_refuted(changed, changed.board(entries), "E.4", "NonCanonicalSignature")


def test_a_roll_change_left_out_by_the_server_is_noticed_by_its_number(changed):
    first = changes_of(changed)[0]
    found = report(changed, changed.board(without(changed, first)))
    assert errors(found, "E.4") == {"WrongChangeNumber"}


def test_the_last_roll_change_left_out_is_noticed_where_a_ballot_of_it_counts():
    world = open_world()
    world.vote(0, ADA)
    world.vote(1, BEN)
    world.vote(2, BEN)
    world.change_roll(revoke=[1])
    world.finish()
    found = failing(report(world, world.board(without(world, changes_of(world)[0]))))
    assert found["G.1"] == {"CountedSetMismatch"}


def test_roll_changes_in_another_order_are_refused(changed):
    first, second = changes_of(changed)
    entries = list(changed.entries)
    entries[first], entries[second] = entries[second], entries[first]
    assert_refuted(changed, changed.board(entries), "E.4", "WrongChangeNumber")


def test_a_roll_change_posted_twice_is_refused(changed):
    place = changes_of(changed)[0]
    entries = [*changed.entries[: place + 1], *changed.entries[place:]]
    assert_refuted(changed, changed.board(entries), "E.4", "WrongChangeNumber")


# Who is revoked, and who is admitted: E.5.


def with_change(world: World, **change) -> list:
    """The entries with one more roll change before the closing entry, whoever it names."""
    extra = {"revoke": (), "admit": {}, "reason": "x", **change}
    record = RollChange.of(election=world.fingerprint, number=3, **extra).sign(REGISTRAR_SEED)
    place = next(place for place, (name, _) in enumerate(world.entries) if name == "close")
    return inserted(world, place, record)


def test_a_stranger_cannot_be_revoked(changed):
    entries = with_change(changed, revoke=[key(STRANGER)])
    assert_refuted(changed, changed.board(entries), "E.5", "NotOnRoll")


def test_nobody_is_revoked_twice(changed):
    entries = with_change(changed, revoke=[key(1)])
    assert_refuted(changed, changed.board(entries), "E.5", "Revoked")


@pytest.mark.parametrize("voter", [0, NEWCOMER])
def test_whoever_is_on_the_roll_is_not_admitted_again(changed, voter):
    entries = with_change(changed, admit={key(voter): 1})
    assert_refuted(changed, changed.board(entries), "E.5", "AlreadyEnrolled")


def test_a_revoked_credential_is_never_admitted_again(changed):
    entries = with_change(changed, admit={key(1): 1})
    assert_refuted(changed, changed.board(entries), "E.5", "AlreadyEnrolled")


def test_nobody_is_revoked_and_admitted_at_once(changed):
    entries = with_change(changed, revoke=[key(0)], admit={key(0): 40})
    assert_refuted(changed, changed.board(entries), "E.5", "AlreadyEnrolled")


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_registrar_who_admits_a_key_is_refused(changed, name):
    entries = with_change(changed, admit={BAD_KEYS[name]: 1})
    assert_refuted(changed, changed.board(entries), "E.5", "InvalidCredential")


def test_a_registrar_who_admits_a_key_of_mixed_order_is_refused(changed):
    entries = with_change(changed, admit={mixed_order(): 1})
    assert_refuted(changed, changed.board(entries), "E.5", "InvalidCredential")


# Weight ever enrolled: E.6. The roll has 6, two were admitted, and the counters hold 50.


def test_as_much_as_the_counters_hold_is_admitted_and_no_more(changed):
    found = report(changed, changed.board(with_change(changed, admit={key(STRANGER): 42})))
    assert not errors(found, "E.6")
    entries = with_change(changed, admit={key(STRANGER): 43})
    assert_refuted(changed, changed.board(entries), "E.6", "RollExceedsCapacity")


def test_revoking_gives_no_weight_back(changed):
    entries = with_change(changed, revoke=[key(NEWCOMER)], admit={key(STRANGER): 43})
    assert_refuted(changed, changed.board(entries), "E.6", "RollExceedsCapacity")


# A roll change that is refused has no effect, and what it would have changed is judged without it.


def test_a_refused_revocation_takes_no_ballot_out():
    world = open_world()
    for voter in range(3):
        world.vote(voter, ADA)
    forged = world.roll_change(revoke=[1], admit={NEWCOMER: 1}).sign(LOG_SEED)
    world.entries.append(("roll-change", forged.to_bytes()))
    world.finish()
    assert_only(world, world.board(), "E.4", "BadSignature")


def test_the_newcomer_of_a_refused_admission_cannot_vote(changed):
    entries = resigned(changed, lambda value: value["admit"][0].__setitem__(1, 45))
    found = failing(report(changed, changed.board(entries)))
    assert found["E.6"] == {"RollExceedsCapacity"}
    assert found["F.2"] == {"NotOnRoll"}
    assert found["F.4"] == {"NotOnRoll"}


# Ballots and challenges are judged by the roll at their place.


def test_a_ballot_after_its_revocation_is_refused(changed):
    late = changed.make(1, ADA, supersedes=changed.last[1]).ballot
    entries = inserted(changed, changes_of(changed)[0] + 1, late)
    assert_refuted(changed, changed.board(entries), "F.2", "Revoked")


def test_a_ballot_before_its_admission_is_refused(changed):
    first = changes_of(changed)[0]
    place = next(
        place
        for place, (name, payload) in enumerate(changed.entries)
        if name == "ballot" and encode(key(NEWCOMER)).encode() in payload
    )
    entries = without(changed, place)
    entries.insert(first, changed.entries[place])
    assert_refuted(changed, changed.board(entries), "F.2", "NotOnRoll")


def test_a_challenge_after_its_revocation_is_refused(changed):
    tested = open_world()  # the same election
    tested.voters = changed.voters
    tested.test(5, ADA)
    place = changes_of(changed)[1]
    entries = [*changed.entries[: place + 1], tested.entries[-1], *changed.entries[place + 1 :]]
    assert_refuted(changed, changed.board(entries), "F.4", "Revoked")


def test_a_ballot_slipped_in_before_its_revocation_does_not_change_the_count(changed):
    """The server holds a revoked voter's ballot back and posts it in front of the revocation."""
    slipped = changed.make(1, ADA, supersedes=changed.last[1]).ballot
    entries = inserted(changed, changes_of(changed)[0], slipped)
    assert failing(report(changed, changed.board(entries)))["G.1"] == {"ClosingMismatch"}


# What all trustees and the server say of the count.


def test_a_revoked_ballot_counted_by_all_trustees_is_refused(changed):
    conspiracy = reopened(changed)
    for voter in range(3):
        conspiracy.vote(voter, BEN)
    change = conspiracy.roll_change(revoke=[1])
    conspiracy.entries.append(("roll-change", change.to_bytes()))
    conspiracy.finish()
    found = failing(report(changed, conspiracy.board()))
    assert found["G.1"] == {"CountedSetMismatch"}
    assert found["H.1"] == {"CountedSetMismatch"}
    assert found["H.2"] == {"TallyMismatch"}


def test_a_ballot_left_in_the_product_alone_is_refused(changed):
    conspiracy = reopened(changed)
    for voter in range(3):
        conspiracy.vote(voter, BEN)
    kept = conspiracy.count.tallies()
    conspiracy.change_roll(revoke=[1])
    conspiracy.count._sums = kept
    conspiracy.finish(claim=[[[0, 3, 0, 0]], [[0]] * 4])
    found = failing(report(changed, conspiracy.board()))
    assert "TallyMismatch" in found["H.2"]


def test_the_superseded_ballot_of_a_revoked_voter_does_not_come_back(changed):
    """Revoked is the credential: an earlier ballot of it counts as little as the last."""
    conspiracy = reopened(changed)
    for voter in range(3):
        first = conspiracy.vote(voter, BEN)
    conspiracy.vote(2, ADA)
    change = conspiracy.roll_change(revoke=[2])
    conspiracy.entries.append(("roll-change", change.to_bytes()))
    conspiracy.count._trackers[key(2)] = first
    conspiracy.finish()
    found = failing(report(changed, conspiracy.board()))
    assert found["G.1"] == {"CountedSetMismatch"}


@pytest.mark.parametrize(
    ("place", "error"), [(3, "BeforeOpening"), (-4, "AfterClosing"), (None, "AfterFinal")]
)
def test_a_roll_change_out_of_its_place_is_refused(changed, place, error):
    payload = changed.entries[changes_of(changed)[0]]
    cut = len(changed.entries) if place is None else place
    entries = [*changed.entries[:cut], payload, *changed.entries[cut:]]
    assert_refuted(changed, changed.board(entries), "B.5", error)


def test_a_revoked_ballot_that_cannot_be_taken_out_is_refused():
    """A ciphertext that shares a factor with n: its voter knows the factors of n, or guessed one."""
    world = open_world()
    for voter in range(3):
        world.vote(voter, ADA)
    n = int(world.opened.public_key.n)

    def spoil(value):
        value["contests"][0]["ciphertexts"][0] = number_text(n, world.opened.shape.ciphertext_width)

    entries = world.replaced("ballot", lambda payload: signed_again(payload, world.voters[0], spoil))
    change = world.roll_change(revoke=[0]).to_bytes()
    world.entries = [*entries, ("roll-change", change)]
    world.finish()
    assert_refuted(world, world.board(), "F.3", "NotAUnit")
