# SPDX-License-Identifier: AGPL-3.0-or-later
import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from bulletin_board.codec.canonical import encode
from bulletin_board.errors import EncodingError
from tally.crypto import ed25519
from tally.crypto.errors import BadSignature, SmallOrderKey
from tally.record.errors import ForeignRecord
from tally.record.roll import Roll
from tally.registrar.command import app
from tally.registrar.errors import CopiedProof, DuplicateCredential, DuplicateRegistrant
from tally.registrar.keyfile import create_key_file
from tally.registrar.registration import (
    LIMIT,
    Registrant,
    Registration,
    read_registrations,
    registrations_file,
    roll_of_registrations,
)

ELECTION, OTHER = "00112233445566778899aabbccddeeff", "ff" * 16
ADA = Registrant(kind="email", name="ada@example.org")
BEN = Registrant(kind="oidc", issuer="https://id.example.org", name="248289761001")
SEED = bytes([9]) * 32


def made(person: Registrant, octet: int, *, election: str = ELECTION) -> Registration:
    seed = bytes([octet]) * 32
    unsigned = Registration(
        election_id=election, credential=ed25519.public_key(seed), subject=person.digest(election)
    )
    return unsigned.sign(seed)


def file_of(*approved: tuple[Registrant, Registration], election: str = ELECTION) -> bytes:
    return registrations_file(election, approved)


def test_a_registration_is_read_as_it_was_written():
    registration = made(ADA, 1)
    assert Registration.from_bytes(registration.to_bytes()) == registration
    registration.check(ELECTION, ADA)


def test_the_roll_lists_every_key_once_with_weight_one():
    first, second = made(ADA, 1), made(BEN, 2)
    roll = roll_of_registrations(file_of((ADA, first), (BEN, second)), ELECTION, SEED)
    roll.check_signature(ed25519.public_key(SEED))
    assert roll.voters == tuple(sorted([(first.credential, 1), (second.credential, 1)]))


def test_a_proof_made_for_somebody_else_is_refused():
    with pytest.raises(CopiedProof, match="registration 2"):
        read_registrations(file_of((BEN, made(BEN, 1)), (ADA, made(BEN, 2))), ELECTION)


def test_a_proof_with_an_exchanged_person_is_refused():
    forged = replace(made(BEN, 1), subject=ADA.digest(ELECTION))
    with pytest.raises(BadSignature):
        forged.check(ELECTION, ADA)


def test_a_proof_with_an_exchanged_key_is_refused():
    forged = replace(made(ADA, 1), credential=made(ADA, 2).credential)
    with pytest.raises(BadSignature):
        forged.check(ELECTION, ADA)


def test_a_proof_for_another_election_is_refused():
    with pytest.raises(ForeignRecord):
        read_registrations(file_of((ADA, made(ADA, 1, election=OTHER))), ELECTION)


def test_a_file_of_another_election_is_refused():
    with pytest.raises(ForeignRecord):
        read_registrations(file_of((ADA, made(ADA, 1)), election=OTHER), ELECTION)


def test_a_key_of_small_order_is_refused_although_its_signature_would_verify():
    neutral = (1).to_bytes(32, "little")
    forged = Registration(
        election_id=ELECTION,
        credential=neutral,
        subject=ADA.digest(ELECTION),
        signature=neutral + bytes(32),
    )
    with pytest.raises(SmallOrderKey, match="registration 1"):
        read_registrations(file_of((ADA, forged)), ELECTION)


def test_one_person_twice_is_refused():
    with pytest.raises(DuplicateRegistrant):
        read_registrations(file_of((ADA, made(ADA, 1)), (ADA, made(ADA, 2))), ELECTION)


def test_one_key_twice_is_refused():
    with pytest.raises(DuplicateCredential):
        read_registrations(file_of((ADA, made(ADA, 1)), (BEN, made(BEN, 1))), ELECTION)


def test_an_address_is_another_person_than_a_subject_of_the_same_name():
    assert ADA.digest(ELECTION) != replace(ADA, kind="oidc").digest(ELECTION)
    assert BEN.digest(ELECTION) != replace(BEN, issuer="https://other.example").digest(ELECTION)
    assert ADA.digest(ELECTION) != ADA.digest(OTHER)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "veritally/registration/2"},
        {"election_id": "00"},
        {"credential": "AA"},
        {"subject": "ADA"},
        {"signature": "AA"},
        {"more": 1},
        {"subject": "0" * LIMIT},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_field_is_refused(change):
    value = json.loads(made(ADA, 1).to_bytes()) | change
    with pytest.raises(EncodingError):
        Registration.from_bytes(encode(value))


@pytest.mark.parametrize("field", ["format", "election_id", "credential", "subject", "signature"])
def test_a_missing_field_is_refused(field):
    value = json.loads(made(ADA, 1).to_bytes())
    del value[field]
    with pytest.raises(EncodingError):
        Registration.from_bytes(encode(value))


@pytest.mark.parametrize(
    "registrant",
    [
        {"kind": "post", "issuer": "", "name": "ada"},
        {"kind": "oidc", "issuer": "", "name": "ada"},
        {"kind": "email", "issuer": "", "name": ""},
        {"kind": "email", "issuer": "", "name": "ada@example.org", "more": 1},
        {"kind": "email", "issuer": ""},
    ],
)
def test_a_person_who_is_none_is_refused(registrant):
    value = json.loads(file_of((ADA, made(ADA, 1))))
    value["registrations"][0]["registrant"] = registrant
    with pytest.raises(EncodingError):
        read_registrations(encode(value), ELECTION)


def test_a_file_without_registrations_is_refused():
    with pytest.raises(EncodingError):
        read_registrations(file_of(), ELECTION)


@pytest.fixture
def key_file(tmp_path):
    (tmp_path / "passphrase").write_text("correct horse battery\n")
    (tmp_path / "passphrase").chmod(0o600)
    create_key_file(tmp_path / "key", "correct horse battery")
    return tmp_path


def run(folder, data: bytes):
    (folder / "registrations.json").write_bytes(data)
    options = ("--key", folder / "key", "--passphrase-file", folder / "passphrase", "--out", folder / "roll")
    words = ["roll-from-registrations", folder / "registrations.json", "--election-id", ELECTION, *options]
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_command_signs_the_roll_and_never_overwrites_one(key_file):
    data = file_of((ADA, made(ADA, 1)), (BEN, made(BEN, 2)))
    done = run(key_file, data)
    assert done.exit_code == 0, done.output
    roll = Roll.from_bytes((key_file / "roll").read_bytes())
    assert len(roll.voters) == 2
    assert run(key_file, data).exit_code == 1


def test_the_command_names_the_refusal_and_writes_nothing(key_file):
    refused = run(key_file, file_of((ADA, made(BEN, 1))))
    assert refused.exit_code == 1
    assert "CopiedProof" in refused.output
    assert "ada@" not in refused.output
    assert not (key_file / "roll").exists()
