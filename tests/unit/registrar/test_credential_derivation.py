# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from tally.crypto import ed25519
from tally.crypto import errors as crypto_errors
from tally.crypto.crockford import Kind, format_code, parse_code
from tally.registrar import errors
from tally.registrar.codes import parse_voting_code
from tally.registrar.derivation import derive_credential, election_id_octets

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "credentials.json").read_text("utf-8"))
CODE = bytes(range(15))
ELECTION = "00112233445566778899aabbccddeeff"


@pytest.mark.parametrize("length", [0, 14, 16, 32])
def test_a_code_of_another_length_yields_no_credential(length):
    with pytest.raises(crypto_errors.BadCodeValue):
        derive_credential(bytes(length), ELECTION, rounds=1)


@pytest.mark.parametrize(
    "election_id",
    [
        "",
        ELECTION[:-1],
        ELECTION + "0",
        ELECTION.upper(),
        ELECTION + "\n",
        " " + ELECTION[1:],
        "0x" + ELECTION[2:],
        "g" * 32,
        "\u0660" * 32,
    ],
)
def test_an_election_id_of_another_form_is_refused(election_id):
    with pytest.raises(errors.BadElectionId):
        election_id_octets(election_id)
    with pytest.raises(errors.BadElectionId):
        derive_credential(CODE, election_id, rounds=1)


@pytest.mark.parametrize("rounds", [0, -1])
def test_a_derivation_without_rounds_is_refused(rounds):
    with pytest.raises(errors.BadRounds):
        derive_credential(CODE, ELECTION, rounds=rounds)


def test_neither_the_seed_nor_the_code_shows_in_repr():
    credential = derive_credential(CODE, ELECTION, rounds=1)
    assert credential.seed.hex() not in repr(credential)
    assert repr(credential.seed) not in repr(credential)


def test_one_code_gives_unrelated_keys_in_two_elections():
    other = ELECTION[:-1] + "e"
    assert derive_credential(CODE, ELECTION, rounds=1) != derive_credential(CODE, other, rounds=1)


def test_two_codes_that_differ_in_a_bit_give_two_keys():
    other = CODE[:-1] + bytes([CODE[-1] ^ 1])
    assert derive_credential(CODE, ELECTION, rounds=1) != derive_credential(other, ELECTION, rounds=1)


def test_fewer_rounds_give_another_key():
    assert derive_credential(CODE, ELECTION, rounds=1) != derive_credential(CODE, ELECTION, rounds=2)


@pytest.mark.parametrize("case", VECTORS["derivations"], ids=lambda case: case["code"][:9])
def test_the_vectors_of_the_derivation_hold_at_full_cost(case):
    assert case["rounds"] == 600_000
    code = parse_voting_code(case["code"])
    credential = derive_credential(code, case["election_id"])
    assert code.hex() == case["octets"]
    assert credential.seed.hex() == case["seed"]
    assert credential.key.hex() == case["key"]
    ed25519.check_public_key(credential.key)


def test_a_credential_is_derived_by_the_specification_alone():
    salt = b"veritally/credential/1\n" + bytes.fromhex(ELECTION)
    seed = hashlib.pbkdf2_hmac("sha256", CODE, salt, 3, 32)
    assert derive_credential(CODE, ELECTION, rounds=3).seed == seed


@pytest.mark.parametrize("case", VECTORS["derivations"], ids=lambda case: case["code"][:9])
def test_the_pkcs8_form_for_browsers_holds_the_same_key(case):
    key = serialization.load_der_private_key(bytes.fromhex(case["pkcs8"]), password=None)
    assert key.public_key().public_bytes_raw().hex() == case["key"]


@pytest.mark.parametrize("case", VECTORS["codes"], ids=lambda case: case["octets"])
def test_the_vectors_of_printed_codes_hold(case):
    value = bytes.fromhex(case["octets"])
    assert format_code(value, Kind.VOTING) == case["voting_code"]
    assert format_code(value, Kind.CHECK) == case["check_code"]


@pytest.mark.parametrize("case", VECTORS["forgiven"], ids=lambda case: case["name"])
def test_the_vectors_of_forgiven_codes_hold(case):
    assert parse_code(case["typed"], Kind[case["kind"].upper()]).hex() == case["octets"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["name"])
def test_the_vectors_of_refused_codes_hold(case):
    with pytest.raises(getattr(crypto_errors, case["reason"])) as refusal:
        parse_code(case["typed"], Kind[case["kind"].upper()])
    if "is_of" in case:
        assert refusal.value.computed is Kind[case["is_of"].upper()]
