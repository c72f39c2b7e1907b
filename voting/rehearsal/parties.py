# SPDX-License-Identifier: AGPL-3.0-or-later
"""Throw-away registrar, trustees and voters, all in this process (docs/operations.md, "run_election").

The same keys, cards, shares and signatures as on separate machines, with none of the separation: a rehearsal,
and the manifest says so. Credentials are random keys; no code is derived.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from tally.crypto import ed25519, sealed
from tally.dealer.dealing import check_cards, deal_key
from tally.record.manifest import Manifest
from tally.record.roll import Roll
from tally.station.accepting import take_over
from tally.station.keyfile import Secrets

Entropy = Callable[[int], bytes]
_VOTER_TAG = b"veritally/rehearsal-voter/1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Everybody's secrets; voters' seeds follow from one, so that other processes need no list of them."""

    registrar: bytes = field(repr=False)
    trustees: tuple[Secrets, ...] = field(repr=False)
    voters: bytes = field(repr=False)

    @classmethod
    def make(cls, *, trustees: int, entropy: Entropy) -> "Parties":
        """Draw all keys but the voters' own."""
        return cls(
            registrar=entropy(ed25519.SEED_BYTES),
            trustees=tuple(
                Secrets(
                    name=f"Trustee {number}",
                    seed=entropy(ed25519.SEED_BYTES),
                    decryption_key=entropy(sealed.X25519_BYTES),
                )
                for number in range(1, trustees + 1)
            ),
            voters=entropy(ed25519.SEED_BYTES),
        )

    def roll(self, election_id: str, voters: int) -> bytes:
        """Return the signed roll of this many voters, each of weight 1."""
        weights = {ed25519.public_key(voter_seed(self.voters, number)): 1 for number in range(voters)}
        return Roll.of(election_id, weights).sign(self.registrar).to_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The draft of the key record, every trustee's acknowledgement, and their secrets with the shares."""

    draft: bytes
    acknowledgements: tuple[bytes, ...]
    trustees: tuple[Secrets, ...] = field(repr=False)


def voter_seed(voters: bytes, number: int) -> bytes:
    """Return the Ed25519 seed of one voter: SHA-256(tag ‖ the voters' seed ‖ u32be number)."""
    return hashlib.sha256(_VOTER_TAG + voters + number.to_bytes(4, "big")).digest()


def make_keys(
    parties: Parties, manifest: Manifest, *, entropy: Entropy, allow_test_modulus: bool = False
) -> Keys:
    """Deal the key and let every trustee take over a share, checking all that a trustee checks."""
    check_cards(manifest, [secrets.card() for secrets in parties.trustees])
    dealt = deal_key(manifest, entropy=entropy)
    taken = [
        take_over(
            secrets,
            manifest=manifest.to_bytes(),
            draft=dealt.draft,
            share=share,
            allow_test_modulus=allow_test_modulus,
        )
        for secrets, share in zip(parties.trustees, dealt.shares, strict=True)
    ]
    pairs = zip(parties.trustees, taken, strict=True)
    return Keys(
        draft=dealt.draft,
        acknowledgements=tuple(one.acknowledgement.to_bytes() for one in taken),
        trustees=tuple(secrets.with_share(one.share) for secrets, one in pairs),
    )
