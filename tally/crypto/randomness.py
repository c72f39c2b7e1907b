# SPDX-License-Identifier: AGPL-3.0-or-later
"""All randomness of a ballot from one seed, so that it can be opened (docs/spec/protocol.md, "Seed").

HKDF-SHA-256 (RFC 5869), which browsers offer natively. The seed itself comes from the caller's named door.
"""

from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tally.crypto.errors import OutOfRange

SEED_BYTES = 32
_SALT = b"veritally/ballot-seed/1"


@dataclass(frozen=True, slots=True)
class Draws:
    """Named draws from `seed`; `attempt` counts the redraws after a negative response."""

    seed: bytes
    attempt: int = 0

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise OutOfRange("a ballot seed has 32 bytes", expected=SEED_BYTES, computed=len(self.seed))

    def __repr__(self) -> str:
        return "Draws(…)"

    def draw(self, name: str, index: tuple[int, ...], bits: int) -> int:
        """Uniform in [0, 2^bits): HKDF(seed, salt, "name/attempt/i/j"), leading bits dropped."""
        length = -(-bits // 8)
        info = "/".join([name, str(self.attempt), *map(str, index)]).encode()
        octets = HKDF(algorithm=SHA256(), length=length, salt=_SALT, info=info).derive(self.seed)
        return int.from_bytes(octets, "big") >> (8 * length - bits)

    def redraw(self) -> "Draws":
        """Everything fresh: no power is used in two challenge hashes."""
        return Draws(self.seed, self.attempt + 1)
