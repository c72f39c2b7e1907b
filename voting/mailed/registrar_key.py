# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key with which this server signs the rolls of the voters whose codes it mailed (docs/registrar.md).

Whoever runs the server makes it on purpose: without the file, no election can be run that way.
"""

from pathlib import Path

from django.conf import settings

from bulletin_board.signing import create_key_file, load_seed
from tally.crypto import ed25519


def key_file() -> Path:
    """Return where the key is kept."""
    return Path(settings.VERITALLY_REGISTRAR_KEY_FILE)


def create() -> Path:
    """Draw the key, once; never over an existing one. Raises UnusableKeyFile."""
    file = key_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_key_file(file)
    return file


def seed() -> bytes:
    """Return the secret half, 32 octets. Raises UnusableKeyFile."""
    return load_seed(key_file())


def public_key() -> bytes:
    """Return the public half, 32 octets. Raises UnusableKeyFile."""
    return ed25519.public_key(seed())
