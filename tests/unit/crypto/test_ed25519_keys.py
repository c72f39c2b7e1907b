# SPDX-License-Identifier: AGPL-3.0-or-later
import json
import secrets
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tally.crypto import ed25519, errors

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "ed25519.json").read_text("utf-8"))
P = 2**255 - 19


def _named(cases):
    return [pytest.param(case, id=case["name"]) for case in cases]


def _verify(case):
    ed25519.verify(*(bytes.fromhex(case[part]) for part in ("key", "message", "signature")))


@pytest.mark.parametrize("case", _named(VECTORS["refused_keys"]))
def test_a_degenerate_public_key_is_refused_by_its_name(case):
    with pytest.raises(getattr(errors, case["reason"])):
        ed25519.check_public_key(bytes.fromhex(case["key"]))


def test_the_vectors_hold_all_eight_points_of_small_order():
    small = {case["key"] for case in VECTORS["refused_keys"] if case["reason"] == "SmallOrderKey"}
    assert len(small) == 8


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize("sign", [0, 1])
def test_the_unreduced_encodings_of_small_order_points_are_among_the_vectors(y, sign):
    key = (P + y | sign << 255).to_bytes(32, "little").hex()
    assert key in {case["key"] for case in VECTORS["refused_keys"] if case["reason"] == "NonCanonicalKey"}


@pytest.mark.parametrize("case", _named(VECTORS["forgeries"]))
def test_the_bare_library_accepts_the_signature_that_we_refuse(case):
    key, message, signature = (bytes.fromhex(case[part]) for part in ("key", "message", "signature"))
    Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    with pytest.raises((errors.SmallOrderKey, errors.NonCanonicalKey, errors.NotInSubgroup)):
        ed25519.verify(key, message, signature)


def test_one_signature_under_the_identity_is_accepted_by_the_bare_library_for_every_message():
    identity = (1).to_bytes(32, "little")
    signature = next(
        bytes.fromhex(case["signature"])
        for case in VECTORS["forgeries"]
        if bytes.fromhex(case["key"]) == identity
    )
    for _ in range(20):
        message = secrets.token_bytes(40)
        Ed25519PublicKey.from_public_bytes(identity).verify(signature, message)
        with pytest.raises(errors.SmallOrderKey):
            ed25519.verify(identity, message, signature)


def test_every_refused_point_of_small_order_has_a_forgery():
    forged = {case["key"] for case in VECTORS["forgeries"]}
    small = {case["key"] for case in VECTORS["refused_keys"] if case["reason"] == "SmallOrderKey"}
    assert small <= forged


def test_a_promise_that_the_key_was_checked_skips_the_check():
    case = VECTORS["forgeries"][0]
    ed25519.verify(
        bytes.fromhex(case["key"]),
        bytes.fromhex(case["message"]),
        bytes.fromhex(case["signature"]),
        checked=True,
    )


@pytest.mark.parametrize("case", _named(VECTORS["signatures"]))
def test_the_public_keys_of_the_rfc_pass(case):
    ed25519.check_public_key(bytes.fromhex(case["key"]))


def test_fresh_public_keys_of_the_library_pass():
    for _ in range(20):
        ed25519.check_public_key(ed25519.public_key(secrets.token_bytes(32)))


def test_the_other_sign_of_x_is_another_point_of_the_subgroup():
    key = bytearray.fromhex(VECTORS["signatures"][0]["key"])
    key[31] ^= 0x80
    ed25519.check_public_key(bytes(key))
    with pytest.raises(errors.BadSignature):
        _verify(VECTORS["signatures"][0] | {"key": key.hex()})
