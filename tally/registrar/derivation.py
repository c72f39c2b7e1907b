# SPDX-License-Identifier: AGPL-3.0-or-later
r"""From a code to a credential (docs/spec/credentials.md, section "Derivation").

    seed = PBKDF2-HMAC-SHA256(password = the code's 15 octets,
                              salt = "veritally/credential/1\n" ‖ the election id's 16 octets,
                              rounds = 600 000, 32 octets)
    key  = the Ed25519 public key of seed

Sources: RFC 8018, section 5.2; RFC 8032, section 5.1.5. Every step is in Web Crypto, so that a browser does
the same without a library. The election id in the salt makes one code two unrelated keys in two elections.
How a code is typed is not known here: see `tally.crypto.crockford`.
"""

import hashlib
import re
from dataclasses import dataclass, field

from tally.crypto import ed25519
from tally.crypto.crockford import CODE_BYTES
from tally.crypto.errors import BadCodeValue
from tally.registrar.errors import BadElectionId, BadRounds

ROUNDS = 600_000
SALT_TAG = b"veritally/credential/1\n"
_ELECTION_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """An Ed25519 seed and its public key, 32 octets each; the seed stays out of `repr`."""

    seed: bytes = field(repr=False)
    key: bytes


def election_id_octets(election_id: str) -> bytes:
    """Return the 16 octets of an election id. Raises BadElectionId."""
    if not _ELECTION_ID.fullmatch(election_id):
        raise BadElectionId("an election id has 32 lowercase hexadecimal digits")
    return bytes.fromhex(election_id)


def derive_credential(code: bytes, election_id: str, *, rounds: int = ROUNDS) -> Credential:
    """Derive the credential of a code's 15 octets. Fewer `rounds` are for tests only.

    Raises BadCodeValue, BadElectionId, BadRounds.
    """
    if len(code) != CODE_BYTES:
        raise BadCodeValue("a code stands for 15 octets", expected=CODE_BYTES, computed=len(code))
    if rounds < 1:
        raise BadRounds("at least one round", expected=1, computed=rounds)
    salt = SALT_TAG + election_id_octets(election_id)
    seed = hashlib.pbkdf2_hmac("sha256", code, salt, rounds, dklen=ed25519.SEED_BYTES)
    return Credential(seed=seed, key=ed25519.public_key(seed))
