# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key that signs every board of this server, under each board's own name (docs/operations.md)."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from bulletin_board.log.note import Signer
from bulletin_board.signing import create_key_file, load_signer


def key_file() -> Path:
    """Return where the key is kept."""
    return Path(settings.VERITALLY_LOG_KEY_FILE)


def create() -> Path:
    """Draw the server's key, once; never over an existing one. Raises UnusableKeyFile."""
    file = key_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_key_file(file)
    return file


def origin_of(slug: str) -> str:
    """Return the name of an election's log: the board's address without scheme and trailing slash."""
    return f"{urlsplit(settings.VERITALLY_BASE_URL).netloc}/board/{slug}"


def signer_for(origin: str) -> Signer:
    """Return the signer of one log. Raises UnusableKeyFile."""
    return load_signer(key_file(), origin)
