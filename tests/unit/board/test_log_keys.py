# SPDX-License-Identifier: AGPL-3.0-or-later
import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.errors import BadSignature, BoardError, MalformedKey, UnsupportedKey, WeakKey
from bulletin_board.log.keys import COSIGNATURE, ED25519, VerifierKey, check_name
from bulletin_board.log.note import Signer
from tests.unit.board.board_vectors import error, load

LOG = load("transparency_log.json")
P = 2**255 - 19
ORDER_8_Y = 2707385501144840649318225287225658788936804267575313519463743609750303402022


@pytest.mark.parametrize(
    "text", [LOG["note"]["vkey"], LOG["proof"]["log_vkey"], LOG["proof"]["witness_vkey"]]
)
def test_known_verifier_keys_survive_the_round_trip(text):
    assert VerifierKey.from_text(text).to_text() == text


@pytest.mark.parametrize("case", LOG["vkeys_refused"], ids=lambda case: case["name"])
def test_other_texts_are_refused_by_name(case):
    with pytest.raises(error(case["error"])) as caught:
        VerifierKey.from_text(case["vkey"])
    assert type(caught.value) is error(case["error"])


@given(
    st.text(max_size=80)
    | st.binary(max_size=40).map(lambda data: f"a+{data[:4].hex()}+{base64.b64encode(data)}")
)
def test_no_text_makes_the_parser_raise_anything_but_a_named_error(text):
    with pytest.raises(BoardError):
        VerifierKey.from_text(text)


def small_order_encodings():
    for y in (0, 1, P - 1, ORDER_8_Y, P - ORDER_8_Y, P, P + 1):
        for sign in (0, 1):
            yield (y | sign << 255).to_bytes(32, "little")


@pytest.mark.parametrize("key", list(small_order_encodings()), ids=bytes.hex)
@pytest.mark.parametrize("kind", [ED25519, COSIGNATURE])
def test_a_key_of_small_order_is_refused(key, kind):
    with pytest.raises(WeakKey):
        VerifierKey(name="log.example", type=kind, key=key)


def test_a_key_that_is_not_canonical_is_refused():
    with pytest.raises(WeakKey):
        VerifierKey(name="log.example", type=ED25519, key=(P + 3).to_bytes(32, "little"))


def test_a_key_of_another_type_is_refused():
    with pytest.raises(UnsupportedKey):
        VerifierKey(name="log.example", type=0x06, key=bytes(range(32)))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length):
    with pytest.raises(MalformedKey):
        VerifierKey(name="log.example", type=ED25519, key=b"\7" * length)


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\n", "a\u00a0b", "a\u2003b", "\u202e", "a" * 256], ids=ascii
)
def test_a_name_that_would_break_the_format_is_refused(name):
    with pytest.raises(MalformedKey):
        check_name(name)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(length):
    with pytest.raises(MalformedKey):
        Signer("log.example", b"\1" * length)


def test_a_signer_does_not_show_its_seed():
    seed = b"\x5aseed-that-must-not-be-shown-000"
    assert "seed-that-must" not in repr(Signer("log.example", seed))


@pytest.mark.parametrize("signature", [b"", b"\0" * 63, b"\0" * 64, b"\0" * 65, b"\xff" * 64])
def test_a_signature_of_other_bytes_does_not_verify(signature):
    key = Signer("log.example", b"\1" * 32).verifier_key
    with pytest.raises(BadSignature):
        key.verify("text\n", signature)


def test_a_key_that_is_no_point_verifies_nothing():
    key = VerifierKey(name="log.example", type=ED25519, key=(2).to_bytes(32, "little"))
    with pytest.raises(BadSignature):
        key.verify("text\n", b"\0" * 64)
