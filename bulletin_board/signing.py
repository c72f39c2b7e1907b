# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file of a server's signing key: one Ed25519 seed, 64 lowercase hexadecimal digits and a newline.

One log key serves all logs of a server, under each log's origin as name. Nobody but the owner may read the
file.
"""

import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from stat import S_IRWXG, S_IRWXO

from bulletin_board.errors import UnusableKeyFile
from bulletin_board.log.note import Signer

SEED_BYTES = 32
_SEED = re.compile(rb"[0-9a-f]{64}\n")


def create_key_file(file: Path, *, entropy: Callable[[int], bytes] = secrets.token_bytes) -> None:
    """Write a new seed to `file`, which must not exist yet; raises UnusableKeyFile."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(entropy(SEED_BYTES).hex().encode("ascii") + b"\n")
            opened.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise UnusableKeyFile(f"cannot create {file}: {error.strerror}") from None


def load_signer(file: Path, origin: str) -> Signer:
    """Return the signer of the log `origin` with the seed in `file`; raises UnusableKeyFile."""
    return Signer(origin, load_seed(file))


def load_seed(file: Path) -> bytes:
    """Return the 32 secret octets in `file`; raises UnusableKeyFile."""
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            text = opened.read(SEED_BYTES * 2 + 2)
    except OSError as error:
        raise UnusableKeyFile(f"cannot read {file}: {error.strerror}") from None
    if mode & (S_IRWXG | S_IRWXO):
        raise UnusableKeyFile(f"{file} can be used by others: chmod 600 it")
    if not _SEED.fullmatch(text):
        raise UnusableKeyFile(f"{file} does not hold a seed of 64 hexadecimal digits")
    return bytes.fromhex(text.decode("ascii"))
