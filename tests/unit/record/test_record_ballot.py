# SPDX-License-Identifier: AGPL-3.0-or-later
import json
from dataclasses import replace

import pytest

from bulletin_board import errors as board_errors
from bulletin_board.codec.canonical import encode
from bulletin_board.codec.fields import number_text, octets_text
from tally.contests.approval import Approval
from tally.contests.choose_one import ChooseOne
from tally.crypto import ed25519
from tally.crypto.errors import BadSignature
from tally.crypto.membership import BallotProof, Claim, StatementProof, verify_compact
from tally.crypto.transcript import Context
from tally.record import errors
from tally.record.ballot import Ballot
from tally.record.commitments import commitments_from_bytes, commitments_to_bytes
from tally.record.shape import BallotShape
from tests.vectors.record_election import contest, election, manifest_of, payloads, texts

WIDTH = 256  # bytes of N
RESPONSE = 97  # bytes of z: 512 + 256 + 1 bits
LARGEST_BALLOT = 8_192  # bytes of a choose-one-of-20 at 3072 bits with its envelope


def _with(**changes):
    return _read(json.loads(payloads()["ballot-1"]) | changes)


def _contest(**changes):
    good = json.loads(payloads()["ballot-1"])["contests"][0]
    return _with(contests=[good | changes])


def _read(value):
    return Ballot.from_bytes(encode(value), election().shape)


def _common():
    names = ("id", "question", "order", "seats", "budget")
    return {name: getattr(contest(), name) for name in names}


def _options(count):
    option = contest().options[0]
    return tuple(replace(option, id=f"o{number}", label=texts(f"{number}")) for number in range(count))


def _filled(shape, bits):
    """A ballot of the greatest numbers that `shape` allows; it proves nothing."""
    statements = tuple(
        StatementProof(
            challenges=(2**128 - 1,) * part.branches,
            responses=((2 << part.response_bits) - 1,) * part.branches,
        )
        for whole in shape.contests
        for part in whole.statements
    )
    variables = sum(part.variables for part in shape.contests)
    ballot = Ballot.of(
        shape,
        election="ff" * 32,
        credential=ed25519.public_key(bytes(32)),
        supersedes="ff" * 32,
        ciphertexts=tuple(2 ** (2 * bits) - 1 - number for number in range(variables)),
        proof=BallotProof(challenge=2**128 - 1, statements=statements),
    )
    return ballot.sign(bytes(32))


def test_the_example_ballots_prove_what_they_say():
    example = election()
    for ballot in example.ballots:
        context = Context(
            fingerprint=bytes.fromhex(ballot.election),
            credential=ballot.credential,
            supersedes=bytes.fromhex(ballot.supersedes),
        )
        claim = Claim(context=context, ciphertexts=ballot.ciphertexts, statements=ballot.shape.statements)
        ballot.check_ranges(int(example.public_key.modulus))
        verify_compact(example.public_key, claim, ballot.proof)


def test_the_tracker_leaves_out_the_signature_and_nothing_else():
    ballot = election().ballots[0]
    assert replace(ballot, signature=bytes(64)).tracker == ballot.tracker
    changes = {
        "election": "00" * 32,
        "credential": bytes(32),
        "supersedes": "00" * 32,
        "challenge": ballot.challenge ^ 1,
        "contests": election().ballots[1].contests,
    }
    trackers = {replace(ballot, **{name: value}).tracker for name, value in changes.items()}
    assert len(trackers | {ballot.tracker}) == 6


@pytest.mark.parametrize("name", ["election", "supersedes", "challenge"])
def test_a_signature_covers_election_supersedes_and_proof(name):
    new = number_text(7, 16) if name == "challenge" else "ee" * 32
    ballot = _with(**{name: new})
    with pytest.raises(BadSignature):
        ballot.check_signature(ballot.credential)


def test_the_same_choice_under_another_credential_has_another_tracker():
    ballot = election().ballots[0]
    assert replace(ballot, credential=ed25519.public_key(bytes(32))).tracker != ballot.tracker


def test_a_choose_one_of_20_fits_in_eight_kibibytes_with_its_envelope():
    shape = manifest_of(
        modulus_bits=3072, contests=(ChooseOne(**_common(), options=_options(20), blank=False),)
    ).ballot_shape()
    size = len(_filled(shape, 3072).to_bytes())
    assert size + 256 <= LARGEST_BALLOT
    assert size <= shape.size_limit


@pytest.mark.parametrize("bits", [1024, 2048])
def test_the_largest_ballot_of_a_shape_is_within_its_limit_and_is_read_back(bits):
    questions = (
        Approval(**_common(), options=_options(9), minimum=1, maximum=4),
        ChooseOne(**(_common() | {"id": "other"}), options=_options(300), blank=True),
    )
    shape = manifest_of(modulus_bits=bits, contests=questions).ballot_shape()
    ballot = _filled(shape, bits)
    assert Ballot.from_bytes(ballot.to_bytes(), shape) == ballot


def test_flat_statements_count_their_variables_through_the_whole_ballot():
    questions = (
        Approval(**_common(), options=_options(3), minimum=1, maximum=2),
        Approval(**(_common() | {"id": "other"}), options=_options(2), minimum=1, maximum=2),
    )
    shape = manifest_of(contests=questions).ballot_shape()
    terms = [statement.terms for statement in shape.statements]
    first = [((0, 1),), ((1, 1),), ((2, 1),), ((0, 1), (1, 1), (2, 1))]
    assert terms == [*first, ((3, 1),), ((4, 1),), ((3, 1), (4, 1))]
    assert [part.statement.terms for part in shape.contests[1].statements] == [
        ((0, 1),),
        ((1, 1),),
        ((0, 1), (1, 1)),
    ]
    assert shape.branches == 2 * 5 + 2 + 2
    # L = R + ⌈log2 Σ|a|⌉ + 256
    assert [part.response_bits - 768 for part in shape.contests[0].statements] == [0, 0, 0, 2]
    assert [part.response_width for part in shape.contests[0].statements] == [97, 97, 97, 97]


@pytest.mark.parametrize("bits", [512, 1024, 2048, 3072])
def test_a_response_is_exactly_as_wide_as_its_bound_needs(bits):
    shape = BallotShape.of(manifest_of().program, bits)
    part = shape.contests[0].statements[0]
    assert part.response_bits == bits // 2 + 256
    assert part.response_width == -(-(part.response_bits + 1) // 8)
    assert shape.ciphertext_width == bits // 4


def test_contests_too_few_or_too_many_are_refused():
    good = json.loads(payloads()["ballot-1"])["contests"]
    for contests in ([], [*good, {}]):
        with pytest.raises(board_errors.OutOfRange):
            _with(contests=contests)


@pytest.mark.parametrize("name", ["ciphertexts", "responses"])
def test_ciphertexts_or_proofs_too_few_or_too_many_are_refused(name):
    good = json.loads(payloads()["ballot-1"])["contests"][0][name]
    for strings in ([], [*good, "AA"]):
        with pytest.raises(board_errors.OutOfRange):
            _contest(**{name: strings})


@pytest.mark.parametrize("width", [0, WIDTH - 1, WIDTH + 1])
def test_a_ciphertext_of_another_width_is_refused(width):
    with pytest.raises(board_errors.WrongLength):
        _contest(ciphertexts=[octets_text(bytes([1]) * width)])


def test_a_ciphertext_of_zero_is_refused():
    with pytest.raises(errors.CiphertextOutOfRange):
        _contest(ciphertexts=[octets_text(bytes(WIDTH))])


@pytest.mark.parametrize("above", [0, 1])
def test_a_ciphertext_of_n_squared_or_more_is_refused(above):
    modulus = int(election().public_key.modulus)
    ballot = _contest(ciphertexts=[number_text(modulus + above, WIDTH)])
    with pytest.raises(errors.CiphertextOutOfRange):
        ballot.check_ranges(modulus)


def test_the_same_ciphertext_twice_is_refused():
    manifest = manifest_of(contests=(Approval(**_common(), options=_options(2), minimum=0, maximum=2),))
    ballot = _filled(manifest.ballot_shape(), 1024)
    part = ballot.contests[0]
    copied = replace(part, ciphertexts=part.ciphertexts[:1] * 2)
    data = replace(ballot, contests=(copied,)).to_bytes()
    with pytest.raises(errors.RepeatedCiphertext):
        Ballot.from_bytes(data, manifest.ballot_shape())


@pytest.mark.parametrize("branches", [0, 1, 3])
def test_branches_too_few_or_too_many_are_refused(branches):
    with pytest.raises(board_errors.WrongLength):
        _contest(responses=[octets_text(bytes(branches * (16 + RESPONSE)))])


def test_a_response_of_twice_its_bound_is_refused():
    largest = (2 << 768) - 1
    responses = bytes(32) + largest.to_bytes(RESPONSE, "big") * 2
    _contest(responses=[octets_text(responses)])
    too_large = bytes(32) + largest.to_bytes(RESPONSE, "big") + (largest + 1).to_bytes(RESPONSE, "big")
    with pytest.raises(errors.ResponseOutOfRange):
        _contest(responses=[octets_text(too_large)])


@pytest.mark.parametrize("response", [-1, 2 << 768])
def test_a_response_out_of_range_is_never_written(response):
    ballot = election().ballots[0]
    proof = replace(ballot.contests[0].proofs[0], responses=(response, 0))
    bad = replace(ballot, contests=(replace(ballot.contests[0], proofs=(proof,)),))
    with pytest.raises(errors.ResponseOutOfRange):
        bad.to_bytes()


@pytest.mark.parametrize("text", ["0", "00" * 31, "AA" * 32, "00" * 33, " "])
def test_a_superseded_tracker_of_another_form_is_refused(text):
    with pytest.raises(board_errors.BoardError, match="supersedes"):
        _with(supersedes=text)


@pytest.mark.parametrize("width", [15, 17])
def test_a_challenge_of_another_width_is_refused(width):
    with pytest.raises(board_errors.WrongLength):
        _with(challenge=octets_text(bytes(width)))


def test_base64_with_slack_bits_is_refused():
    good = json.loads(payloads()["ballot-1"])
    last = good["challenge"][-1]
    with pytest.raises(board_errors.NotBase64):
        _with(challenge=good["challenge"][:-1] + chr(ord(last) + 1))


def test_commitments_are_read_and_written_at_the_width_of_n_squared():
    shape, data = election().shape, election().commitments
    numbers = commitments_from_bytes(data, shape)
    assert len(data) == 2 * WIDTH
    assert numbers[1] == int.from_bytes(data[WIDTH:], "big")
    assert commitments_to_bytes(numbers, shape) == data


@pytest.mark.parametrize("length", [0, 2 * WIDTH - 1, 2 * WIDTH + 1, 3 * WIDTH])
def test_commitments_of_another_length_are_refused(length):
    with pytest.raises(errors.CommitmentsLength):
        commitments_from_bytes(bytes(length), election().shape)


def test_too_few_commitments_are_never_written():
    with pytest.raises(errors.CommitmentsLength):
        commitments_to_bytes((1,), election().shape)
