# SPDX-License-Identifier: AGPL-3.0-or-later
"""A voter's backup file by the specification alone, to compare a browser's with: docs/spec/credentials.md."""

import hashlib
import unicodedata

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bulletin_board.codec import base64url, canonical

FORMAT, ROUNDS = "veritally/backup/1", 600_000


def seal(code: bytes, passphrase: str, election_id: str, *, salt: bytes, nonce: bytes) -> bytes:
    head = {
        "format": FORMAT,
        "election_id": election_id,
        "kdf": {"name": "pbkdf2-hmac-sha256", "rounds": ROUNDS, "salt": base64url.encode(salt)},
        "cipher": {"name": "aes-256-gcm", "nonce": base64url.encode(nonce)},
    }
    ciphertext = AESGCM(_key(passphrase, salt, ROUNDS)).encrypt(nonce, code, canonical.encode(head))
    return canonical.encode({**head, "ciphertext": base64url.encode(ciphertext)})


def opened(data: bytes, passphrase: str) -> bytes:
    value = canonical.parse(data, limit=2_048)
    ciphertext = base64url.decode(value.pop("ciphertext"), 31)
    salt = base64url.decode(value["kdf"]["salt"], 32)
    nonce = base64url.decode(value["cipher"]["nonce"], 12)
    key = _key(passphrase, salt, value["kdf"]["rounds"])
    return AESGCM(key).decrypt(nonce, ciphertext, canonical.encode(value))


def _key(passphrase: str, salt: bytes, rounds: int) -> bytes:
    secret = unicodedata.normalize("NFC", passphrase).encode()
    return hashlib.pbkdf2_hmac("sha256", secret, salt, rounds, 32)
