# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file of a cosigner's key: one line, PRIVATE+KEY+name+keyid+base64(04 ‖ seed).

The form in which Go's sumdb/note writes signers' keys. Nobody but the owner may read the file. For witnesses
and mirrors; the log's own key is in signing.py.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from stat import S_IRWXG, S_IRWXO

from bulletin_board.codec import base64std
from bulletin_board.errors import BoardError, UnusableKeyFile
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.keys import COSIGNATURE, KEY_BYTES, NAME_LIMIT

_PREFIX = "PRIVATE+KEY+"
_LIMIT = NAME_LIMIT * 4 + 128  # bytes


def create_cosigner_file(
    file: Path, name: str, *, entropy: Callable[[int], bytes] = secrets.token_bytes
) -> Cosigner:
    """Draw a key under `name` and write it to `file`, which must not exist yet.

    Raises UnusableKeyFile, or MalformedKey for a name that no key can have.
    """
    cosigner = Cosigner(name, entropy(KEY_BYTES))
    secret = base64std.encode(bytes([COSIGNATURE]) + cosigner.seed)
    line = f"{_PREFIX}{name}+{cosigner.verifier_key.key_id.hex()}+{secret}\n"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(line.encode("utf-8"))
            opened.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise UnusableKeyFile(f"cannot create {file}: {error.strerror}") from None
    return cosigner


def load_cosigner(file: Path) -> Cosigner:
    """Return the cosigner whose key is in `file`; raises UnusableKeyFile."""
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            data = opened.read(_LIMIT + 1)
    except OSError as error:
        raise UnusableKeyFile(f"cannot read {file}: {error.strerror}") from None
    if mode & (S_IRWXG | S_IRWXO):
        raise UnusableKeyFile(f"{file} can be used by others: chmod 600 it")
    try:
        return _parse(data.decode("utf-8"))
    except (BoardError, ValueError):
        raise UnusableKeyFile(f"{file} does not hold the key of a cosigner") from None


def _parse(text: str) -> Cosigner:
    if not text.startswith(_PREFIX) or not text.endswith("\n"):
        raise ValueError
    name, key_id, secret = text.removeprefix(_PREFIX)[:-1].split("+", 2)
    data = base64std.decode(secret)
    cosigner = Cosigner(name, data[1:])
    if data[:1] != bytes([COSIGNATURE]) or cosigner.verifier_key.key_id.hex() != key_id:
        raise ValueError
    return cosigner
