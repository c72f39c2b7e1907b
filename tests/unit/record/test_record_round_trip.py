# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib
from dataclasses import replace

import pytest
from record_readers import NAMES, key_of, read

from tally.crypto import ed25519
from tally.crypto.errors import BadSignature
from tally.record.errors import NotSigned
from tests.vectors.record_election import VOTERS, election, payloads

SIGNED = [name for name in NAMES if key_of(name)]


@pytest.mark.parametrize("name", NAMES)
def test_every_record_is_read_and_written_back_to_the_same_bytes(name):
    data = payloads()[name]
    record = read(name, data)
    assert record.to_bytes() == data
    assert read(name, record.to_bytes()) == record
    assert record.payload_sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", SIGNED)
def test_every_signed_record_verifies_under_its_key_and_no_other(name):
    record = read(name, payloads()[name])
    record.check_signature(key_of(name))
    with pytest.raises(BadSignature):
        record.check_signature(election().challenged.credential[::-1], checked=True)


@pytest.mark.parametrize("name", SIGNED)
def test_a_signature_under_another_formats_domain_is_refused(name):
    record = read(name, payloads()[name])
    message = ed25519.signing_message("veritally/other/1", record.digest())
    seed = bytes(32)
    forged = replace(record, signature=ed25519.sign(seed, message))
    with pytest.raises(BadSignature):
        forged.check_signature(ed25519.public_key(seed))


def test_an_unsigned_record_has_no_bytes_to_publish():
    with pytest.raises(NotSigned):
        replace(election().ballots[0], signature=b"").to_bytes()


def test_signing_again_gives_the_same_bytes():
    ballot = election().ballots[0]
    assert ballot.sign(VOTERS[0]) == ballot
