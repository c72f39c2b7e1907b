# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.crypto import ed25519, errors

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "ed25519.json").read_text("utf-8"))
SEED = bytes.fromhex(VECTORS["signatures"][0]["seed"])
KEY = bytes.fromhex(VECTORS["signatures"][0]["key"])


def _named(cases):
    return [pytest.param(case, id=case["name"]) for case in cases]


@pytest.mark.parametrize("case", _named(VECTORS["refused_signatures"]))
def test_a_bad_signature_is_refused_by_its_name(case):
    key, message, signature = (bytes.fromhex(case[part]) for part in ("key", "message", "signature"))
    with pytest.raises(getattr(errors, case["reason"])):
        ed25519.verify(key, message, signature)


@given(st.binary(max_size=64), st.integers(0, 511))
def test_any_flipped_bit_of_a_signature_is_refused(message, position):
    signature = bytearray(ed25519.sign(SEED, message))
    signature[position // 8] ^= 1 << position % 8
    with pytest.raises((errors.BadSignature, errors.NonCanonicalSignature)):
        ed25519.verify(KEY, message, bytes(signature), checked=True)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_a_signature_serves_one_message(first, second):
    signature = ed25519.sign(SEED, first)
    if first == second:
        ed25519.verify(KEY, second, signature)
    else:
        with pytest.raises(errors.BadSignature):
            ed25519.verify(KEY, second, signature)


@pytest.mark.parametrize("case", _named(VECTORS["signatures"]))
def test_the_vectors_of_the_rfc_hold(case):
    seed, key, message, signature = (
        bytes.fromhex(case[part]) for part in ("seed", "key", "message", "signature")
    )
    assert ed25519.public_key(seed) == key
    assert ed25519.sign(seed, message) == signature
    ed25519.verify(key, message, signature)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(length):
    with pytest.raises(errors.BadSigningInput) as refusal:
        ed25519.sign(bytes(length), b"")
    assert (refusal.value.expected, refusal.value.computed) == (32, length)
    with pytest.raises(errors.BadSigningInput):
        ed25519.public_key(bytes(length))


@pytest.mark.parametrize("length", [0, 20, 31, 33])
def test_a_digest_of_another_length_is_not_made_a_message(length):
    with pytest.raises(errors.BadSigningInput):
        ed25519.signing_message("veritally/roll/1", bytes(length))


@pytest.mark.parametrize("name", ["", "a\nb", "a b", "é", "veritally/roll/1\n", "\x7f", "\x00"])
def test_a_format_name_that_could_be_read_two_ways_is_refused(name):
    with pytest.raises(errors.BadSigningInput):
        ed25519.signing_message(name, bytes(32))


@pytest.mark.parametrize("case", VECTORS["signing_messages"], ids=lambda case: case["format"])
def test_the_signed_message_is_the_domain_and_the_digest(case):
    digest = hashlib.sha256(b"{}").digest()
    message = ed25519.signing_message(case["format"], digest)
    assert message.hex() == case["message"]
    assert message == b"veritally/signed/" + case["format"].encode() + b"\n" + digest
