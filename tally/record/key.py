# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key record: n, its certificate, the trustees' verification keys (docs/spec/record.md, "Key").

The certificate and the sharing are verified by `tally.crypto.certificate` and `tally.crypto.threshold`; what
is checked here is that the record belongs to its manifest, and that every trustee signed it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from gmpy2 import mpz

from bulletin_board.codec.canonical import Value, encode, parse
from bulletin_board.codec.fields import Fields, number_text, octets_text
from tally.crypto import ed25519
from tally.crypto.certificate import NTH_ROOTS, SQUARE_ROOTS, Certificate
from tally.crypto.errors import CryptoError
from tally.crypto.parameters import derive_base
from tally.crypto.threshold import ThresholdKey
from tally.record.arrays import numbers_value, read_numbers, read_octets
from tally.record.base import SIGNATURE_BYTES, Record, check_same_election
from tally.record.errors import (
    BadAcknowledgement,
    BaseMismatch,
    EvenModulus,
    KeyKindMismatch,
    TrusteesMismatch,
    WrongModulusSize,
)
from tally.record.manifest import Manifest, read_election_id
from tally.record.parties import MAX_TRUSTEES, read_key_kind

LIMIT = 256 * 1024  # bytes
_ACKNOWLEDGEMENT_FORMAT = "veritally/key-acknowledgement/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord(Record):
    """The election's public key; `acknowledgements` are the signatures of trustees 1..l, in order."""

    FORMAT: ClassVar[str] = "veritally/key/1"
    election_id: str
    kind: str
    modulus: int
    h: int
    trustees: int
    threshold: int
    gamma0: int
    verification_base: int
    verification_keys: tuple[int, ...]
    nth_roots: tuple[int, ...]
    square_roots: tuple[int, ...]
    transcript: str
    acknowledgements: tuple[bytes, ...] = ()

    @property
    def threshold_key(self) -> ThresholdKey:
        """The public side of the sharing, for `tally.crypto.threshold`."""
        return ThresholdKey(
            n=mpz(self.modulus),
            gamma0=mpz(self.gamma0),
            base=mpz(self.verification_base),
            keys=tuple(map(mpz, self.verification_keys)),
            threshold=self.threshold,
        )

    @property
    def certificate(self) -> Certificate:
        """The certificate of n, for `tally.crypto.certificate`."""
        return Certificate(nth_roots=self.nth_roots, square_roots=self.square_roots)

    def check(self, manifest: Manifest) -> None:
        """Check that this is the key that `manifest` promises, and that every trustee acknowledged it.

        Raises ForeignRecord, a KeyRecordError or BadAcknowledgement.
        """
        check_same_election(manifest.election_id, self.election_id)
        self._check_promises(manifest)
        base = derive_base(self.modulus)
        if self.h != base:
            raise BaseMismatch("h is not derived from n", expected=int(base), computed=self.h)
        self.check_acknowledgements([member.signing_key for member in manifest.trustees.members])

    def _check_promises(self, manifest: Manifest) -> None:
        if self.kind != manifest.trustees.key:
            raise KeyKindMismatch("kind of key", expected=manifest.trustees.key, computed=self.kind)
        k, l = manifest.trustees.threshold, len(manifest.trustees.members)  # noqa: E741  # the protocol's letters
        if (self.threshold, self.trustees) != (k, l):
            stated = f"{self.threshold} of {self.trustees}"
            raise TrusteesMismatch("k of l", expected=f"{k} of {l}", computed=stated)
        check_modulus(self.modulus, manifest.parameters.modulus_bits)

    def acknowledge(self, index: int, seed: bytes) -> bytes:
        """Return the signature by which trustee `index` (from 1) accepts this record."""
        return ed25519.sign(seed, self._acknowledged(index))

    def with_acknowledgements(self, acknowledgements: Sequence[bytes]) -> "KeyRecord":
        """Return the record with the signatures of all trustees, in order."""
        return replace(self, acknowledgements=tuple(acknowledgements))

    def check_acknowledgements(self, signing_keys: Sequence[bytes]) -> None:
        """Raise BadAcknowledgement, naming the first trustee (from 1) whose signature does not verify."""
        found = self.acknowledgements
        if len(found) != len(signing_keys):
            raise BadAcknowledgement("acknowledgements", expected=len(signing_keys), computed=len(found))
        for index, (key, signature) in enumerate(zip(signing_keys, found, strict=True), start=1):
            try:
                ed25519.verify(key, self._acknowledged(index), signature)
            except CryptoError as error:
                raise BadAcknowledgement(f"acknowledgement of trustee {index}: {error}") from error

    def _acknowledged(self, index: int) -> bytes:
        record = hashlib.sha256(encode(self.unacknowledged_value())).digest()
        digest = hashlib.sha256(index.to_bytes(4, "big") + record).digest()
        return ed25519.signing_message(_ACKNOWLEDGEMENT_FORMAT, digest)

    def unacknowledged_value(self) -> dict[str, Value]:
        """Return the record as a JSON object without its acknowledgements."""
        width = self.modulus.bit_length() // 8
        return {
            "format": self.FORMAT,
            "election_id": self.election_id,
            "kind": self.kind,
            "modulus": number_text(self.modulus, width),
            "h": number_text(self.h, 2 * width),
            "trustees": self.trustees,
            "threshold": self.threshold,
            "gamma0": number_text(self.gamma0, width),
            "verification_base": number_text(self.verification_base, width),
            "verification_keys": numbers_value(self.verification_keys, width),
            "nth_roots": numbers_value(self.nth_roots, width),
            "square_roots": numbers_value(self.square_roots, width),
            "transcript": self.transcript,
        }

    def to_value(self) -> dict[str, Value]:
        """Return the record as a JSON object."""
        return {
            **self.unacknowledged_value(),
            "acknowledgements": [octets_text(signature) for signature in self.acknowledgements],
        }

    @classmethod
    def from_bytes(cls, data: bytes, *, modulus_bits: int) -> "KeyRecord":
        """Return the record of canonical bytes; raises the codec's errors or a KeyRecordError."""
        fields = Fields(parse(data, limit=LIMIT), "key")
        fields.constant("format", cls.FORMAT)
        width = modulus_bits // 8
        trustees = fields.integer("trustees", 1, MAX_TRUSTEES)
        record = cls(
            election_id=read_election_id(fields),
            kind=read_key_kind(fields, "kind"),
            modulus=fields.number("modulus", width),
            h=fields.number("h", 2 * width),
            trustees=trustees,
            threshold=fields.integer("threshold", 1, trustees),
            gamma0=fields.number("gamma0", width),
            verification_base=fields.number("verification_base", width),
            verification_keys=read_numbers(fields, "verification_keys", count=trustees, width=width),
            nth_roots=read_numbers(fields, "nth_roots", count=NTH_ROOTS, width=width),
            square_roots=read_numbers(fields, "square_roots", count=SQUARE_ROOTS, width=width),
            transcript=fields.digest("transcript"),
            acknowledgements=read_octets(fields, "acknowledgements", [SIGNATURE_BYTES] * trustees),
        )
        fields.done()
        check_modulus(record.modulus, modulus_bits)
        return record


def check_modulus(modulus: int, modulus_bits: int) -> None:
    """Raise WrongModulusSize or EvenModulus; whether n is a good modulus is the certificate's business."""
    if modulus.bit_length() != modulus_bits:
        raise WrongModulusSize("bits of n", expected=modulus_bits, computed=modulus.bit_length())
    if modulus % 2 == 0:
        raise EvenModulus("n is even")
