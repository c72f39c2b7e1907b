# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking over a share: everything a trustee checks before signing for it (docs/trustees.md).

Pure: bytes in, the share and the signed acknowledgement out. The key file is written by keyfile.py, before
the acknowledgement is shown to anyone.
"""

import hashlib
from dataclasses import dataclass

import gmpy2
from gmpy2 import mpz

from tally import opened
from tally.crypto.parameters import derive_base
from tally.crypto.threshold import share_bound
from tally.key_draft import KeyAcknowledgement, draft_bytes, read_draft
from tally.record.key import KeyRecord
from tally.record.manifest import Manifest
from tally.record.parties import DEALT
from tally.station.card import Card
from tally.station.errors import KeyRefused, NotListed, ShareRefused
from tally.station.keyfile import Secrets
from tally.station.share import Share, unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """What `take_over` found: the share to be kept, and what may be shown once it is."""

    manifest: Manifest
    share: Share
    acknowledgement: KeyAcknowledgement


def take_over(
    secrets: Secrets, *, manifest: bytes, draft: bytes, share: bytes, allow_test_modulus: bool = False
) -> Takeover:
    """Check manifest, key and share, and sign for them.

    Raises NotListed, KeyRefused, ShareRefused; RecordError, BoardError, ContestError or CryptoError for a
    part that does not hold by itself.
    """
    election = Manifest.from_bytes(manifest, allow_test_modulus=allow_test_modulus)
    record = read_draft(draft, modulus_bits=election.parameters.modulus_bits)
    index = trustee_of(election, secrets.card())
    check_key(record, election)
    mine = unseal(share, secrets.decryption_key, election_id=election.election_id, trustee=index)
    check_share(mine, record)
    acknowledgement = KeyAcknowledgement(
        election_id=election.election_id,
        trustee=index,
        signature=record.acknowledge(index, secrets.seed),
    )
    return Takeover(manifest=election, share=mine, acknowledgement=acknowledgement)


def trustee_of(manifest: Manifest, card: Card) -> int:
    """Return the number (from 1) under which the manifest lists a card's keys. Raises NotListed."""
    for index, member in enumerate(manifest.trustees.members, start=1):
        if (member.signing_key, member.encryption_key) == (card.signing_key, card.encryption_key):
            return index
    raise NotListed(
        "the manifest does not list this key file's keys as one trustee", expected=card.fingerprint
    )


def check_key(record: KeyRecord, manifest: Manifest) -> None:
    """The key is the one that the manifest promises, sound, and dealt for this very manifest.

    Raises KeyRefused, CertificateError, VerificationKeyError.
    """
    promised = (
        ("election", manifest.election_id, record.election_id),
        ("kind", manifest.trustees.key, record.kind),
        ("number of trustees", len(manifest.trustees.members), record.trustees),
        ("threshold", manifest.trustees.threshold, record.threshold),
        ("h", derive_base(record.modulus), record.h),
    )
    for name, expected, computed in promised:
        if computed != expected:
            raise KeyRefused(f"the key record has another {name}", expected=expected, computed=computed)
    check_manifest(record, manifest)
    opened.check_certificate(record)
    opened.check_verification_keys(record)


def check_manifest(record: KeyRecord, manifest: Manifest) -> None:
    """A dealt key names, as its transcript, the manifest that it was dealt for. Raises KeyRefused."""
    if record.kind == DEALT and record.transcript != manifest.payload_sha256:
        raise KeyRefused(
            "the key was dealt for another manifest",
            expected=manifest.payload_sha256,
            computed=record.transcript,
        )


def check_share(share: Share, record: KeyRecord) -> None:
    """The share belongs to this key, is in range, and v^s_i = v_i. Raises ShareRefused."""
    digest = hashlib.sha256(draft_bytes(record)).hexdigest()
    if share.key_sha256 != digest:
        raise ShareRefused("the share belongs to another key", expected=digest, computed=share.key_sha256)
    bound = share_bound(record.trustees, record.threshold, record.modulus.bit_length())
    if not 0 < share.exponent < bound:
        raise ShareRefused("the share lies outside its range")
    n = mpz(record.modulus)
    computed = gmpy2.powmod_sec(mpz(record.verification_base), mpz(share.exponent), n)
    if computed != record.verification_keys[share.trustee - 1]:
        raise ShareRefused(f"the share is not the one that verification key {share.trustee} commits to")
