# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that only a passphrase or only one key opens (docs/spec/credentials.md, section "Sealed files").

- passphrase: scrypt (RFC 7914) → AES-256-GCM, format "veritally/sealed-passphrase/1";
- key: ephemeral X25519 (RFC 7748) → HKDF-SHA256 (RFC 5869) → AES-256-GCM, "veritally/sealed-key/1".

A container is one canonical JSON object. Everything in it but the ciphertext is the associated data, so that
no parameter can be exchanged; `context` names the purpose, so that a share can never be opened as a
registrar's key. Parameters in a file are refused unless they lie between the standard ones and a bound, so
that a file can neither weaken a key nor exhaust the reader. It hides no lengths, authenticates no sender, and
reads and writes no files.
"""

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bulletin_board.codec import base64url, canonical
from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields, octets_text
from bulletin_board.errors import EncodingError
from tally.crypto.errors import (
    BadContext,
    BadEncryptionKey,
    BadPassphraseText,
    CannotOpen,
    ParametersRefused,
    PlaintextTooLarge,
    SealedFileError,
    WeakPassphrase,
    WrongContext,
    WrongRecipient,
)

Entropy = Callable[[int], bytes]

PASSPHRASE_FORMAT = "veritally/sealed-passphrase/1"  # noqa: S105  # the name of a format
KEY_FORMAT = "veritally/sealed-key/1"
MIN_PASSPHRASE = 12  # characters, for new files
MAX_PASSPHRASE = 1_024
MAX_PLAINTEXT = 4 << 20
MAX_CONTAINER = 6 << 20
X25519_BYTES = 32
_MAX_CONTEXT = 200
_FIELD_PRIME = 2**255 - 19
_ORDER_8_U = (  # of the points of order 8 on Curve25519
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)
_SMALL_ORDER_U = frozenset({0, 1, _FIELD_PRIME - 1, *_ORDER_8_U})
_SALT, _NONCE, _TAG, _AES_KEY = 32, 12, 16, 32
_HKDF_TAG = b"veritally/sealed-key/1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScryptCost:
    """The parameters of RFC 7914, section 2: memory is 128·n·r octets."""

    n: int = 1 << 17
    r: int = 8
    p: int = 1


STANDARD_COST = ScryptCost()
GREATEST_COST = ScryptCost(n=1 << 18, r=8, p=4)  # 256 MiB


def seal_with_passphrase(
    plaintext: bytes,
    passphrase: str,
    *,
    context: str,
    entropy: Entropy = secrets.token_bytes,
    cost: ScryptCost = STANDARD_COST,
) -> bytes:
    """Return the container of `plaintext` (at most 4 MiB). A lower `cost` is for tests only.

    Raises BadContext, PlaintextTooLarge, WeakPassphrase, BadPassphraseText; an EncodingError if the
    characters of `context` cannot stand in a record.
    """
    _check_sealable(context, plaintext)
    if len(passphrase) < MIN_PASSPHRASE:
        raise WeakPassphrase("the passphrase is too short", expected=f"at least {MIN_PASSPHRASE} characters")
    secret = _passphrase_octets(passphrase)
    salt, nonce = entropy(_SALT), entropy(_NONCE)
    header: dict[str, Value] = {
        "format": PASSPHRASE_FORMAT,
        "context": context,
        "kdf": {"name": "scrypt", "n": cost.n, "r": cost.r, "p": cost.p, "salt": octets_text(salt)},
        "cipher": {"name": "aes-256-gcm", "nonce": octets_text(nonce)},
    }
    return _seal(header, _scrypt(secret, salt, cost), nonce, plaintext)


def open_with_passphrase(
    container: bytes, passphrase: str, *, context: str, least: ScryptCost = STANDARD_COST
) -> bytes:
    """Return the plaintext of a container. A lower `least` cost is for tests only.

    Raises SealedFileError, WrongContext, ParametersRefused (all before the costly derivation),
    BadPassphraseText, CannotOpen.
    """
    secret = _passphrase_octets(passphrase)
    header, fields, ciphertext = _parse(container, PASSPHRASE_FORMAT, context)
    try:
        kdf = fields.object("kdf")
        kdf.constant("name", "scrypt")
        cost = ScryptCost(n=kdf.integer("n", 2), r=kdf.integer("r", 1), p=kdf.integer("p", 1))
        salt = kdf.octets("salt", _SALT)
        kdf.done()
        cipher = fields.object("cipher")
        cipher.constant("name", "aes-256-gcm")
        nonce = cipher.octets("nonce", _NONCE)
        cipher.done()
        fields.done()
    except EncodingError as error:
        raise SealedFileError(f"not a sealed file: {error}") from error
    _check_cost(cost, least)
    return _open(header, _scrypt(secret, salt, cost), nonce, ciphertext)


def encryption_public_key(secret_key: bytes) -> bytes:
    """Return the X25519 public key (32 octets) of a secret key (32 octets). Raises BadEncryptionKey."""
    return _x25519_secret(secret_key).public_key().public_bytes_raw()


def check_encryption_key(key: bytes) -> None:
    """Raise BadEncryptionKey if what is sealed to this X25519 key could be read by anybody.

    RFC 7748, section 6.1: with a point of small order every shared secret is zero.
    """
    if len(key) != X25519_BYTES:
        raise BadEncryptionKey("octets of a key", expected=X25519_BYTES, computed=len(key))
    if int.from_bytes(key, "little") % 2**255 % _FIELD_PRIME in _SMALL_ORDER_U:
        raise BadEncryptionKey("the encryption key has small order: anyone could read what is sealed to it")


def seal_to_key(
    plaintext: bytes, recipient: bytes, *, context: str, entropy: Entropy = secrets.token_bytes
) -> bytes:
    """Return a container (plaintext at most 4 MiB) that the holder of X25519 key `recipient` can open.

    Raises BadContext, PlaintextTooLarge, BadEncryptionKey; an EncodingError if the characters of `context`
    cannot stand in a record.
    """
    _check_sealable(context, plaintext)
    ephemeral = entropy(X25519_BYTES)
    sender = encryption_public_key(ephemeral)
    header: dict[str, Value] = {
        "format": KEY_FORMAT,
        "context": context,
        "recipient": octets_text(recipient),
        "sender": octets_text(sender),
    }
    shared = _exchange(ephemeral, recipient)
    key, nonce = _hkdf(shared, sender, recipient)
    return _seal(header, key, nonce, plaintext)


def open_with_key(container: bytes, secret_key: bytes, *, context: str) -> bytes:
    """Return the plaintext of a container that was sealed to the public key of `secret_key`.

    Raises SealedFileError, WrongContext, WrongRecipient, BadEncryptionKey, CannotOpen.
    """
    own_key = encryption_public_key(secret_key)
    header, fields, ciphertext = _parse(container, KEY_FORMAT, context)
    try:
        recipient = fields.octets("recipient", X25519_BYTES)
        sender = fields.octets("sender", X25519_BYTES)
        fields.done()
    except EncodingError as error:
        raise SealedFileError(f"not a sealed file: {error}") from error
    if recipient != own_key:
        raise WrongRecipient("sealed to another key", expected=own_key.hex(), computed=recipient.hex())
    key, nonce = _hkdf(_exchange(secret_key, sender), sender, recipient)
    return _open(header, key, nonce, ciphertext)


def _passphrase_octets(passphrase: str) -> bytes:
    """NFC then UTF-8, so that two keyboards that type one word type one key (RFC 8265, section 4.2)."""
    if len(passphrase) > MAX_PASSPHRASE:
        raise BadPassphraseText("the passphrase is too long", expected=f"at most {MAX_PASSPHRASE} characters")
    try:
        return unicodedata.normalize("NFC", passphrase).encode("utf-8")
    except UnicodeEncodeError:
        raise BadPassphraseText("the passphrase is not valid text") from None


def _check_cost(cost: ScryptCost, least: ScryptCost) -> None:
    fits = (
        least.n <= cost.n <= GREATEST_COST.n
        and cost.n & (cost.n - 1) == 0
        and cost.r == STANDARD_COST.r
        and least.p <= cost.p <= GREATEST_COST.p
    )
    if not fits:
        raise ParametersRefused(
            "the key derivation is too weak or too costly", expected=(least, GREATEST_COST), computed=cost
        )


def _scrypt(secret: bytes, salt: bytes, cost: ScryptCost) -> bytes:
    return Scrypt(salt=salt, length=_AES_KEY, n=cost.n, r=cost.r, p=cost.p).derive(secret)


def _x25519_secret(secret_key: bytes) -> X25519PrivateKey:
    if len(secret_key) != X25519_BYTES:
        raise BadEncryptionKey("an X25519 key has 32 octets", expected=X25519_BYTES, computed=len(secret_key))
    return X25519PrivateKey.from_private_bytes(secret_key)


def _exchange(secret_key: bytes, public_key: bytes) -> bytes:
    if len(public_key) != X25519_BYTES:
        raise BadEncryptionKey("an X25519 key has 32 octets", expected=X25519_BYTES, computed=len(public_key))
    try:
        return _x25519_secret(secret_key).exchange(X25519PublicKey.from_public_bytes(public_key))
    except ValueError:  # RFC 7748, section 6.1: the all-zero secret of a point of small order
        raise BadEncryptionKey("the X25519 key has small order") from None


def _hkdf(shared: bytes, sender: bytes, recipient: bytes) -> tuple[bytes, bytes]:
    """One key and nonce per ephemeral key: never used twice, because the ephemeral key never is."""
    info = _HKDF_TAG + sender + recipient
    derived = HKDF(algorithm=SHA256(), length=_AES_KEY + _NONCE, salt=None, info=info).derive(shared)
    return derived[:_AES_KEY], derived[_AES_KEY:]


def _check_sealable(context: str, plaintext: bytes) -> None:
    if not 1 <= len(context) <= _MAX_CONTEXT:
        raise BadContext("a context has 1 to 200 characters", expected=_MAX_CONTEXT, computed=len(context))
    if len(plaintext) > MAX_PLAINTEXT:
        raise PlaintextTooLarge("too much to seal", expected=MAX_PLAINTEXT, computed=len(plaintext))


def _seal(header: dict[str, Value], key: bytes, nonce: bytes, plaintext: bytes) -> bytes:
    ciphertext = AESGCM(key).encrypt(nonce, plaintext, canonical.encode(header))
    return canonical.encode({**header, "ciphertext": octets_text(ciphertext)})


def _parse(container: bytes, format_name: str, context: str) -> tuple[dict[str, Value], Fields, bytes]:
    """Return the header (associated data), a reader of what is left of it, and the ciphertext."""
    try:
        value = canonical.parse(container, limit=MAX_CONTAINER)
        fields = Fields(value, "sealed")
        fields.constant("format", format_name)
        found = fields.text("context", limit=_MAX_CONTEXT)
        text = fields.text("ciphertext", limit=MAX_CONTAINER)
        ciphertext = base64url.decode(text, len(text) * 3 // 4)
    except EncodingError as error:
        raise SealedFileError(f"not a sealed file: {error}") from error
    if len(ciphertext) < _TAG:
        raise SealedFileError(
            "not a sealed file: no room for the tag", expected=_TAG, computed=len(ciphertext)
        )
    if found != context:
        raise WrongContext("sealed for another purpose", expected=context, computed=found)
    header = dict(cast("dict[str, Value]", value))
    del header["ciphertext"]
    return header, fields, ciphertext


def _open(header: dict[str, Value], key: bytes, nonce: bytes, ciphertext: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, canonical.encode(header))
    except InvalidTag:
        raise CannotOpen("wrong passphrase or key, or the file was altered") from None
