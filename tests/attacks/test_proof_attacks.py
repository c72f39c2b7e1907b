# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/threat-model.md, "Proofs": false statements, weak transcripts, and the cache beside the log.

Whoever knows the factors of n can do more than voters can; the last tests say how much, and what remains.
"""

import hashlib
from dataclasses import replace

import gmpy2
import pytest
from gmpy2 import mpz

from bulletin_board import layout
from bulletin_board.codec.base64url import decode, encode
from tally.admission import context_of
from tally.crypto import ed25519, membership
from tally.crypto.membership import BallotProof, StatementProof, absolute, prove
from tally.crypto.numbers import items, to_bytes
from tally.crypto.paillier import encrypt, g_power
from tally.crypto.parameters import CHALLENGE_BITS
from tally.crypto.randomness import Draws
from tally.crypto.transcript import Context, challenge
from tally.record.ballot import Ballot
from tally.record.commitments import commitments_to_bytes
from tally.verifier.report import Status, Verdict
from tests.attacks.collusion import factors_of, reopened, rigged_world, signed_again, voted_again
from tests.attacks.judge import assert_only, assert_refuted, assert_verified, errors, report, status
from tests.proofs import CHALLENGES, prove_with, simulate

SMALL_FACTOR = 8_191  # 13 bits: the certificate refuses it
HIDDEN_FACTOR = 131_071  # 17 bits: the certificate allows it


def with_responses(world, contest, statement, change):
    """The first voter changes the proof of one statement, as (e_1 ‥ e_V, z_1 ‥ z_V) in one string."""
    shape = world.opened.shape.contests[contest].statements[statement]

    def edit(value):
        responses = value["contests"][contest]["responses"]
        responses[statement] = encode(change(decode(responses[statement], shape.width), shape))

    return world.board(voted_again(world, edit))


def _flip(data, shape):
    return bytes([data[0] ^ 1]) + data[1:]


def _swap_challenges(data, shape):
    return data[16:32] + data[:16] + data[32:]


def _swap_responses(data, shape):
    middle, width = shape.branches * 16, shape.response_width
    first, second = data[middle : middle + width], data[middle + width : middle + 2 * width]
    return data[:middle] + second + first + data[middle + 2 * width :]


def _add_one(data, shape):
    return data[:-1] + bytes([data[-1] ^ 1])


def _fill(data, shape):
    middle = shape.branches * 16
    return data[:middle] + b"\xff" * (len(data) - middle)


def _shift_challenges(data, shape):
    """e_1 + d and e_2 − d: the sum still holds."""
    first, second = int.from_bytes(data[:16], "big"), int.from_bytes(data[16:32], "big")
    moved = ((first + 5) % CHALLENGES, (second - 5) % CHALLENGES)
    return b"".join(number.to_bytes(16, "big") for number in moved) + data[32:]


RESPONSES = {
    "a flipped sub-challenge": (_flip, "F.5", "ChallengeSumMismatch"),
    "two sub-challenges exchanged": (_swap_challenges, "F.5", "ChallengeMismatch"),
    "sub-challenges with the right sum": (_shift_challenges, "F.5", "ChallengeMismatch"),
    "two responses exchanged": (_swap_responses, "F.5", "ChallengeMismatch"),
    "another response": (_add_one, "F.5", "ChallengeMismatch"),
    "responses out of range": (_fill, "F.1", "ResponseOutOfRange"),
    "a branch missing": (lambda data, shape: data[: -shape.response_width], "F.1", "WrongLength"),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_a_proof_is_refused_with(world, name):
    change, check, error = RESPONSES[name]
    assert_refuted(world, with_responses(world, 0, 0, change), check, error)


STATEMENTS = {
    "a statement's proof missing": (lambda rows: rows.pop(0), "F.1", "OutOfRange"),
    "the sum's proof missing": (lambda rows: rows.pop(), "F.1", "OutOfRange"),
    "a proof too many": (lambda rows: rows.append(""), "F.1", "OutOfRange"),
    "proofs in another order": (lambda rows: rows.insert(0, rows.pop(1)), "F.5", "ChallengeMismatch"),
    "the sum's proof in a bit's place": (
        lambda rows: rows.insert(0, rows.pop()),
        "F.1",
        "WrongLength",
    ),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_ballot_is_refused_with(world, name):
    change, check, error = STATEMENTS[name]
    entries = voted_again(world, lambda value: change(value["contests"][1]["responses"]))
    assert_refuted(world, world.board(entries), check, error)


def test_another_challenge_is_refused(world):
    entries = voted_again(world, lambda value: value.update(challenge="A" * 22))
    assert_refuted(world, world.board(entries), "F.5", "ChallengeSumMismatch")


def test_a_false_proof_is_refused_while_the_election_goes_on(world):
    entries = voted_again(world, lambda value: value.update(challenge="A" * 22))
    assert_only(world, world.board(entries[:5]), "F.5", "ChallengeSumMismatch")


def test_a_challenge_of_another_width_is_refused(world):
    entries = voted_again(world, lambda value: value.update(challenge="A" * 44))
    assert_refuted(world, world.board(entries), "F.1", "WrongLength")


def test_a_ballot_repeated_with_another_predecessor_is_refused(world):
    """The transcript holds `supersedes`: the voter signs again, and still cannot prove it."""
    latest = world.ballot(4).tracker

    def follow(value):
        value["supersedes"] = latest

    payload = signed_again(world.entries[5][1], world.voters[1], follow)
    entries = [*world.entries[:10], ("ballot", payload), *world.entries[10:]]
    assert_refuted(world, world.board(entries), "F.5", "ChallengeMismatch")


# A voter who writes their own prover, and trustees who count whatever it says.


def forged(world, voter, claim, proof):
    """The signed ballot of this proof."""
    credential = ed25519.public_key(world.voters[voter])
    return Ballot.of(
        world.opened.shape,
        election=world.fingerprint,
        credential=credential,
        supersedes="",
        ciphertexts=claim.ciphertexts,
        proof=proof,
    ).sign(world.voters[voter])


def own_context(world, voter):
    credential = ed25519.public_key(world.voters[voter])
    return context_of(fingerprint=world.fingerprint, credential=credential, supersedes="")


def draws(label):
    return Draws(hashlib.sha256(label.encode()).digest())


def counted(world, ballot, commitments, claim=None):
    """A board on which two honest ballots and this one are counted by everybody."""
    conspiracy = reopened(world)
    conspiracy.vote(0, {"mayor": {"ada": 1}})
    conspiracy.vote(1, {"mayor": {"ben": 1}})
    conspiracy.force(ballot, commitments_to_bytes(commitments, world.opened.shape))
    conspiracy.finish(claim=claim)
    return conspiracy.board()


def answered(world, label, e):
    """Proofs of the honest vote, its randomness drawn again, for another challenge than its own."""
    key, statements, seed = world.opened.public_key, world.opened.shape.statements, draws(label)
    secrets = [seed.draw("s", (k,), key.randomness_bits) for k in range(len(HONEST))]
    branches = [membership._commit(key, i, s, HONEST, seed) for i, s in enumerate(statements)]
    return [b.respond(s, secrets, e) for b, s in zip(branches, statements, strict=True)]


HONEST = (1, 0, 0, 0, 0)  # Ada; nobody for the school board


@pytest.mark.parametrize("left_out", ["fingerprint", "credential", "supersedes"])
def test_a_weak_transcript_is_refused(world, left_out):
    parts = {
        "fingerprint": bytes.fromhex(world.fingerprint),
        "credential": ed25519.public_key(world.voters[2]),
        "supersedes": b"",
    }
    context = Context(**{**parts, left_out: b"else"})
    key, statements = world.opened.public_key, world.opened.shape.statements
    claim, proof, commitments = prove(key, context, statements, HONEST, draws(left_out))
    board = counted(world, forged(world, 2, claim, proof), commitments)
    assert_only(world, board, "F.5", "ChallengeMismatch")


@pytest.mark.parametrize("left_out", ["ciphertexts", "commitments"])
def test_a_transcript_without_its_numbers_is_refused(world, left_out, monkeypatch):
    context, shape = own_context(world, 2), world.opened.shape

    def weak(context, numbers, width):
        kept = numbers[5:] if left_out == "ciphertexts" else numbers[:5]
        return challenge(context, kept, width)

    monkeypatch.setattr("tally.crypto.membership.challenge", weak)
    claim, proof, commitments = prove(
        world.opened.public_key, context, shape.statements, HONEST, draws(left_out)
    )
    monkeypatch.undo()
    board = counted(world, forged(world, 2, claim, proof), commitments)
    assert_only(world, board, "F.5", "ChallengeMismatch")


def test_a_vote_for_two_is_refused(world):
    """Every branch is simulated for a guessed challenge: only the hash decides, and it decides against."""
    key, shape, guess = world.opened.public_key, world.opened.shape, 12345
    both = 1 + (1 << world.manifest.parameters.counter_bits)
    fake = simulate(key, shape.statements[0], both, guess, draws("two"))
    honest, _, commitments = prove(key, own_context(world, 2), shape.statements, HONEST, draws("rest"))
    parts = (fake.proof.statements[0], *answered(world, "rest", guess)[1:])
    claim = replace(honest, ciphertexts=(fake.claim.ciphertexts[0], *honest.ciphertexts[1:]))
    ballot = forged(world, 2, claim, BallotProof(challenge=guess, statements=parts))
    board = counted(world, ballot, commitments, claim=(((2, 2, 0, 0),), ((0,), (0,), (0,), (0,))))
    found = report(world, board)
    assert errors(found, "F.5") == {"ChallengeMismatch"}
    assert errors(found, "H.5") == {"SumMismatch"}


# The cache beside the log.


def caches(world):
    tracker = world.ballot(0).tracker
    held = world.commitments[tracker]
    width = world.opened.shape.ciphertext_width
    modulus = world.key.modulus**2
    numbers = [int.from_bytes(held[i : i + width], "big") for i in range(0, len(held), width)]

    def packed(values):
        return b"".join(int(value).to_bytes(width, "big") for value in values)

    p, _ = factors_of(world)
    return layout.commitments_path(tracker), {
        "missing": None,
        "empty": b"",
        "one short": held[:-1],
        "another ballot's": world.commitments[world.ballot(1).tracker],
        "its negatives": packed(modulus - number for number in numbers),
        "in another order": packed(reversed(numbers)),
        "zero": bytes(len(held)),
        "times a root of unity": packed(
            absolute(number * root_of_one(world) % modulus, mpz(modulus)) for number in numbers
        ),
        "multiples of a factor of n": packed(int(p) for _ in numbers),
    }


def root_of_one(world):
    """w ≠ ±1 with w² = 1 mod N: the order of 2 that only the factors show."""
    p, q = factors_of(world)
    modulus = (p * q) ** 2
    return (1 + 2 * p**2 * (-gmpy2.invert(p**2, q**2) % q**2)) % modulus


def test_the_root_of_one_is_what_it_says(world):
    modulus, w = world.key.modulus**2, root_of_one(world)
    assert w * w % modulus == 1
    assert w not in {1, modulus - 1}


@pytest.mark.parametrize(
    "name",
    [
        "missing",
        "empty",
        "one short",
        "another ballot's",
        "its negatives",
        "in another order",
        "zero",
        "times a root of unity",
        "multiples of a factor of n",
    ],
)
def test_a_good_ballot_is_never_refused_for_a_cache_that_is(world, name):
    path, cache = caches(world)
    assert_verified(world, world.board().changed(path, cache[name]))


def with_order_two(world):
    """A true ballot whose commitments, hashed and sent, were multiplied by an element of order 2."""
    key = world.opened.public_key
    w = root_of_one(world)
    case = prove_with(
        key,
        world.opened.shape.statements,
        HONEST,
        draws("order two"),
        lambda commitments: [absolute(a * w % key.modulus, key.modulus) for a in commitments],
        context=own_context(world, 2),
    )
    return forged(world, 2, case.claim, case.proof), case.commitments


def test_commitments_times_an_element_of_order_two_are_refused_by_the_form_that_counts(world):
    board = counted(world, *with_order_two(world))
    found = report(world, board, compact=True)
    assert errors(found, "F.5") == {"ChallengeMismatch"}
    assert found.verdict is Verdict.REFUTED


def test_commitments_times_an_element_of_order_two_are_refused_once_the_cache_is_gone(world):
    ballot, commitments = with_order_two(world)
    board = counted(world, ballot, commitments).changed(layout.commitments_path(ballot.tracker), None)
    assert_only(world, board, "F.5", "ChallengeMismatch")


def test_an_element_of_order_two_changes_no_vote(world):
    """What a batch can be made to accept by whoever knows the factors is still a vote for Ada."""
    board = counted(world, *with_order_two(world))
    assert status(report(world, board), "H.5") is Status.PASS


# Every trustee conspires, and n has a factor that they can guess a challenge modulo.


def forge(conspiracy, factor, voter, excess):
    """A ballot for the last slot whose plaintext is `excess`·n/factor too large, and its commitments.

    Equation 4 fixes e modulo the factor only: one transcript in `factor` fits.
    """
    key, shape = conspiracy.opened.public_key, conspiracy.opened.shape
    context, seed = own_context(conspiracy, voter), draws("forgery")
    honest, _, commitments = prove(key, context, shape.statements, HONEST, seed)
    values = shape.statements[0].values
    last = len(values) - 1
    plaintext = values[last] + excess * (key.n // factor)
    s = seed.draw("s", (99,), key.randomness_bits)
    ciphertexts = (encrypt(key, plaintext, s), *honest.ciphertexts[1:])
    masks = [seed.draw("mask", (j,), shape.contests[0].statements[0].response_bits) for j in range(last + 1)]
    others = [seed.draw("other", (j,), CHALLENGE_BITS) for j in range(last)]
    pairs = zip(values[:last], others, masks[:last], strict=True)
    opening = [key.powers.power(t) * g_power(key, (v - plaintext) * e) for v, e, t in pairs]
    head = hashlib.sha256(context.items())
    for number in (*ciphertexts, *(absolute(a % key.modulus, key.modulus) for a in opening)):
        head.update(items((to_bytes(number, key.width),)))
    rest = b"".join(items((to_bytes(a, key.width),)) for a in commitments[last + 1 :])
    mask, guess = masks[last], 1
    a = key.powers.power(mask) * g_power(key, (values[last] - plaintext) * guess) % key.modulus
    while True:
        digest = head.copy()
        digest.update(items((to_bytes(absolute(a, key.modulus), key.width),)))
        digest.update(rest)
        e = int.from_bytes(digest.digest()[:16], "big")
        mine = (e - sum(others)) % CHALLENGES
        if mine % factor == guess:
            break
        a, mask = a * key.base % key.modulus, mask + 1
    challenges = (*others, mine)
    masks[last] = mask
    forged_part = StatementProof(
        challenges=challenges,
        responses=tuple(t + s * e for t, e in zip(masks, challenges, strict=True)),
    )
    # The other statements are proved honestly, for the challenge that came out.
    parts = (forged_part, *answered(conspiracy, "forgery", e)[1:])
    claim = replace(honest, ciphertexts=ciphertexts)
    ballot = forged(conspiracy, voter, claim, BallotProof(challenge=e, statements=parts))
    numbers = (*(absolute(x % key.modulus, key.modulus) for x in opening), absolute(a, key.modulus))
    return ballot, commitments_to_bytes((*numbers, *commitments[last + 1 :]), shape)


def rigged_board(world, factor, excess=1):
    conspiracy = rigged_world(world, factor)
    conspiracy.vote(0, {"mayor": {"ada": 1}})
    conspiracy.vote(1, {"mayor": {"ben": 1}})
    ballot, commitments = forge(conspiracy, factor, 2, excess)
    conspiracy.force(ballot, commitments)
    conspiracy.finish(claim=(((1, 1, 0, 1),), ((0,), (0,), (0,), (0,))))
    return conspiracy, conspiracy.board()


@pytest.mark.parametrize("compact", [False, True])
def test_a_modulus_with_a_hidden_small_factor_forges_proofs_but_no_votes(world, compact):
    """Certificate, proofs and roots all hold; the plaintext has bits where no vote can have any."""
    conspiracy, board = rigged_board(world, HIDDEN_FACTOR)
    found = report(conspiracy, board, compact=compact)
    assert status(found, "D.2") is Status.PASS
    assert status(found, "F.5") is Status.PASS
    assert status(found, "H.3") is Status.PASS
    assert_only(conspiracy, board, "H.4", "StrayBits", compact=compact)
    assert status(found, "H.5") is Status.NOT_RUN


def test_a_vote_that_vanishes_modulo_one_factor_is_refused(world):
    """v modulo the large factor, 0 modulo the small one: as an idempotent bit would be, it is no digit."""
    last = world.opened.shape.statements[0].values[-1]
    other = int(rigged_world(world, HIDDEN_FACTOR).factors[1])
    excess = -last * pow(other, -1, HIDDEN_FACTOR) % HIDDEN_FACTOR
    assert (last + excess * other) % HIDDEN_FACTOR == 0
    conspiracy, board = rigged_board(world, HIDDEN_FACTOR, excess=excess)
    assert_only(conspiracy, board, "H.4", "StrayBits")


def test_a_modulus_with_a_factor_of_13_bits_is_refused_whatever_it_forges(world):
    conspiracy, board = rigged_board(world, SMALL_FACTOR)
    found = report(conspiracy, board)
    assert errors(found, "D.2") == {"CertificateError"}
    assert errors(found, "H.4") == {"StrayBits"}
