# SPDX-License-Identifier: AGPL-3.0-or-later
import json
import secrets
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulletin_board.codec import base64url, canonical
from tally.crypto import errors, sealed

SECRET = bytes(range(32))
KEY = sealed.encryption_public_key(SECRET)
OTHER_SECRET = bytes(range(1, 33))
CONTEXT = "test-share/1"
VECTORS = json.loads((Path(__file__).resolve().parents[2] / "vectors/sealed.json").read_text())
SMALL_ORDER = [bytes.fromhex(row["key"]) for row in VECTORS["refused_encryption_keys"]]


def _seal(plaintext=b"share", recipient=KEY):
    return sealed.seal_to_key(plaintext, recipient, context=CONTEXT)


def _open(container, secret=SECRET, context=CONTEXT):
    return sealed.open_with_key(container, secret, context=context)


def _altered(change):
    value = json.loads(_seal())
    change(value)
    return canonical.encode(value)


def test_another_key_is_told_that_it_is_not_the_recipient():
    with pytest.raises(errors.WrongRecipient) as refusal:
        _open(_seal(), OTHER_SECRET)
    assert refusal.value.computed == KEY.hex()


def test_a_relabelled_recipient_does_not_open():
    other = base64url.encode(sealed.encryption_public_key(OTHER_SECRET))
    with pytest.raises(errors.CannotOpen):
        _open(_altered(lambda value: value.update(recipient=other)), OTHER_SECRET)


def test_another_purpose_is_refused():
    with pytest.raises(errors.WrongContext):
        _open(_seal(), context="test-share/2")


def test_a_renamed_purpose_does_not_open():
    with pytest.raises(errors.CannotOpen):
        _open(_altered(lambda value: value.update(context="test-share/2")), context="test-share/2")


def test_the_sender_of_another_file_does_not_open():
    other = json.loads(_seal())["sender"]
    with pytest.raises(errors.CannotOpen):
        _open(_altered(lambda value: value.update(sender=other)))


@given(st.integers(0, 20), st.integers(0, 7))
def test_any_flipped_bit_of_the_ciphertext_is_noticed(position, bit):
    value = json.loads(_seal())
    octets = bytearray(base64url.decode(value["ciphertext"], 21))
    octets[position] ^= 1 << bit
    value["ciphertext"] = base64url.encode(octets)
    with pytest.raises(errors.CannotOpen):
        _open(canonical.encode(value))


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_a_key_of_small_order_is_refused_on_both_sides(point):
    with pytest.raises(errors.BadEncryptionKey):
        sealed.check_encryption_key(point)
    with pytest.raises(errors.BadEncryptionKey):
        _seal(recipient=point)
    with pytest.raises(errors.BadEncryptionKey):
        _open(_altered(lambda value: value.update(sender=base64url.encode(point))))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length):
    with pytest.raises(errors.BadEncryptionKey):
        sealed.check_encryption_key(bytes(length))
    with pytest.raises(errors.BadEncryptionKey):
        _seal(recipient=bytes(length))
    with pytest.raises(errors.BadEncryptionKey):
        _open(_seal(), bytes(length))
    with pytest.raises(errors.BadEncryptionKey):
        sealed.encryption_public_key(bytes(length))


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(format=sealed.PASSPHRASE_FORMAT),
        lambda value: value.update(extra=""),
        lambda value: value.pop("sender"),
        lambda value: value.pop("recipient"),
        lambda value: value.update(sender=value["sender"][:-1]),
        lambda value: value.update(recipient=value["recipient"] + "="),
        lambda value: value.update(sender=1),
        lambda value: value.update(ciphertext="A" * 20),
    ],
)
def test_a_container_of_another_form_is_refused(change):
    with pytest.raises(errors.SealedFileError):
        _open(_altered(change))


def test_a_passphrase_file_is_not_a_key_file():
    container = sealed.seal_with_passphrase(
        b"share", "correct horse battery", context=CONTEXT, cost=sealed.ScryptCost(n=2)
    )
    with pytest.raises(errors.SealedFileError):
        _open(container)


def test_too_much_to_seal_is_refused():
    with pytest.raises(errors.PlaintextTooLarge):
        _seal(bytes(sealed.MAX_PLAINTEXT + 1))


def test_a_purpose_without_a_name_seals_nothing():
    with pytest.raises(errors.BadContext):
        sealed.seal_to_key(b"", KEY, context="")


def test_two_files_to_one_key_share_nothing():
    first, second = json.loads(_seal()), json.loads(_seal())
    assert first["sender"] != second["sender"]
    assert first["ciphertext"] != second["ciphertext"]


@given(st.binary(max_size=300))
@settings(max_examples=30)
def test_what_was_sealed_is_opened(plaintext):
    assert _open(_seal(plaintext)) == plaintext


def test_the_largest_plaintext_comes_back():
    plaintext = secrets.token_bytes(sealed.MAX_PLAINTEXT)
    assert _open(_seal(plaintext)) == plaintext
