# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/threat-model.md, "Tally": false closings, shares, sums, roots and outcomes."""

from dataclasses import replace

import pytest

from bulletin_board.codec.base64url import decode, encode
from bulletin_board.codec.fields import number_text
from tally.crypto.threshold import combine_root
from tally.enrolment import Enrolment
from tally.record.acknowledgement import Acknowledgement
from tally.record.head import Head
from tests.attacks.collusion import changed, reopened, shared_again
from tests.attacks.judge import assert_only, assert_refuted, edited, errors, failing, report
from tests.simulator import REGISTRAR_SEED, open_world, trustee_seed

WIDTH = 128  # bytes of a residue modulo n

# The closing entry.

CLOSINGS = {
    "other ballots": (lambda v: v.update(ballots=4), "ClosingMismatch"),
    "other challenges": (lambda v: v.update(challenged=0), "ClosingMismatch"),
    "another number that counts": (lambda v: v["counted"].update(ballots=5), "CountedSetMismatch"),
    "another weight": (lambda v: v["counted"].update(weight=5), "CountedSetMismatch"),
    "another set": (lambda v: v["counted"].update(hash="0" * 64), "CountedSetMismatch"),
    "another election": (lambda v: v.update(election="0" * 64), "ForeignRecord"),
    "a number of true": (lambda v: v.update(challenged=True), "WrongType"),
    "an unknown version": (lambda v: v.update(format="veritally/close/2"), "WrongForm"),
}


@pytest.mark.parametrize("name", CLOSINGS)
def test_a_closing_entry_is_refused_that_states(world, name):
    change, error = CLOSINGS[name]
    assert_refuted(world, world.board(edited(world, "close", change)), "G.1", error)


def test_too_small_a_set_is_refused_even_when_all_trustees_decrypt_it(world):
    conspiracy = reopened(world)
    conspiracy.vote(0, {"mayor": {"ada": 1}})
    conspiracy.finish()
    assert_only(world, conspiracy.board(), "G.2", "TooFewCounted")


def test_a_superseded_ballot_counted_by_all_trustees_is_refused(world):
    conspiracy = reopened(world)
    conspiracy.vote(1, {"mayor": {"ben": 1}})
    first = conspiracy.make(0, {"mayor": {"ada": 1}})
    conspiracy.force(first.ballot, first.commitments)
    conspiracy.last[0] = first.ballot.tracker
    second = conspiracy.make(0, {"mayor": {"cleo": 1}})
    conspiracy.entries.append(("ballot", second.ballot.to_bytes()))
    conspiracy.ballots += 1
    conspiracy.finish()
    found = failing(report(world, conspiracy.board()))
    assert found["G.1"] == {"CountedSetMismatch"}
    assert found["H.2"] == {"TallyMismatch"}
    assert not {"F.3", "F.5"} & set(found)


def test_a_ballot_left_out_by_all_trustees_is_refused(world):
    conspiracy = reopened(world)
    for voter in (0, 1):
        conspiracy.vote(voter, {"mayor": {"ben": 1}})
    left_out = conspiracy.make(2, {"mayor": {"ada": 1}})
    conspiracy.entries.append(("ballot", left_out.ballot.to_bytes()))
    conspiracy.ballots += 1
    conspiracy.finish()
    found = failing(report(world, conspiracy.board()))
    assert found["G.1"] == {"CountedSetMismatch"}
    assert found["H.1"] == {"CountedSetMismatch"}


def test_another_weight_given_by_all_trustees_is_refused(world):
    conspiracy = reopened(world)
    credential = conspiracy.make(0, {}).ballot.credential
    conspiracy.count.roll = Enrolment({**world.opened.weights, credential: 3})
    conspiracy.vote(0, {"mayor": {"ada": 1}})
    conspiracy.vote(1, {"mayor": {"ben": 1}})
    conspiracy.finish()
    found = failing(report(world, conspiracy.board()))
    assert found["G.1"] == {"CountedSetMismatch"}
    assert found["H.2"] == {"TallyMismatch"}


# Shares: each trustee signs their own.

OTHER_HEAD = Head(size=11, root=b"\1" * 32)


def _partial(change):
    def edit(value):
        number = int.from_bytes(decode(value["partials"][0], WIDTH), "big")
        value["partials"][0] = number_text(change(number), WIDTH)

    return edit


SHARES = {
    "another election": (lambda v: v.update(election="0" * 64), "G.3", "ForeignRecord"),
    "another counted set": (lambda v: v.update(counted="0" * 64), "G.3", "ForeignShare"),
    "another head": (lambda v: v.update(head=OTHER_HEAD.to_value()), "G.3", "ForeignShare"),
    "an earlier head": (lambda v: v["head"].update(size=10), "G.3", "ForeignShare"),
    "an aggregate missing": (lambda v: v["partials"].pop(), "G.3", "OutOfRange"),
    "a proof missing": (lambda v: v["proofs"].pop(), "G.3", "OutOfRange"),
    "an aggregate too many": (lambda v: v["partials"].append(v["partials"][0]), "G.3", "OutOfRange"),
    "a trustee that does not exist": (lambda v: v.update(trustee=4), "G.3", "OutOfRange"),
    "an unknown version": (lambda v: v.update(format="veritally/share/9"), "G.3", "WrongForm"),
    "a partial of zero": (_partial(lambda _: 0), "G.5", "OutOfRange"),
    "a partial of one": (_partial(lambda _: 1), "G.5", "ShareProofError"),
    "the negative of its partial": (None, "G.5", "ShareProofError"),
    "a partial beyond n": (_partial(lambda _: (1 << 1024) - 1), "G.5", "OutOfRange"),
    "partials in another order": (lambda v: v["partials"].reverse(), "G.5", "ShareProofError"),
    "proofs in another order": (lambda v: v["proofs"].reverse(), "G.5", "ShareProofError"),
    "too few acknowledgements": (
        lambda v: v["acknowledgements"].pop(),
        "G.4",
        "TooFewAcknowledgements",
    ),
    "one acknowledgement twice": (
        lambda v: v["acknowledgements"].__setitem__(1, v["acknowledgements"][0]),
        "G.3",
        "AcknowledgementsNotSorted",
    ),
    "acknowledgements in another order": (
        lambda v: v["acknowledgements"].reverse(),
        "G.3",
        "AcknowledgementsNotSorted",
    ),
    "an acknowledgement under another name": (
        lambda v: v["acknowledgements"][2].__setitem__(1, v["acknowledgements"][1][1]),
        "G.4",
        "BadAcknowledgement",
    ),
    "an acknowledgement of a trustee that does not exist": (
        lambda v: v["acknowledgements"][2].__setitem__(0, 4),
        "G.3",
        "OutOfRange",
    ),
}


@pytest.mark.parametrize("name", SHARES)
def test_a_share_is_refused_with(world, name):
    change, check, error = SHARES[name]
    change = change or _partial(lambda x: world.key.modulus - x)
    assert_refuted(world, world.board(shared_again(world, change)), check, error)


def test_a_share_signed_by_the_server_is_refused(world):
    entries = edited(world, "share", lambda value: value.update(signature=encode(bytes(64))))
    assert_refuted(world, world.board(entries), "G.3", "BadSignature")


def test_a_share_signed_by_another_trustee_is_refused(world):
    share = world.share(1).sign(trustee_seed(2))
    entries = world.replaced("share", lambda _: share.to_bytes())
    assert_refuted(world, world.board(entries), "G.3", "BadSignature")


def test_a_share_of_one_trustee_under_the_name_of_another_is_refused(world):
    first, third = world.share(1), world.share(3)
    stolen = replace(third, partials=first.partials, proofs=first.proofs).sign(trustee_seed(3))
    entries = world.replaced("share", lambda _: stolen.to_bytes())
    assert_refuted(world, world.board(entries), "G.5", "ShareProofError")


def test_a_second_share_of_a_trustee_is_refused(world):
    entries = world.replaced("share", lambda _: world.share(1).to_bytes(), which=1)
    found = report(world, world.board(entries))
    assert errors(found, "G.3") == {"RepeatedShare"}
    assert errors(found, "G.6") == {"TooFewShares"}


def test_a_second_share_beside_enough_others_is_refused(world):
    share = ("share", world.share(1).to_bytes())
    entries = [*world.entries[:13], share, *world.entries[13:]]
    assert_only(world, world.board(entries), "G.3", "RepeatedShare")


def test_too_few_shares_are_refused(world):
    entries = [*world.entries[:12], *world.entries[13:]]
    assert_only(world, world.board(entries), "G.6", "TooFewShares")


def test_no_shares_are_refused(world):
    entries = [*world.entries[:11], *world.entries[13:]]
    assert_only(world, world.board(entries), "G.6", "TooFewShares")


def test_a_false_share_does_not_count_towards_the_threshold(world):
    found = report(world, world.board(shared_again(world, _partial(lambda x: x * 3 % world.key.modulus))))
    assert errors(found, "G.5") == {"ShareProofError"}
    assert errors(found, "G.6") == {"TooFewShares"}


def test_all_three_shares_are_verified(world):
    entries = [*world.entries[:13], ("share", world.share(3).to_bytes()), *world.entries[13:]]
    assert failing(report(world, world.board(entries))) == {}


def test_acknowledgements_of_another_board_are_refused(world):
    """The server showed one trustee another set, and puts that signature under this one."""
    shown = Acknowledgement(
        election=world.fingerprint, trustee=3, head=OTHER_HEAD, counted=world.counted().hash
    )
    signature = shown.sign(trustee_seed(3)).signature

    def attach(value):
        value["acknowledgements"][2][1] = encode(signature)

    assert_refuted(world, world.board(shared_again(world, attach)), "G.4", "BadAcknowledgement")


def test_shares_of_two_boards_are_refused(world):
    """Two sets shown to two stations: the second share is for the other."""
    other = reopened(world)
    for voter in (0, 1, 2):
        other.vote(voter, {"mayor": {"ada": 1}})
    other.finish()
    entries = world.replaced("share", lambda _: other.share(2).to_bytes(), which=1)
    assert_refuted(world, world.board(entries), "G.3", "ForeignShare")


def test_a_share_of_another_election_is_refused(world):
    other = open_world(capacity=40)
    for voter in (0, 1):
        other.vote(voter, {"mayor": {"ada": 1}})
    other.close()
    entries = world.replaced("share", lambda _: other.share(2).to_bytes(), which=1)
    assert_refuted(world, world.board(entries), "G.3", "ForeignRecord")


# The result: made by the server alone.


def _tally(value):
    number = int.from_bytes(decode(value["tallies"][0][0], 2 * WIDTH), "big")
    value["tallies"][0][0] = number_text(number ^ 1, 2 * WIDTH)


def _aggregate(part, change):
    def edit(value):
        width = 2 * WIDTH if part == "ciphertext" else WIDTH
        number = int.from_bytes(decode(value["aggregates"][0][part], width), "big")
        value["aggregates"][0][part] = number_text(change(number), width)

    return edit


def _move_a_vote(value):
    """Three for Ada and one blank become two and two."""
    value["contests"][0]["counters"][0] = [2, 0, 0, 2]
    value["contests"][0]["result"].update(totals=[["ada", 2], ["ben", 0], ["cleo", 0]], extras=[["blank", 2]])


def _break_the_tie(value):
    value["contests"][1]["result"].update(winners=["gus", "dora"], tied=[])


RESULTS = {
    "another set": (lambda v: v["counted"].update(hash="0" * 64), "H.1", "CountedSetMismatch"),
    "another weight": (lambda v: v["counted"].update(weight=5), "H.1", "CountedSetMismatch"),
    "another election": (lambda v: v.update(election="0" * 64), "H.1", "ForeignRecord"),
    "contests in another order": (lambda v: v["contests"].reverse(), "H.1", "ContestMismatch"),
    "a contest missing": (lambda v: v["contests"].pop(), "H.1", "OutOfRange"),
    "an aggregate missing": (lambda v: v["aggregates"].pop(), "H.1", "OutOfRange"),
    "a negative counter": (
        lambda v: v["contests"][1]["counters"].__setitem__(0, [-1]),
        "H.1",
        "OutOfRange",
    ),
    "a negative total": (
        lambda v: v["contests"][0]["result"]["totals"][0].__setitem__(1, -3),
        "H.1",
        "OutOfRange",
    ),
    "an unknown version": (lambda v: v.update(format="veritally/result/2"), "H.1", "WrongForm"),
    "another sum": (_tally, "H.2", "TallyMismatch"),
    "another packed sum": (_aggregate("ciphertext", lambda x: x ^ 1), "H.2", "TallyMismatch"),
    "aggregates in another order": (lambda v: v["aggregates"].reverse(), "H.2", "TallyMismatch"),
    "one vote more": (_aggregate("plaintext", lambda m: m + 1), "H.3", "RootMismatch"),
    "another root": (_aggregate("root", lambda y: y ^ 1), "H.3", "RootMismatch"),
    "a root of zero": (_aggregate("root", lambda _: 0), "H.3", "OutOfRange"),
    "a root beyond n": (_aggregate("root", lambda _: (1 << 1024) - 1), "H.3", "OutOfRange"),
    "a vote moved": (_move_a_vote, "H.4", "CountersMismatch"),
    "counters in another order": (
        lambda v: v["contests"][0]["counters"][0].reverse(),
        "H.4",
        "CountersMismatch",
    ),
    "another winner": (
        lambda v: v["contests"][0]["result"].update(winners=["ben"]),
        "H.5",
        "OutcomeMismatch",
    ),
    "a tie broken in silence": (_break_the_tie, "H.5", "OutcomeMismatch"),
    "a total of its own": (
        lambda v: v["contests"][0]["result"]["totals"][0].__setitem__(1, 4),
        "H.5",
        "OutcomeMismatch",
    ),
    "options in another order": (
        lambda v: v["contests"][0]["result"]["totals"].reverse(),
        "H.5",
        "OutcomeMismatch",
    ),
    "blank votes hidden": (
        lambda v: v["contests"][0]["result"].update(extras=[]),
        "H.5",
        "OutcomeMismatch",
    ),
}


def with_final(world, payload):
    """The entries with another result and a final entry that names it."""
    import hashlib

    name = hashlib.sha256(payload).hexdigest()
    final = changed(world.entries[14][1], lambda value: value.update(result=name))
    return [*world.entries[:13], ("result", payload), ("final", final)]


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_refused_with(world, name):
    change, check, error = RESULTS[name]
    board = world.board(with_final(world, changed(world.entries[13][1], change)))
    assert error in failing(report(world, board)).get(check, set())
    if check in {"H.1", "H.5"} and error != "CountedSetMismatch":
        assert_only(world, board, check, error)


def test_the_negative_of_a_root_is_refused(world):
    change = _aggregate("root", lambda y: world.key.modulus - y)
    board = world.board(with_final(world, changed(world.entries[13][1], change)))
    assert_only(world, board, "H.3", "RootMismatch")


def test_a_plaintext_plus_n_is_refused(world):
    """The same residue, another number: its digits would be other counters."""
    change = _aggregate("plaintext", lambda m: m + world.key.modulus)
    board = world.board(with_final(world, changed(world.entries[13][1], change)))
    assert errors(report(world, board), "H.3") == {"OutOfRange"}
    assert errors(report(world, board), "H.4") == {"StrayBits"}


def test_a_root_times_a_root_of_one_is_refused(world):
    """From the factors: gcd(n, φ(n)) = 1, so no other n-th root exists."""
    p, q = reopened(world).factors
    w = int(pow(3, (p - 1) * (q - 1) // int(p - 1), p * q))
    change = _aggregate("root", lambda y: y * w % world.key.modulus)
    board = world.board(with_final(world, changed(world.entries[13][1], change)))
    assert_only(world, board, "H.3", "RootMismatch")


def test_every_subset_of_trustees_gives_the_same_root(world):
    shares = {index: world.share(index) for index in (1, 2, 3)}
    ciphertext = world.aggregates()[0]
    roots = {
        int(combine_root(world.dealt.key, ciphertext, {i: shares[i].partials[0] for i in subset}))
        for subset in ((1, 2), (1, 3), (2, 3))
    }
    assert roots == {world.result().aggregates[0].root}


def test_the_share_of_one_trustee_alone_opens_nothing(world):
    partial = world.share(1).partials[0]
    change = _aggregate("root", lambda _: partial)
    board = world.board(with_final(world, changed(world.entries[13][1], change)))
    assert_only(world, board, "H.3", "RootMismatch")


def test_the_result_of_another_set_is_refused(world):
    """A subset decrypted by all trustees, published for the whole board."""
    subset = reopened(world)
    for voter in (0, 1):
        subset.vote(voter, {"mayor": {"ben": 1}})
    subset.finish()
    board = world.board(with_final(world, subset.entries[-2][1]))
    found = failing(report(world, board))
    assert found["H.1"] == {"CountedSetMismatch"}
    assert found["H.2"] == {"TallyMismatch"}


FINALS = {
    "another result": (lambda v: v.update(result="0" * 64), "FinalMismatch"),
    "another election": (lambda v: v.update(election="0" * 64), "ForeignRecord"),
    "a remark": (lambda v: v.update(note="annulled"), "UnknownField"),
    "no result": (lambda v: v.pop("result"), "MissingField"),
}


@pytest.mark.parametrize("name", FINALS)
def test_a_final_entry_is_refused_with(world, name):
    change, error = FINALS[name]
    assert_only(world, world.board(edited(world, "final", change)), "H.6", error)


def test_two_results_are_refused(world):
    entries = [*world.entries[:14], *world.entries[13:]]
    assert_only(world, world.board(entries), "B.5", "OutOfOrder")


def test_a_result_that_nobody_can_read_leaves_later_checks_unmade(world):
    board = world.board(with_final(world, b"{}"))
    found = report(world, board)
    assert failing(found) == {"H.1": {"MissingField"}}
    made = {finding.check.id for finding in found.findings if finding.status.value == "PASS"}
    assert not made & {"H.2", "H.3", "H.4", "H.5"}


def test_the_registrar_cannot_answer_for_a_trustee(world):
    share = world.share(1).sign(REGISTRAR_SEED)
    entries = world.replaced("share", lambda _: share.to_bytes())
    assert_refuted(world, world.board(entries), "G.3", "BadSignature")
