# SPDX-License-Identifier: AGPL-3.0-or-later
"""The draft of a key record and the acknowledgement that goes with it."""

import pytest

from bulletin_board.errors import EncodingError
from tally.key_draft import KeyAcknowledgement, draft_bytes, read_draft
from tests.stations import town

WORD = KeyAcknowledgement(election_id="ab" * 16, trustee=2, signature=b"\x01" * 64)


def test_a_draft_is_the_record_without_its_acknowledgements():
    found = read_draft(draft_bytes(town().key), modulus_bits=1024)
    assert found == town().key.with_acknowledgements(())
    assert found.with_acknowledgements(town().key.acknowledgements).to_bytes() == town().key.to_bytes()


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"trustees":16}', b'{"trustees":3}'])
def test_what_is_no_draft_is_refused(data):
    with pytest.raises(EncodingError):
        read_draft(data, modulus_bits=1024)


def test_a_whole_record_is_no_draft():
    with pytest.raises(EncodingError):
        read_draft(town().key.to_bytes(), modulus_bits=1024)


def test_an_acknowledgement_is_read_back():
    assert KeyAcknowledgement.from_bytes(WORD.to_bytes()) == WORD


@pytest.mark.parametrize(
    "change",
    [
        (b'"trustee":2', b'"trustee":0'),
        (b'"trustee":2', b'"trustee":16'),
        (b'"trustee":2', b'"trustee":true'),
        (b"key-acknowledgement/1", b"key-acknowledgement/2"),
        (b'"election_id":"ab', b'"election_id":"AB'),
        (b"AQEB", b"AQE="),
        (b"{", b'{"extra":1,'),
    ],
)
def test_an_acknowledgement_of_another_form_is_refused(change):
    with pytest.raises(EncodingError):
        KeyAcknowledgement.from_bytes(WORD.to_bytes().replace(*change, 1))
