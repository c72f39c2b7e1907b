# SPDX-License-Identifier: AGPL-3.0-or-later
import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from bulletin_board.codec import canonical
from tally.crypto import errors, sealed
from tally.crypto.sealed import ScryptCost

CHEAP = ScryptCost(n=2, r=8, p=1)
PASSPHRASE = "correct horse battery"
CONTEXT = "test/1"


def _seal(plaintext=b"secret", passphrase=PASSPHRASE, **changes):
    return sealed.seal_with_passphrase(plaintext, passphrase, context=CONTEXT, cost=CHEAP, **changes)


def _open(container, passphrase=PASSPHRASE, context=CONTEXT):
    return sealed.open_with_passphrase(container, passphrase, context=context, least=CHEAP)


def _altered(change):
    value = json.loads(_seal())
    change(value)
    return canonical.encode(value)


@pytest.mark.parametrize(
    "passphrase", ["", "correct horse batterz", "correct horse battery ", "Correct horse battery"]
)
def test_another_passphrase_does_not_open(passphrase):
    with pytest.raises(errors.CannotOpen):
        _open(_seal(), passphrase)


def test_another_purpose_is_refused_before_any_derivation():
    with pytest.raises(errors.WrongContext) as refusal:
        _open(_seal(), context="test/2")
    assert (refusal.value.expected, refusal.value.computed) == ("test/2", CONTEXT)


def test_a_renamed_purpose_does_not_open():
    with pytest.raises(errors.CannotOpen):
        _open(_altered(lambda value: value.update(context="test/2")), context="test/2")


@given(st.integers(0, 21), st.integers(0, 7))
def test_any_flipped_bit_of_the_ciphertext_is_noticed(position, bit):
    value = json.loads(_seal())
    octets = bytearray(base64.urlsafe_b64decode(value["ciphertext"] + "=="))
    octets[position] ^= 1 << bit
    value["ciphertext"] = base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
    with pytest.raises(errors.CannotOpen):
        _open(canonical.encode(value))


def test_a_salt_or_nonce_of_another_file_is_noticed():
    other = json.loads(_seal())
    with pytest.raises(errors.CannotOpen):
        _open(_altered(lambda value: value["kdf"].update(salt=other["kdf"]["salt"])))
    with pytest.raises(errors.CannotOpen):
        _open(_altered(lambda value: value["cipher"].update(nonce=other["cipher"]["nonce"])))


def test_a_changed_but_acceptable_cost_is_noticed():
    with pytest.raises(errors.CannotOpen):
        _open(_altered(lambda value: value["kdf"].update(n=4)))


@pytest.mark.parametrize(
    "cost",
    [
        {"n": 1 << 16},
        {"n": (1 << 17) + 1},
        {"n": 3 << 16},
        {"n": 1 << 19},
        {"n": 1 << 40},
        {"n": 2**53 - 1},
        {"r": 1},
        {"r": 7},
        {"r": 9},
        {"r": 1 << 30},
        {"p": 5},
        {"p": 1 << 30},
    ],
    ids=str,
)
def test_a_file_cannot_ask_for_a_weak_or_absurd_derivation(cost):
    container = _altered(lambda value: value["kdf"].update({"n": 1 << 17, "r": 8, "p": 1} | cost))
    with pytest.raises(errors.ParametersRefused):
        sealed.open_with_passphrase(container, PASSPHRASE, context=CONTEXT)


def test_the_tests_own_cheap_files_are_refused_by_default():
    with pytest.raises(errors.ParametersRefused) as refusal:
        sealed.open_with_passphrase(_seal(), PASSPHRASE, context=CONTEXT)
    assert refusal.value.computed == CHEAP


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(format="veritally/sealed-passphrase/2"),
        lambda value: value.update(format=sealed.KEY_FORMAT),
        lambda value: value.update(extra=1),
        lambda value: value.pop("kdf"),
        lambda value: value.pop("cipher"),
        lambda value: value.pop("ciphertext"),
        lambda value: value.pop("context"),
        lambda value: value.update(context=""),
        lambda value: value.update(context="x" * 201),
        lambda value: value.update(kdf="scrypt"),
        lambda value: value["kdf"].update(name="pbkdf2"),
        lambda value: value["kdf"].update(n=True),
        lambda value: value["kdf"].update(n=1),
        lambda value: value["kdf"].update(n="131072"),
        lambda value: value["kdf"].update(p=0),
        lambda value: value["kdf"].update(r=-8),
        lambda value: value["kdf"].update(salt=""),
        lambda value: value["kdf"].update(extra=1),
        lambda value: value["cipher"].update(name="aes-128-gcm"),
        lambda value: value["cipher"].update(nonce="AAAA"),
        lambda value: value["cipher"].update(extra=1),
        lambda value: value.update(ciphertext=""),
        lambda value: value.update(ciphertext="A"),
        lambda value: value.update(ciphertext="AAAA"),
        lambda value: value.update(ciphertext="AB"),
        lambda value: value.update(ciphertext=value["ciphertext"] + "="),
        lambda value: value.update(ciphertext=value["ciphertext"] + "\u0661"),
    ],
)
def test_a_container_of_another_form_is_refused(change):
    with pytest.raises(errors.SealedFileError):
        _open(_altered(change))


@pytest.mark.parametrize(
    "container",
    [b"", b"{}", b"null", b"[]", b"\xff", b"\xef\xbb\xbf{}", b"[" * 10_000, b"1" * 5_000],
    ids=lambda data: repr(data[:8]),
)
def test_bytes_that_are_no_container_are_refused(container):
    with pytest.raises(errors.SealedFileError):
        _open(container)


def test_a_second_spelling_of_a_container_is_refused():
    container = _seal()
    for other in (
        container + b"\n",
        container.replace(b":", b": ", 1),
        container.replace(b"{", b'{"a":1,', 1),
    ):
        with pytest.raises(errors.SealedFileError):
            _open(other)


def test_a_container_beyond_the_limit_is_refused_before_parsing(monkeypatch):
    monkeypatch.setattr(sealed, "MAX_CONTAINER", 100)
    with pytest.raises(errors.SealedFileError):
        _open(_seal())


@given(st.binary(max_size=200))
@settings(max_examples=50)
def test_arbitrary_bytes_are_a_named_refusal(data):
    with pytest.raises(errors.SealedFileError):
        _open(data)


@pytest.mark.parametrize("passphrase", ["", "short", "x" * 11])
def test_a_short_passphrase_seals_nothing(passphrase):
    with pytest.raises(errors.WeakPassphrase):
        _seal(passphrase=passphrase)


def test_a_passphrase_without_end_is_refused():
    with pytest.raises(errors.BadPassphraseText):
        _seal(passphrase="x" * 1_025)
    with pytest.raises(errors.BadPassphraseText):
        _open(_seal(), "x" * 1_025)


def test_a_passphrase_with_undecodable_bytes_is_refused():
    with pytest.raises(errors.BadPassphraseText):
        _seal(passphrase="long enough but \udc80")


def test_too_much_to_seal_is_refused():
    with pytest.raises(errors.PlaintextTooLarge):
        _seal(bytes(sealed.MAX_PLAINTEXT + 1))


@pytest.mark.parametrize("context", ["", "x" * 201])
def test_a_purpose_without_a_name_or_end_seals_nothing(context):
    with pytest.raises(errors.BadContext):
        sealed.seal_with_passphrase(b"", PASSPHRASE, context=context, cost=CHEAP)


def test_neither_plaintext_nor_passphrase_is_in_the_container():
    container = _seal(b"plain words")
    assert b"plain words" not in container
    assert PASSPHRASE.encode() not in container


def test_two_files_of_one_secret_share_nothing_secret():
    assert json.loads(_seal())["ciphertext"] != json.loads(_seal())["ciphertext"]


def test_both_spellings_of_an_accented_passphrase_open():
    assert _open(_seal(passphrase="caf\u00e9 au lait bien"), "cafe\u0301 au lait bien") == b"secret"


@given(st.binary(max_size=300))
@settings(max_examples=30)
def test_what_was_sealed_is_opened(plaintext):
    assert _open(_seal(plaintext)) == plaintext


def test_the_standard_parameters_are_those_of_the_specification():
    container = sealed.seal_with_passphrase(b"secret", PASSPHRASE, context=CONTEXT)
    kdf = json.loads(container)["kdf"]
    assert (kdf["name"], kdf["n"], kdf["r"], kdf["p"]) == ("scrypt", 131072, 8, 1)
    assert sealed.open_with_passphrase(container, PASSPHRASE, context=CONTEXT) == b"secret"


def test_a_container_opens_by_the_specification_alone():
    value = json.loads(_seal())
    ciphertext = base64.urlsafe_b64decode(value.pop("ciphertext") + "==")
    salt = base64.urlsafe_b64decode(value["kdf"]["salt"] + "==")
    nonce = base64.urlsafe_b64decode(value["cipher"]["nonce"] + "==")
    key = hashlib.scrypt(PASSPHRASE.encode(), salt=salt, n=2, r=8, p=1, dklen=32)
    associated = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    assert AESGCM(key).decrypt(nonce, ciphertext, associated) == b"secret"
