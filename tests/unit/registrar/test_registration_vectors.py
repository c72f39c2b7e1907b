# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same vectors are read by the browser's modules: tests/js/registration.test.mjs."""

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from tally.registrar.derivation import derive_credential
from tally.registrar.registration import Registrant, Registration
from tests.unit.registrar import backups

TESTS = Path(__file__).resolve().parents[2]
VECTORS = json.loads((TESTS / "vectors" / "registration.json").read_text())
ELECTION = VECTORS["election_id"]
CODE = bytes.fromhex(VECTORS["code"])


@pytest.mark.parametrize("vector", VECTORS["registrations"], ids=lambda vector: vector["registrant"]["kind"])
def test_a_registration_is_what_the_vectors_say(vector):
    registrant = Registrant(**vector["registrant"])
    credential = derive_credential(CODE, ELECTION)
    unsigned = Registration(election_id=ELECTION, credential=credential.key, subject=vector["subject"])
    assert registrant.digest(ELECTION) == vector["subject"]
    assert unsigned.sign(credential.seed).to_bytes() == vector["registration"].encode()


def test_a_backup_is_what_the_vectors_say():
    salt, nonce = bytes.fromhex(VECTORS["salt"]), bytes.fromhex(VECTORS["nonce"])
    made = backups.seal(CODE, VECTORS["passphrase"], ELECTION, salt=salt, nonce=nonce)
    assert made == VECTORS["backup"].encode()
    assert backups.opened(made, VECTORS["passphrase"]) == CODE


def test_a_backup_opens_with_no_other_passphrase():
    with pytest.raises(InvalidTag):
        backups.opened(VECTORS["backup"].encode(), "correct horse batter")


def test_the_specification_shows_the_backup_of_the_vectors():
    shown = (TESTS.parent / "docs" / "spec" / "credentials.md").read_text()
    assert json.loads(VECTORS["backup"])["ciphertext"] in shown
