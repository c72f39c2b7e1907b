# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registrar's signing key as a file (docs/registrar.md, section "The key").

A sealed container of seed ‖ public key. A new file is read back and opened before anyone relies on it.
What the key signs is in rolls.py.
"""

import hmac
import secrets
from collections.abc import Callable
from pathlib import Path

from tally.crypto import ed25519
from tally.crypto.sealed import STANDARD_COST, ScryptCost, open_with_passphrase, seal_with_passphrase
from tally.registrar.errors import KeyFileMismatch
from tally.registrar.files import SECRET_MODE, read_private, write_new

CONTEXT = "veritally/registrar-key/1"
_MAX_FILE = 4_096


def create_key_file(
    path: Path,
    passphrase: str,
    *,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
    cost: ScryptCost = STANDARD_COST,
) -> bytes:
    """Draw a key, write it sealed (0600, never overwriting), restore it, and return the public key.

    A lower `cost` is for tests only. Raises FileExists, FileRefused, KeyFileMismatch, WeakPassphrase,
    BadPassphraseText.
    """
    seed = entropy(ed25519.SEED_BYTES)
    key = ed25519.public_key(seed)
    sealed = seal_with_passphrase(seed + key, passphrase, context=CONTEXT, entropy=entropy, cost=cost)
    write_new(path, sealed, mode=SECRET_MODE)
    if not hmac.compare_digest(open_key_file(path, passphrase, least=cost), seed):
        raise KeyFileMismatch("the key file does not restore the key: do not use it")
    return key


def open_key_file(path: Path, passphrase: str, *, least: ScryptCost = STANDARD_COST) -> bytes:
    """Return the seed in a key file. A lower `least` cost is for tests only.

    Raises FileRefused, KeyFileMismatch, and what `open_with_passphrase` raises.
    """
    plaintext = open_with_passphrase(
        read_private(path, limit=_MAX_FILE), passphrase, context=CONTEXT, least=least
    )
    seed, key = plaintext[: ed25519.SEED_BYTES], plaintext[ed25519.SEED_BYTES :]
    if len(plaintext) != ed25519.SEED_BYTES + ed25519.KEY_BYTES or ed25519.public_key(seed) != key:
        raise KeyFileMismatch("the file does not hold a seed with its public key")
    return seed
