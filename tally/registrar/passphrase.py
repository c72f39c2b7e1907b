# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a passphrase comes from: a prompt without echo, or a file that only its owner can read.

Never an argument or the environment, which other programs can see. How strong it must be is judged by
`tally.crypto.sealed`.
"""

import hmac
from collections.abc import Callable
from getpass import getpass
from pathlib import Path

from tally.crypto.sealed import MAX_PASSPHRASE
from tally.registrar.errors import PassphraseRefused
from tally.registrar.files import read_private

Prompt = Callable[[str], str]
_OCTETS_PER_CHARACTER = 4


def existing_passphrase(file: Path | None, *, prompt: Prompt = getpass) -> str:
    """Return the passphrase of a key that exists. Raises PassphraseRefused, FileRefused."""
    return _not_empty(prompt("Passphrase: ")) if file is None else _from_file(file)


def new_passphrase(file: Path | None, *, prompt: Prompt = getpass) -> str:
    """Return a passphrase for a new key, asked for twice. Raises PassphraseRefused, FileRefused."""
    if file is not None:
        return _from_file(file)
    first, second = prompt("New passphrase: "), prompt("The same again: ")
    if not hmac.compare_digest(_octets(first), _octets(second)):
        raise PassphraseRefused("the two passphrases differ")
    return _not_empty(first)


def _from_file(file: Path) -> str:
    data = read_private(file, limit=_OCTETS_PER_CHARACTER * MAX_PASSPHRASE)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise PassphraseRefused("the passphrase file is not UTF-8 text") from None
    line = text.removesuffix("\n").removesuffix("\r")
    if "\n" in line or "\r" in line:
        raise PassphraseRefused("the passphrase file has more than one line")
    return _not_empty(line)


def _not_empty(passphrase: str) -> str:
    if not passphrase:
        raise PassphraseRefused("the passphrase is empty")
    return passphrase


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
