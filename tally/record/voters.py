# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of credentials in a record: sorted, each once (docs/spec/record.md, "Roll" and "Roll change").

Form and order alone. Whether a credential is a safe key takes longer: `check_credentials`.
"""

from collections.abc import Iterable
from itertools import pairwise

from bulletin_board.codec.base64url import decode
from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields
from bulletin_board.errors import WrongType
from tally.crypto.ed25519 import check_public_key
from tally.crypto.errors import CryptoError
from tally.record.base import KEY_BYTES
from tally.record.errors import InvalidCredential, RepeatedVoter, VotersNotSorted

Voters = tuple[tuple[bytes, int], ...]  # (credential, weight), strictly increasing by credential


def read_voters(fields: Fields, key: str, *, low: int = 0) -> Voters:
    """Return the sorted pairs [credential, weight] of a field.

    Raises the codec's errors, RepeatedVoter, VotersNotSorted.
    """
    path = fields.path(key)
    items = fields.items(key, low=low)
    voters = tuple(_read_voter(item, f"{path}[{index}]") for index, item in enumerate(items))
    _check_increasing(credential for credential, _ in voters)
    return voters


def read_credentials(fields: Fields, key: str) -> tuple[bytes, ...]:
    """Return the sorted credentials of a field; raises as `read_voters`."""
    credentials = tuple(decode(text, KEY_BYTES) for text in fields.strings(key))
    _check_increasing(credentials)
    return credentials


def check_credentials(credentials: Iterable[bytes]) -> None:
    """Raise InvalidCredential for the first that is no safe Ed25519 key; up to 1 ms for each."""
    for index, key in enumerate(credentials):
        try:
            check_public_key(key)
        except CryptoError as error:
            raise InvalidCredential(f"voter {index}: {error}", computed=key.hex()) from error


def _read_voter(item: Value, path: str) -> tuple[bytes, int]:
    # A million of these: no reader object for each.
    match item:
        case [str(key), int(weight)] if type(weight) is int and weight > 0:
            return decode(key, KEY_BYTES), weight
    raise WrongType(f"{path}: another type", expected="[key, weight of at least 1]")


def _check_increasing(credentials: Iterable[bytes]) -> None:
    for left, right in pairwise(credentials):
        if left == right:
            raise RepeatedVoter("one credential twice", computed=left.hex())
        if left > right:
            raise VotersNotSorted("credentials are not in increasing order", computed=right.hex())
