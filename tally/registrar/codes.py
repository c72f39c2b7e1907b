# SPDX-License-Identifier: AGPL-3.0-or-later
"""Credential codes: 120 secret bits on a letter (docs/spec/credentials.md, section "Codes").

The printed form is `tally.crypto.crockford`. This module draws codes, and writes and reads them; what key a
code stands for is said in derivation.py.
"""

import secrets
from collections.abc import Callable

from tally.crypto.crockford import ALPHABET, CODE_BYTES, Kind, check_character, format_code, parse_code


def new_code(*, entropy: Callable[[int], bytes] = secrets.token_bytes) -> bytes:
    """Draw the 15 octets of a code.

    Drawn again (one time in seven) while the check character would be one of "*~$=U", so that everything on a
    voter's letter is a digit or one of 22 letters; 2^119.79 equally likely codes remain.
    """
    while True:
        value = entropy(CODE_BYTES)
        if check_character(value, Kind.VOTING) in ALPHABET:
            return value


def format_voting_code(value: bytes) -> str:
    """Return what is printed on the letter. Raises BadCodeValue."""
    return format_code(value, Kind.VOTING)


def parse_voting_code(text: str) -> bytes:
    """Return the 15 octets of the code that a voter typed. Raises as `parse_code`."""
    return parse_code(text, Kind.VOTING)
