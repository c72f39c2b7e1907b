# SPDX-License-Identifier: AGPL-3.0-or-later
"""A manifest that must not be voted under is refused by name (threats: "Manifest and parameters")."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bulletin_board import errors as board_errors
from bulletin_board.codec.canonical import encode
from bulletin_board.log.keys import COSIGNATURE, ED25519, VerifierKey
from tally.contests import errors as contest_errors
from tally.contests.approval import Approval
from tally.contests.score import Score
from tally.crypto import ed25519
from tally.crypto import errors as crypto_errors
from tally.record import errors
from tally.record.manifest import Manifest
from tally.record.parties import CREDENTIALS, Registrar
from tally.record.terms import Rules, Schedule
from tests.vectors.record_election import (
    BOOK,
    OPENS,
    REGISTRAR,
    TRUSTEES,
    board_keys,
    contest,
    manifest_of,
    payloads,
    texts,
    trustees,
)

SMALL_ORDER = bytes([1]) + bytes(31)


def _with(**changes):
    """Read the good manifest with some of its top-level fields replaced."""
    return _read(json.loads(payloads()["manifest"]) | changes)


def _part(part, **changes):
    """Read the good manifest with some fields of one of its parts replaced."""
    return _with(**{part: json.loads(payloads()["manifest"])[part] | changes})


def _read(value):
    return Manifest.from_bytes(encode(value), allow_test_modulus=True)


def _common():
    names = ("id", "question", "options", "order", "seats", "budget")
    return {name: getattr(contest(), name) for name in names}


def _members(*changes):
    members = trustees().members
    return tuple(replace(member, **change) for member, change in zip(members, changes, strict=True))


def test_a_test_modulus_is_refused_without_the_explicit_switch():
    with pytest.raises(errors.ForbiddenModulusSize) as refusal:
        Manifest.from_bytes(payloads()["manifest"])
    assert refusal.value.computed == 1024


@pytest.mark.parametrize("bits", [1, 512, 1023, 1025, 2047, 2056, 3071, 4096])
def test_a_modulus_of_any_other_size_is_refused(bits):
    with pytest.raises(errors.ForbiddenModulusSize):
        _part("parameters", modulus_bits=bits)


@pytest.mark.parametrize("bits", [2048, 3072])
def test_the_two_modulus_sizes_for_use_need_no_switch(bits):
    manifest = manifest_of(modulus_bits=bits, allow_test_modulus=False)
    assert Manifest.from_bytes(manifest.to_bytes()) == manifest


@pytest.mark.parametrize(
    ("name", "bits"), [("challenge_bits", 127), ("challenge_bits", 64), ("hiding_bits", 0)]
)
def test_weaker_proofs_are_refused(name, bits):
    with pytest.raises(board_errors.WrongForm, match=name):
        _part("parameters", **{name: bits})


@pytest.mark.parametrize("election_id", ["", "00" * 15, "00" * 17, "00" * 32, "AB" * 16, "g0" * 16])
def test_an_election_id_of_another_form_is_refused(election_id):
    with pytest.raises(board_errors.BoardError, match="election_id"):
        _with(election_id=election_id)


@pytest.mark.parametrize("hours", [0, -1])
def test_an_election_that_closes_before_it_opens_is_refused(hours):
    schedule = Schedule(opens=OPENS, closes=OPENS + timedelta(hours=hours), check_period_hours=0)
    with pytest.raises(errors.ClosesBeforeOpening):
        manifest_of(schedule=schedule)


@pytest.mark.parametrize("hours", [-1, 8_785])
def test_a_check_period_out_of_range_is_refused(hours):
    with pytest.raises(board_errors.OutOfRange):
        _part("schedule", check_period_hours=hours)


def test_a_language_that_stands_twice_is_refused():
    with pytest.raises(errors.RepeatedLanguage):
        _with(languages=["en", "en"])


def test_an_election_without_languages_is_refused():
    with pytest.raises(board_errors.OutOfRange):
        _with(languages=[])


@pytest.mark.parametrize("change", ["title", "description", "question", "label"])
def test_a_text_that_lacks_a_language_is_refused(change):
    value = json.loads(payloads()["manifest"])
    value["languages"] = ["en", "ar"]
    both = {"en": "Text", "ar": "نص"}
    option = value["contests"][0]["options"]
    whole = [(value, "title"), (value, "description"), (value["contests"][0], "question")]
    holders = [*whole, *((item, "label") for item in option)]
    for holder, key in holders:
        holder[key] = {"en": "Text"} if key == change else both
    with pytest.raises(contest_errors.LanguageMismatch):
        _read(value)


def test_an_empty_title_is_refused():
    with pytest.raises(board_errors.WrongLength):
        _with(title={"en": ""})


@pytest.mark.parametrize(("k", "l"), [(0, 3), (4, 3), (9, 16)])
def test_a_threshold_out_of_range_is_refused(k, l):  # noqa: E741  # the protocol's letter
    member = trustees().members[0]
    part = trustees(threshold=k, acknowledgements=3, members=(member,) * l)
    with pytest.raises(errors.ThresholdOutOfRange):
        part.check()


@pytest.mark.parametrize(("k", "count"), [(0, 3), (16, 3), (2, 0), (2, 16)])
def test_numbers_of_trustees_beyond_the_format_are_refused_when_read(k, count):
    member = trustees().members[0].to_value()
    with pytest.raises(board_errors.OutOfRange):
        _part("trustees", threshold=k, members=[member] * count)


def test_two_groups_of_trustees_that_could_decrypt_two_sets_are_refused():
    with pytest.raises(errors.NoHonestMajority):
        _part("trustees", threshold=1)


@pytest.mark.parametrize("quorum", [1, 2, 4])
def test_too_few_or_too_many_acknowledgements_are_refused(quorum):
    with pytest.raises(errors.AcknowledgementsOutOfRange):
        _part("trustees", acknowledgements=quorum)


@pytest.mark.parametrize(("k", "l", "least"), [(1, 1, 1), (2, 3, 3), (3, 4, 4), (3, 5, 4), (8, 15, 12)])
def test_the_least_number_of_acknowledgements_is_where_two_sets_become_impossible(k, l, least):  # noqa: E741
    part = trustees(threshold=k)
    for number in range(1, l + 1):
        if number < least:
            with pytest.raises(errors.AcknowledgementsOutOfRange):
                part._check_numbers(k=k, l=l, q=number)
        else:
            part._check_numbers(k=k, l=l, q=number)


def test_a_kind_of_key_that_does_not_exist_is_refused():
    with pytest.raises(board_errors.WrongForm):
        _part("trustees", key="found")


@pytest.mark.parametrize("field", ["signing_key", "encryption_key"])
def test_two_trustees_with_one_key_are_refused(field):
    key = getattr(trustees().members[0], field)
    with pytest.raises(errors.RepeatedKey):
        manifest_of(trustees=trustees(members=_members({}, {field: key}, {})))


@pytest.mark.parametrize("seed", [REGISTRAR, BOOK])
def test_a_trustee_who_is_also_registrar_or_log_is_refused(seed):
    key = ed25519.public_key(seed)
    with pytest.raises(errors.RepeatedKey):
        manifest_of(trustees=trustees(members=_members({}, {"signing_key": key}, {})))


def test_two_trustees_with_one_name_are_refused():
    with pytest.raises(errors.RepeatedName):
        manifest_of(trustees=trustees(members=_members({}, {"name": "Trustee 1"}, {})))


@pytest.mark.parametrize("key", [SMALL_ORDER, b"\xff" * 32])
def test_unsafe_signing_keys_are_refused(key):
    with pytest.raises(crypto_errors.CryptoError):
        manifest_of(trustees=trustees(members=_members({}, {}, {"signing_key": key})))
    with pytest.raises(crypto_errors.CryptoError):
        manifest_of(registrar=Registrar(name="City clerk", key=key))


def test_a_log_key_that_cosigns_and_a_witness_key_that_does_not_are_refused():
    key = ed25519.public_key(TRUSTEES[0])
    with pytest.raises(errors.ForbiddenBoardKey):
        manifest_of(board=board_keys(log=VerifierKey(name="log", type=COSIGNATURE, key=key)))
    with pytest.raises(errors.ForbiddenBoardKey):
        manifest_of(board=board_keys(witnesses=(VerifierKey(name="w", type=ED25519, key=key),)))


def test_one_witness_under_two_names_is_refused():
    first = board_keys().witnesses[0]
    with pytest.raises(errors.RepeatedKey):
        manifest_of(board=board_keys(witnesses=(first, replace(first, name="other.example"))))


def test_two_witnesses_under_one_name_are_refused():
    first = board_keys().witnesses[0]
    second = replace(first, key=ed25519.public_key(bytes([9]) * 32))
    with pytest.raises(errors.RepeatedName):
        manifest_of(board=board_keys(witnesses=(first, second)))


def test_a_quorum_of_more_witnesses_than_there_are_is_refused():
    with pytest.raises(errors.QuorumOutOfRange):
        manifest_of(board=board_keys(quorum=2))


@pytest.mark.parametrize("text", ["", "x", "x+y+z", "vote.example/board/park+00000000+AQ=="])
def test_a_malformed_log_key_is_refused(text):
    with pytest.raises(board_errors.BoardError):
        _part("board", log=text)


@pytest.mark.parametrize("rules", [(0, 1), (1, 0)])
def test_rules_of_zero_are_refused(rules):
    with pytest.raises(board_errors.OutOfRange):
        _with(rules={"minimum_counted": rules[0], "ballots_per_credential": rules[1]})


def test_a_minimum_that_no_roll_could_reach_is_refused():
    with pytest.raises(errors.MinimumOutOfReach):
        manifest_of(rules=Rules(minimum_counted=11, ballots_per_credential=1))


def test_an_election_without_contests_is_refused():
    with pytest.raises(board_errors.OutOfRange):
        manifest_of(contests=())


def test_two_contests_with_one_id_are_refused():
    with pytest.raises(errors.RepeatedContest):
        manifest_of(contests=(contest(), contest(blank=True)))


def test_options_with_one_id_are_refused():
    value = json.loads(payloads()["manifest"])
    value["contests"][0]["options"][1]["id"] = "yes"
    with pytest.raises(contest_errors.DuplicateOption):
        _read(value)


def test_swapped_options_make_another_manifest():
    value = json.loads(payloads()["manifest"])
    value["contests"][0]["options"].reverse()
    assert _read(value).payload_sha256 != _read(json.loads(payloads()["manifest"])).payload_sha256


def test_a_roll_capacity_for_which_the_counters_are_too_small_is_refused():
    with pytest.raises(errors.CounterBaseTooSmall) as refusal:
        _part("parameters", roll_capacity=16)
    assert (refusal.value.expected, refusal.value.computed) == (5, 4)


def test_counters_that_are_larger_than_they_need_be_are_refused():
    with pytest.raises(errors.CounterBaseTooLarge):
        _part("parameters", roll_capacity=7)


@pytest.mark.parametrize(("capacity", "highest"), [(2**53, 1), (2**52, 2), (2**50, 8)])
def test_a_capacity_times_a_score_beyond_exact_integers_is_refused(capacity, highest):
    question = Score(**_common(), highest=highest)
    with pytest.raises(contest_errors.InvalidCapacity):
        manifest_of(roll_capacity=capacity, contests=(question,))


@pytest.mark.parametrize(
    ("place", "new"),
    [
        (("variables", 0, "domain", 1), "20"),
        (("variables", 0, "counters"), 1),
        (("constraints",), [{"terms": [[0, "1"]], "allowed": ["1", "10"]}]),
    ],
)
def test_a_program_that_the_questions_do_not_compile_to_is_refused(place, new):
    value = json.loads(payloads()["manifest"])
    holder = value["program"][0]
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = new
    with pytest.raises(errors.ProgramMismatch):
        _read(value)


@pytest.mark.parametrize("programs", [0, 2])
def test_a_program_too_few_or_too_many_is_refused(programs):
    with pytest.raises(errors.ProgramMismatch):
        _with(program=json.loads(payloads()["manifest"])["program"] * programs)


@pytest.mark.parametrize(
    "aggregates",
    [
        [],
        [{"contest": "other", "terms": [[0, 0]]}],
        [{"contest": "park", "terms": [[0, 1]]}],
        [{"contest": "park", "terms": [[1, 0]]}],
        [{"contest": "park", "terms": [[0, 0]]}] * 2,
    ],
)
def test_aggregates_other_than_the_packed_program_are_refused(aggregates):
    with pytest.raises(errors.AggregatesMismatch):
        _with(aggregates=aggregates)


@pytest.mark.parametrize("term", [[0], [0, 0, 0], ["0", 0], [True, 0], [-1, 0], [0, -1], 0])
def test_an_aggregates_term_of_another_form_is_refused(term):
    with pytest.raises(board_errors.BoardError, match="terms"):
        _with(aggregates=[{"contest": "park", "terms": [term]}])


def test_questions_that_make_a_ballot_too_large_are_refused():
    options = tuple(
        replace(contest().options[0], id=f"o{number}", label=texts(f"{number}")) for number in range(400)
    )
    many = tuple(
        Approval(**(_common() | {"id": f"q{number}", "options": options}), minimum=0, maximum=9)
        for number in range(7)
    )
    with pytest.raises(errors.BallotTooLarge):
        manifest_of(contests=many, modulus_bits=3072)


def test_a_manifest_without_its_switch_is_never_built():
    with pytest.raises(errors.ForbiddenModulusSize):
        manifest_of(allow_test_modulus=False)


@pytest.mark.parametrize("credentials", CREDENTIALS)
def test_the_manifest_says_who_made_the_voters_secrets(credentials):
    registrar = replace(manifest_of().registrar, credentials=credentials)
    assert manifest_of(registrar=registrar).registrar.credentials == credentials


@pytest.mark.parametrize("credentials", ["", "Voters", "dealer", "voters "])
def test_secrets_made_by_anyone_else_are_refused(credentials):
    value = manifest_of().to_value()
    value["registrar"]["credentials"] = credentials
    with pytest.raises(board_errors.EncodingError):
        Manifest.from_bytes(encode(value), allow_test_modulus=True)
