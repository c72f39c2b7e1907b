# SPDX-License-Identifier: AGPL-3.0-or-later
"""A voter's code, out of two secrets in two places: a random one in the row, and this server's registrar key.

The row's half is there from the first try until the mail server has taken the message, so that a message
that goes out twice says the same code twice. With one half alone, nothing follows. Who has the key file
could sign another roll anyway.
"""

import hmac
import itertools
import secrets

from tally.registrar.codes import new_code

_HALF_BYTES = 32


def new_half() -> str:
    """Draw the half that the row holds, in hexadecimal."""
    return secrets.token_hex(_HALF_BYTES)


def code_of(half: str, election_id: str, key_seed: bytes) -> bytes:
    """Return the 15 octets of the code; the same halves give the same."""
    turns = itertools.count()

    def entropy(size: int) -> bytes:
        message = f"veritally/mailed-code/1\n{election_id}\n{half}\n{next(turns)}"
        return hmac.digest(key_seed, message.encode("ascii"), "sha256")[:size]

    return new_code(entropy=entropy)
