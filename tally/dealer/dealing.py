# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making a dealt key, checking it, and sealing the shares (docs/trustees.md, "Dealt keys").

Pure but for the entropy. Shares leave only sealed to the keys on the trustees' cards, which the dealer was
given by the trustees and not by the server. The factors of n live in `tally.crypto.dealing.deal` and in the
oracle, until this process ends.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gmpy2 import mpz

from tally.crypto.dealing import DealtKey, deal, uniform
from tally.crypto.errors import CryptoError
from tally.crypto.paillier import encrypt
from tally.crypto.parameters import PublicKey
from tally.crypto.phe_oracle import PublicOracle
from tally.crypto.threshold import combine_root, plaintext_of, prove_share, verify_opening, verify_share
from tally.dealer.errors import CardsDiffer, KeyFailed
from tally.key_draft import draft_bytes
from tally.opened import check_certificate, check_verification_keys, key_context
from tally.record.key import KeyRecord
from tally.record.manifest import Manifest
from tally.record.parties import DEALT
from tally.station.card import Card
from tally.station.share import Share, seal

Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """What leaves the dealer: the draft of the key record, and a sealed share for trustees 1..l."""

    draft: bytes
    shares: tuple[bytes, ...]


def check_cards(manifest: Manifest, cards: Sequence[Card]) -> None:
    """The cards, in any order, are those of the manifest's trustees. Raises CardsDiffer."""
    given = {card.trustee for card in cards}
    for index, member in enumerate(manifest.trustees.members, start=1):
        if member not in given:
            raise CardsDiffer(f"no card given is that of trustee {index}, {member.name}")
    if len(cards) != len(manifest.trustees.members):
        raise CardsDiffer("number of cards", expected=len(manifest.trustees.members), computed=len(cards))


def deal_key(manifest: Manifest, *, entropy: Entropy) -> Dealt:
    """Make the key of an election whose cards were checked. Raises KeyFailed."""
    trustees = manifest.trustees
    dealt = deal(
        bits=manifest.parameters.modulus_bits,
        trustees=len(trustees.members),
        threshold=trustees.threshold,
        context=key_context(manifest.election_id),
        entropy=entropy,
    )
    record = _record(manifest, dealt)
    try:
        check_dealt(record, dealt, entropy=entropy)
    except CryptoError as error:
        raise KeyFailed(f"the new key does not hold: {type(error).__name__}") from None
    return Dealt(draft=draft_bytes(record), shares=_sealed_shares(manifest, record, dealt, entropy))


def check_dealt(record: KeyRecord, dealt: DealtKey, *, entropy: Entropy) -> None:
    """Certificate, verification keys, and two ciphertexts, ours and phe's, decrypted by shares and by phe.

    Raises KeyFailed, CryptoError.
    """
    check_certificate(record)
    check_verification_keys(record)
    key = PublicKey.from_modulus(record.modulus)
    message = uniform(key.n, entropy)
    randomness = uniform(mpz(1) << key.randomness_bits, entropy)
    for ciphertext in (encrypt(key, message, randomness), PublicOracle(key.n).encrypt(message)):
        _check_decrypts(dealt, ciphertext, message, entropy)


def _check_decrypts(dealt: DealtKey, ciphertext: mpz, message: mpz, entropy: Entropy) -> None:
    n = dealt.key.n
    x = ciphertext % n
    partials = {}
    for index, share in enumerate(dealt.shares, start=1):
        partials[index], proof = prove_share(dealt.key, index, x, share, entropy=entropy)
        verify_share(dealt.key, index, x, partials[index], proof)
    first, last = partials, {index: partials[index] for index in sorted(partials)[-dealt.key.threshold :]}
    for subset in (first, last):
        root = combine_root(dealt.key, x, subset)
        verify_opening(n, ciphertext, plaintext_of(n, ciphertext, root), root)
        if plaintext_of(n, ciphertext, root) != message:
            raise KeyFailed("the shares decrypt to something else")
    if dealt.oracle.decrypt(ciphertext) != message:
        raise KeyFailed("phe decrypts to something else")


def _record(manifest: Manifest, dealt: DealtKey) -> KeyRecord:
    key = dealt.key
    return KeyRecord(
        election_id=manifest.election_id,
        kind=DEALT,
        modulus=int(key.n),
        h=int(PublicKey.from_modulus(key.n).base),
        trustees=key.trustees,
        threshold=key.threshold,
        gamma0=int(key.gamma0),
        verification_base=int(key.base),
        verification_keys=tuple(map(int, key.keys)),
        nth_roots=dealt.certificate.nth_roots,
        square_roots=dealt.certificate.square_roots,
        transcript=manifest.payload_sha256,
    )


def _sealed_shares(
    manifest: Manifest, record: KeyRecord, dealt: DealtKey, entropy: Entropy
) -> tuple[bytes, ...]:
    digest = hashlib.sha256(draft_bytes(record)).hexdigest()
    pairs = zip(manifest.trustees.members, dealt.shares, strict=True)
    return tuple(
        seal(
            Share(
                election_id=manifest.election_id,
                trustee=index,
                key_sha256=digest,
                secret=secret.to_bytes(-(-secret.bit_length() // 8), "big"),
            ),
            member.encryption_key,
            entropy=entropy,
        )
        for index, (member, secret) in enumerate(pairs, start=1)
    )
