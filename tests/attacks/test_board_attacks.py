# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/threat-model.md, "Board": the log, the order of entries, ballots moved, dropped or repeated."""

import hashlib
from dataclasses import replace

import pytest

from bulletin_board import layout
from bulletin_board.codec import canonical
from bulletin_board.codec.base64url import encode
from bulletin_board.errors import MalformedCheckpoint, MalformedNote, NotFound
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.note import Note
from tally.casting import challenge, prepare
from tally.crypto import ed25519
from tally.record.board_keys import BoardKeys
from tally.record.challenged import Challenged
from tally.verifier.report import Verdict
from tests.attacks.collusion import (
    chain_again,
    checkpoint,
    rechained,
    reopened,
    signed_again,
    voted_again,
)
from tests.attacks.judge import assert_only, assert_refuted, assert_verified, report
from tests.simulator import LOG_NAME, LOG_SEED, REGISTRAR_SEED, head_of, open_world

# The log: whoever holds its key signs whatever tree comes out.


def _then(change):
    """Change, and make the chain right again, so that only the change is wrong."""

    def both(envelopes):
        change(envelopes)
        chain_again(envelopes)

    return both


ENVELOPES = {
    "another prev": (lambda e: e[5].update(prev="0" * 64), "WrongPrevious"),
    "a gap": (_then(lambda e: e.pop(5)), "WrongSequence"),
    "an entry twice": (_then(lambda e: e.insert(6, dict(e[5]))), "WrongSequence"),
    "two entries exchanged": (_then(lambda e: e.insert(5, e.pop(6))), "WrongSequence"),
    "a time that goes back": (_then(lambda e: e[6].update(time="2026-03-01T08:00:00Z")), "TimeReversed"),
    "a time to the second": (_then(lambda e: e[6].update(time="2026-03-01T08:30:01Z")), "TimeTooFine"),
    "a time in another spelling": (
        _then(lambda e: e[6].update(time="2026-03-01T08:30:00+00:00")),
        "WrongForm",
    ),
    "an unknown version": (_then(lambda e: e[6].update(v=2)), "WrongForm"),
    "an unknown field": (_then(lambda e: e[6].update(note="x")), "UnknownField"),
    "a missing field": (_then(lambda e: e[6].pop("payload_len")), "MissingField"),
    "a first entry that follows another": (_then(lambda e: e[0].update(prev="1" * 64)), "WrongPrevious"),
    "a type that is no identifier": (_then(lambda e: e[6].update(type="Ballot!")), "WrongForm"),
    "a payload without end": (_then(lambda e: e[6].update(payload_len=1 << 40)), "OutOfRange"),
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_a_log_is_refused_with(world, name):
    change, error = ENVELOPES[name]
    assert_refuted(world, rechained(world, change), "B.2", error)


@pytest.mark.parametrize("length", [-1, 1])
def test_a_payload_of_another_length_is_refused(world, length):
    def lie(envelopes):
        envelopes[6]["payload_len"] += length
        chain_again(envelopes)

    error = "PayloadMismatch" if length > 0 else "ResourceTooLarge"
    assert_refuted(world, rechained(world, lie), "B.4", error)


def bundle_path(board):
    return next(path for path in board.files if path.startswith("tile/entries/"))


def test_a_bundle_cut_short_is_refused(world):
    board = world.board()
    path = bundle_path(board)
    assert_refuted(world, board.changed(path, board.files[path][:-1]), "B.2", "MalformedTile")


def test_a_bundle_with_more_than_its_entries_is_refused(world):
    board = world.board()
    path = bundle_path(board)
    assert_refuted(world, board.changed(path, board.files[path] + b"\0"), "B.2", "MalformedTile")


def test_a_bundle_with_an_absurd_length_is_refused(world):
    board = world.board()
    path = bundle_path(board)
    assert_refuted(world, board.changed(path, b"\xff\xff" + board.files[path][2:]), "B.2", "MalformedTile")


def test_an_empty_bundle_is_refused(world):
    board = world.board()
    assert_refuted(world, board.changed(bundle_path(board), b""), "B.2", "MalformedTile")


def test_a_missing_bundle_is_refused_and_nothing_is_verified(world):
    board = world.board()
    found = report(world, board.changed(bundle_path(board), None))
    assert found.verdict is Verdict.REFUTED
    assert {failure.error for finding in found.findings for failure in finding.failures} == {"NotFound"}


def test_a_bundle_that_has_since_filled_up_is_read(world):
    board = world.board()
    path = bundle_path(board)
    filler = (2).to_bytes(2, "big") + b"{}"
    full = board.files[path] + filler * (256 - len(world.entries))
    assert_verified(world, board.changed(path, None).changed("tile/entries/000", full))


def test_a_missing_payload_is_refused(world):
    digest = hashlib.sha256(world.entries[5][1]).hexdigest()
    board = world.board().changed(layout.blob_path(digest), None)
    assert_refuted(world, board, "B.4", "NotFound")


def test_two_payloads_exchanged_are_refused(world):
    paths = [layout.blob_path(hashlib.sha256(world.entries[i][1]).hexdigest()) for i in (4, 5)]
    board = world.board()
    first, second = (board.files[path] for path in paths)
    swapped = board.changed(paths[0], second).changed(paths[1], first)
    assert_refuted(world, swapped, "B.4", "PayloadMismatch")


def test_a_payload_longer_than_promised_is_refused(world):
    path = layout.blob_path(hashlib.sha256(world.entries[5][1]).hexdigest())
    board = world.board()
    assert_refuted(world, board.changed(path, board.files[path] + b" "), "B.4", "ResourceTooLarge")


def with_checkpoint(world, data):
    return world.board().changed(layout.CHECKPOINT, data)


def true_head(world):
    head = head_of(world.entries)
    return Checkpoint(origin=LOG_NAME, size=head.size, root=head.root)


def test_a_checkpoint_of_another_root_is_refused(world):
    data = checkpoint(replace(true_head(world), root=bytes(32)))
    assert_only(world, with_checkpoint(world, data), "B.3", "RootMismatch")


def test_a_checkpoint_of_a_larger_log_is_refused(world):
    data = checkpoint(replace(true_head(world), size=len(world.entries) + 1))
    assert_refuted(world, with_checkpoint(world, data), "B.2", "NotFound")


def test_a_checkpoint_of_an_endless_log_is_refused_at_once(world):
    data = checkpoint(replace(true_head(world), size=2**53 - 1))
    assert_refuted(world, with_checkpoint(world, data), "B.2", "NotFound")


def test_a_checkpoint_of_an_earlier_log_is_never_verified(world):
    board = world.board()
    path = bundle_path(board)
    short = head_of(world.entries[:-1])
    head = Checkpoint(origin=LOG_NAME, size=short.size, root=short.root)
    entries = world.board(world.entries[:-1])
    files = board.changed(layout.CHECKPOINT, checkpoint(head)).changed(path, None)
    cut = files.changed(bundle_path(entries), entries.files[bundle_path(entries)])
    assert report(world, cut).verdict is Verdict.UNCHECKED


def test_a_checkpoint_signed_by_somebody_else_is_refused(world):
    data = checkpoint(true_head(world), seed=REGISTRAR_SEED)
    assert_only(world, with_checkpoint(world, data), "B.1", "NotSigned")


def test_a_checkpoint_with_a_false_signature_is_refused(world):
    note = Note.from_bytes(world.board().files[layout.CHECKPOINT])
    (line,) = note.signatures
    false = replace(line, signature=line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    data = replace(note, signatures=(false,)).to_bytes()
    assert_only(world, with_checkpoint(world, data), "B.1", "BadSignature")


def test_a_checkpoint_of_another_log_is_refused(world):
    data = checkpoint(replace(true_head(world), origin="vote.example.org/board/city"))
    assert_only(world, with_checkpoint(world, data), "B.1", "WrongOrigin")


UNREADABLE = {
    "an extension line": (lambda text: text.replace("\n\n", "\nextra\n\n", 1), MalformedCheckpoint),
    "a size with zeros": (lambda text: text.replace("\n15\n", "\n015\n"), MalformedCheckpoint),
    "a size with blanks": (lambda text: text.replace("\n15\n", "\n 15\n"), MalformedCheckpoint),
    "digits of another script": (lambda text: text.replace("\n15\n", "\n١٥\n"), MalformedCheckpoint),
    "no signature": (lambda text: text[: text.index("\n\n") + 2], MalformedNote),
    "nothing in it": (lambda _: "", MalformedNote),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_nothing_is_verified_under_a_checkpoint_with(world, name):
    change, error = UNREADABLE[name]
    text = world.board().files[layout.CHECKPOINT].decode()
    with pytest.raises(error):
        report(world, with_checkpoint(world, change(text).encode()))


def test_nothing_is_verified_without_a_checkpoint(world):
    with pytest.raises(NotFound):
        report(world, with_checkpoint(world, None))


# Witnesses.

WITNESSES = tuple(Cosigner(f"witness.example/{index}", bytes([index]) * 32) for index in (1, 2))


@pytest.fixture(scope="module")
def witnessed():
    """A closed election whose manifest demands both of two witnesses, and its checkpoint without them."""
    keys = BoardKeys(
        log=open_world().manifest.board.log,
        witnesses=tuple(witness.verifier_key for witness in WITNESSES),
        quorum=2,
    )
    world = open_world(board=keys)
    world.vote(0, {"mayor": {"ada": 1}})
    world.vote(1, {"mayor": {"ben": 1}})
    world.finish()
    return world


def cosigned(world, *lines):
    note = Note.from_bytes(world.board().files[layout.CHECKPOINT])
    data = replace(note, signatures=(*note.signatures, *lines)).to_bytes()
    return with_checkpoint(world, data)


def lines_of(world, *cosigners):
    return [cosigner.cosign(true_head(world), time=1_800_000_000) for cosigner in cosigners]


def test_a_quorum_of_witnesses_is_verified(witnessed):
    assert_verified(witnessed, cosigned(witnessed, *lines_of(witnessed, *WITNESSES)))


def test_a_checkpoint_without_witnesses_is_refused(witnessed):
    assert_only(witnessed, witnessed.board(), "B.6", "TooFewCosignatures")


def test_one_witness_twice_is_refused(witnessed):
    board = cosigned(witnessed, *lines_of(witnessed, WITNESSES[0], WITNESSES[0]))
    assert_only(witnessed, board, "B.6", "TooFewCosignatures")


def test_a_witness_that_nobody_named_is_refused(witnessed):
    stranger = Cosigner("witness.example/3", b"3" * 32)
    board = cosigned(witnessed, *lines_of(witnessed, WITNESSES[0], stranger))
    assert_only(witnessed, board, "B.6", "TooFewCosignatures")


def test_a_false_cosignature_is_refused(witnessed):
    first, second = lines_of(witnessed, *WITNESSES)
    false = replace(second, signature=second.signature[:-1] + bytes([second.signature[-1] ^ 1]))
    assert_only(witnessed, cosigned(witnessed, first, false), "B.6", "BadSignature")


def test_a_cosignature_of_another_head_is_refused(witnessed):
    other = replace(true_head(witnessed), size=4)
    lines = [witness.cosign(other, time=1_800_000_000) for witness in WITNESSES]
    assert_only(witnessed, cosigned(witnessed, *lines), "B.6", "BadSignature")


def test_cosignatures_under_a_false_log_signature_are_not_judged(witnessed):
    board = cosigned(witnessed, *lines_of(witnessed, *WITNESSES))
    note = Note.from_bytes(board.files[layout.CHECKPOINT])
    data = replace(note, signatures=note.signatures[1:]).to_bytes()
    found = report(witnessed, board.changed(layout.CHECKPOINT, data))
    statuses = {finding.check.id: finding.status.value for finding in found.findings}
    assert (statuses["B.1"], statuses["B.6"]) == ("FAIL", "NOT-RUN")


# The order of entries.


def moved(world, start, place):
    entries = list(world.entries)
    entry = entries.pop(start)
    entries.insert(place, entry)
    return world.board(entries)


ORDERS = {
    "a ballot before the opening": (4, 3, "BeforeOpening"),
    "a ballot after the closing": (9, 10, "AfterClosing"),
    "a ballot after the final entry": (9, 14, "AfterFinal"),
    "a challenge after the closing": (6, 10, "AfterClosing"),
    "a key before the roll": (2, 1, "OutOfOrder"),
    "a share before the closing": (11, 10, "OutOfOrder"),
    "a share after the result": (12, 13, "OutOfOrder"),
    "a result after the final entry": (13, 14, "OutOfOrder"),
    "a manifest in the middle": (0, 4, "OutOfOrder"),
}


@pytest.mark.parametrize("name", ORDERS)
def test_a_board_is_refused_with(world, name):
    start, place, error = ORDERS[name]
    assert_refuted(world, moved(world, start, place), "B.5", error)


def test_an_entry_of_an_unknown_type_is_refused(world):
    entries = [*world.entries[:10], ("decree", b"{}"), *world.entries[10:]]
    assert_refuted(world, world.board(entries), "B.5", "UnknownEntryType")


@pytest.mark.parametrize("place", [0, 1, 2, 3, 10, 13, 14])
def test_an_entry_that_comes_twice_is_refused(world, place):
    entries = [*world.entries[: place + 1], *world.entries[place:]]
    error = "AfterFinal" if place == 14 else "OutOfOrder"
    assert_refuted(world, world.board(entries), "B.5", error)


def test_an_election_that_never_closes_is_refused(world):
    entries = [entry for entry in world.entries if entry[0] != "close"]
    assert_refuted(world, world.board(entries), "B.5", "OutOfOrder")


def test_an_entry_after_the_final_one_is_refused(world):
    entries = [*world.entries, ("share", world.entries[11][1])]
    assert_refuted(world, world.board(entries), "B.5", "AfterFinal")


# Ballots on the board: 4 and 9 are the first voter's and the second's last, 5 is superseded by 9.


def test_a_dropped_ballot_is_missed_by_the_one_that_supersedes_it(world):
    entries = [*world.entries[:5], *world.entries[6:]]
    assert_refuted(world, world.board(entries), "F.3", "StaleSupersedes")


def test_a_dropped_ballot_is_missed_by_the_trustees(world):
    entries = [*world.entries[:4], *world.entries[5:]]
    assert_refuted(world, world.board(entries), "G.1", "ClosingMismatch")


def test_two_ballots_of_one_voter_in_another_order_are_refused(world):
    entries = list(world.entries)
    entries[5], entries[9] = entries[9], entries[5]
    assert_refuted(world, world.board(entries), "F.3", "StaleSupersedes")


@pytest.mark.parametrize("which", [0, 4])
def test_a_ballot_posted_twice_is_refused(world, which):
    ballots = [place for place, (name, _) in enumerate(world.entries) if name == "ballot"]
    entries = [*world.entries[:10], world.entries[ballots[which]], *world.entries[10:]]
    assert_refuted(world, world.board(entries), "F.3", "StaleSupersedes")


SUPERSEDED = {
    "nothing": lambda _: "",
    "a ballot that never was": lambda _: "0" * 64,
    "another voter's ballot": lambda w: w.ballot(0).tracker,
    "itself": lambda w: w.ballot(4).tracker,
}


@pytest.mark.parametrize("name", SUPERSEDED)
def test_a_later_ballot_is_refused_that_supersedes(world, name):
    entries = voted_again(world, lambda value: value.update(supersedes=SUPERSEDED[name](world)), which=4)
    assert_refuted(world, world.board(entries), "F.3", "StaleSupersedes")


def test_two_ballots_that_supersede_each_other_are_refused(world):
    later = world.ballot(4).tracker
    entries = voted_again(world, lambda value: value.update(supersedes=later), which=1)
    assert_refuted(world, world.board(entries), "F.3", "StaleSupersedes")


def test_more_ballots_than_a_credential_may_cast_are_refused_even_when_all_trustees_count_them(world):
    conspiracy = reopened(world)
    conspiracy.vote(1, {"mayor": {"ben": 1}})
    for name in ("ada", "ben", "cleo"):
        conspiracy.vote(0, {"mayor": {name: 1}})
    conspiracy.count._limit = 4
    conspiracy.vote(0, {"mayor": {"ada": 1}})
    conspiracy.finish()
    assert_refuted(world, conspiracy.board(), "F.3", "LimitReached")


def test_two_ballots_of_one_voter_are_refused_even_when_all_trustees_count_both(world):
    conspiracy = reopened(world)
    conspiracy.vote(1, {"mayor": {"ben": 1}})
    conspiracy.vote(0, {"mayor": {"ada": 1}})
    again = conspiracy.make(0, {"mayor": {"ada": 1}}, supersedes="")
    conspiracy.force(again.ballot, again.commitments)
    conspiracy.finish()
    assert_refuted(world, conspiracy.board(), "F.3", "StaleSupersedes")


# Challenged ballots.


def challenged_and_cast(world, *, first):
    conspiracy = reopened(world)
    conspiracy.vote(1, {"mayor": {"ben": 1}})
    prepared = prepare(
        world.opened,
        credential=ed25519.public_key(world.voters[0]),
        selections={"mayor": {"ada": 1}},
        supersedes="",
        ballot_seed=b"C" * 32,
    )
    entry = ("challenged", challenge(prepared, world.voters[0]).to_bytes())
    if first == "challenge":
        conspiracy.entries.append(entry)
    cast = replace(prepared, ballot=prepared.ballot.sign(world.voters[0]))
    conspiracy.post(0, cast)
    if first == "cast":
        conspiracy.entries.append(entry)
    conspiracy.challenged += 1
    conspiracy.finish()
    return conspiracy.board()


@pytest.mark.parametrize("first", ["challenge", "cast"])
def test_a_ballot_both_challenged_and_cast_is_refused(world, first):
    board = challenged_and_cast(world, first=first)
    assert_only(world, board, "F.4", "ChallengedBallotCast")


def test_a_challenge_of_a_stranger_is_refused(world):
    def change(value):
        value["credential"] = encode(ed25519.public_key(b"S" * 32))

    entries = world.replaced("challenged", lambda payload: signed_again(payload, b"S" * 32, change))
    assert_refuted(world, world.board(entries), "F.4", "NotOnRoll")


def test_a_challenge_that_the_voter_did_not_sign_is_refused(world):
    entries = world.replaced("challenged", lambda payload: signed_again(payload, LOG_SEED, lambda _: None))
    assert_refuted(world, world.board(entries), "F.4", "BadSignature")


def test_a_challenge_of_another_election_is_refused(world):
    def change(value):
        value["election"] = "0" * 64

    entries = world.replaced("challenged", lambda payload: signed_again(payload, world.voters[2], change))
    assert_refuted(world, world.board(entries), "F.4", "ForeignRecord")


def test_an_opened_challenge_on_the_board_is_refused(world):
    def reveal(value):
        value["seed"] = "A" * 43

    def rewrite(payload):
        return signed_again(payload, world.voters[2], reveal)

    assert canonical.parse(rewrite(world.entries[6][1]), limit=1 << 20)["seed"]
    assert_refuted(world, world.board(world.replaced("challenged", rewrite)), "F.4", "UnknownField")


@pytest.mark.parametrize("first", ["challenge", "cast"])
def test_a_challenge_of_anothers_ballot_harms_nobody(first):
    world = open_world()
    prepared = world.make(0, {"mayor": {"ada": 1}})
    foreign = Challenged(
        election=world.fingerprint,
        credential=ed25519.public_key(world.voters[1]),
        tracker=prepared.ballot.tracker,
    ).sign(world.voters[1])
    if first == "cast":
        world.post(0, prepared)
    world.entries.append(("challenged", foreign.to_bytes()))
    world.challenged += 1
    if first == "challenge":
        world.post(0, prepared)
    world.vote(2, {"mayor": {"ben": 1}})
    world.finish()
    assert report(world, world.board()).verdict is Verdict.VERIFIED
