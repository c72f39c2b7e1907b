# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one challenge of a ballot (docs/spec/protocol.md, "Transcript"): strong Fiat–Shamir.

Bernhard–Pereira–Warinschi 2012. e = first 16 bytes of SHA-256 over u32be length ‖ bytes of: domain tag,
election fingerprint, credential, supersedes, every ciphertext in manifest order, every commitment |a_ij| in
statement and branch order.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from tally.crypto.numbers import items, to_bytes
from tally.crypto.parameters import CHALLENGE_BITS

_TAG = b"veritally/ballot-proof/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a ballot is for: 32-byte fingerprint, 32-byte credential, 32-byte tracker it supersedes or b""."""

    fingerprint: bytes
    credential: bytes
    supersedes: bytes

    def items(self) -> bytes:
        """The head of the transcript."""
        return items((_TAG, self.fingerprint, self.credential, self.supersedes))


def challenge(context: Context, numbers: Iterable[int], width: int) -> int:
    """e in [0, 2^128); `numbers` are the ciphertexts, then the commitments, `width` bytes each."""
    digest = hashlib.sha256(context.items())
    for number in numbers:
        digest.update(items((to_bytes(number, width),)))
    return int.from_bytes(digest.digest()[: CHALLENGE_BITS // 8], "big")
