# SPDX-License-Identifier: AGPL-3.0-or-later
"""Closing, acknowledgements, shares and the result (threats: "Tally")."""

import hashlib
import json
from dataclasses import replace

import pytest

from bulletin_board import errors as board_errors
from bulletin_board.codec.canonical import encode
from bulletin_board.codec.fields import octets_text
from tally.contests.approval import Approval
from tally.contests.knapsack import Knapsack
from tally.crypto.threshold import verify_opening, verify_share
from tally.record import errors
from tally.record.counted import counted_hash
from tally.record.result import Result, ResultShape
from tally.record.share import Share, ShareShape
from tests.vectors.record_election import contest, election, manifest_of, payloads, trustees

SHAPE = ShareShape.of(election().manifest)
KEYS = [member.signing_key for member in election().manifest.trustees.members]


def _share(**changes):
    return Share.from_bytes(encode(json.loads(payloads()["share-1"]) | changes), SHAPE)


def _result(**changes):
    value = json.loads(payloads()["result"]) | changes
    return Result.from_bytes(encode(value), ResultShape.of(election().manifest))


def test_the_counted_hash_covers_the_trackers_in_board_order():
    trackers = [election().ballots[number].tracker for number in (1, 3)]
    joined = b"veritally/counted/1\n" + b"".join(map(bytes.fromhex, trackers))
    assert counted_hash(trackers) == election().closing.counted.hash == hashlib.sha256(joined).hexdigest()
    assert counted_hash(reversed(trackers)) != counted_hash(trackers)
    assert counted_hash([]) == hashlib.sha256(b"veritally/counted/1\n").hexdigest()


def test_the_example_shares_prove_their_partial_roots():
    for share in election().shares:
        verify_share(
            election().dealt.key, share.trustee, election().tally, share.partials[0], share.proofs[0]
        )
        share.check_acknowledgements(KEYS)


def test_the_example_result_opens_its_aggregate():
    part = election().result.aggregates[0]
    verify_opening(election().key.modulus, part.ciphertext, part.plaintext, part.root)
    assert election().result.contests[0].result.winners == ("yes",)


@pytest.mark.parametrize("number", [0, 2])
@pytest.mark.parametrize("name", ["partials", "proofs"])
def test_a_share_of_a_part_or_of_more_than_the_aggregates_is_refused(name, number):
    with pytest.raises(board_errors.OutOfRange):
        _share(**{name: json.loads(payloads()["share-1"])[name] * number})


@pytest.mark.parametrize("change", [-1, 1])
@pytest.mark.parametrize("name", ["partials", "proofs"])
def test_a_partial_root_or_proof_of_another_width_is_refused(name, change):
    width = 128 if name == "partials" else 16 + SHAPE.response_width
    with pytest.raises(board_errors.WrongLength):
        _share(**{name: [octets_text(bytes(width + change))]})


@pytest.mark.parametrize("trustee", [0, -1, 4, 15])
def test_a_share_of_nobody_is_refused(trustee):
    with pytest.raises(board_errors.OutOfRange):
        _share(trustee=trustee)


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 0, 1), (2, 1, 0)])
def test_acknowledgements_out_of_order_or_repeated_are_refused(order):
    rows = json.loads(payloads()["share-1"])["acknowledgements"]
    with pytest.raises(errors.AcknowledgementsNotSorted):
        _share(acknowledgements=[rows[place] for place in order])


@pytest.mark.parametrize("row", [[], [1], [1, "x"], [0, "A" * 86], [4, "A" * 86], ["1", "A" * 86], "row"])
def test_an_acknowledgement_of_another_form_is_refused(row):
    with pytest.raises(board_errors.BoardError, match="acknowledgements"):
        _share(acknowledgements=[row])


def test_more_acknowledgements_than_trustees_are_refused():
    rows = json.loads(payloads()["share-1"])["acknowledgements"]
    with pytest.raises(board_errors.OutOfRange):
        _share(acknowledgements=[*rows, rows[0]])


@pytest.mark.parametrize("change", ["head", "counted", "election"])
def test_acknowledgements_of_another_set_or_head_are_refused_and_the_trustee_named(change):
    share = election().shares[0]
    new = replace(share.head, size=8) if change == "head" else "00" * 32
    with pytest.raises(errors.BadAcknowledgement, match="trustee 1"):
        replace(share, **{change: new}).check_acknowledgements(KEYS)


def test_an_acknowledgement_by_another_trustee_is_refused():
    share = election().shares[0]
    swapped = ((1, share.acknowledgements[0][1]), (2, share.acknowledgements[2][1]))
    with pytest.raises(errors.BadAcknowledgement, match="trustee 2"):
        replace(share, acknowledgements=swapped).check_acknowledgements(KEYS)


def test_acknowledgements_of_trustees_that_do_not_exist_are_refused():
    with pytest.raises(errors.BadAcknowledgement, match="trustee 3"):
        election().shares[0].check_acknowledgements(KEYS[:2])


def test_the_largest_share_of_fifteen_trustees_is_within_its_limit():
    member = trustees().members[0]
    many = replace(trustees(threshold=8, acknowledgements=12), members=(member,) * 15)
    shape = ShareShape.of(replace(election().manifest, trustees=many))
    share = replace(
        election().shares[0],
        shape=shape,
        acknowledgements=tuple((number, bytes(64)) for number in range(1, 16)),
        partials=(2**1024 - 1,),
        proofs=(replace(election().shares[0].proofs[0], response=2 ** (8 * shape.response_width) - 1),),
    )
    assert Share.from_bytes(share.to_bytes(), shape) == share


@pytest.mark.parametrize("number", [0, 2])
@pytest.mark.parametrize("name", ["tallies", "aggregates", "contests"])
def test_a_result_of_a_part_or_of_more_than_the_manifest_is_refused(name, number):
    with pytest.raises(board_errors.OutOfRange):
        _result(**{name: json.loads(payloads()["result"])[name] * number})


def test_a_result_of_another_contest_is_refused():
    good = json.loads(payloads()["result"])["contests"][0]
    with pytest.raises(errors.ContestMismatch):
        _result(contests=[good | {"id": "other"}])


@pytest.mark.parametrize(
    "counters",
    [[], [[3]], [[3, 0, 0]], [[3, 0], [3, 0]], [[3, -1]], [["3", 0]], [[True, 0]], [3], [[3, 2**53]]],
)
def test_counters_of_another_shape_are_refused(counters):
    good = json.loads(payloads()["result"])["contests"][0]
    with pytest.raises(board_errors.BoardError):
        _result(contests=[good | {"counters": counters}])


@pytest.mark.parametrize("field", ["ciphertext", "plaintext", "root"])
def test_an_aggregate_of_another_width_is_refused(field):
    good = json.loads(payloads()["result"])["aggregates"][0]
    with pytest.raises(board_errors.WrongLength):
        _result(aggregates=[good | {field: octets_text(bytes(127))}])


def test_tallies_of_untallied_variables_are_not_part_of_a_result():
    names = ("id", "question", "order", "options")
    common = {name: getattr(contest(), name) for name in names}
    options = tuple(replace(option, cost=2) for option in contest().options)
    budget = Knapsack(**(common | {"options": options}), seats=0, budget=3, minimum=0, maximum=2)
    approval = Approval(**(common | {"id": "other"}), seats=1, budget=0, minimum=0, maximum=1)
    manifest = manifest_of(contests=(budget, approval))
    shape = ResultShape.of(manifest)
    assert shape.contests == (("park", (1, 1)), ("other", (1, 1)))
    assert len(manifest.program[0].variables) > 2
