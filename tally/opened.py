# SPDX-License-Identifier: AGPL-3.0-or-later
"""An opened election: manifest, roll, key record, and the opening entry that binds them.

What voters, server, stations and verifiers all stand on (docs/spec/record.md, "Fingerprint"). It binds when
made; the checks that cost time are functions of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tally.crypto.certificate import verify_certificate
from tally.crypto.parameters import PublicKey
from tally.crypto.threshold import check_threshold_key
from tally.enrolment import Enrolment
from tally.record.key import KeyRecord
from tally.record.manifest import Manifest
from tally.record.opening import Opening
from tally.record.roll import Roll
from tally.record.shape import BallotShape


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedElection:
    """The four records and what follows from them at once; `weights` is by credential."""

    manifest: Manifest
    roll: Roll
    key_record: KeyRecord
    opening: Opening
    public_key: PublicKey = field(repr=False)
    shape: BallotShape = field(repr=False)
    weights: Mapping[bytes, int] = field(repr=False)

    @classmethod
    def from_payloads(
        cls, *, manifest: bytes, roll: bytes, key: bytes, opening: bytes, allow_test_modulus: bool = False
    ) -> "OpenedElection":
        """Parse the four payloads and bind them.

        Raises BoardError, RecordError, ContestError or CryptoError.
        """
        parsed = Manifest.from_bytes(manifest, allow_test_modulus=allow_test_modulus)
        return cls.from_records(
            manifest=parsed,
            roll=Roll.from_bytes(roll),
            key_record=KeyRecord.from_bytes(key, modulus_bits=parsed.parameters.modulus_bits),
            opening=Opening.from_bytes(opening),
        )

    @classmethod
    def from_records(
        cls, *, manifest: Manifest, roll: Roll, key_record: KeyRecord, opening: Opening
    ) -> "OpenedElection":
        """Bind four parsed records. Raises OpeningMismatch."""
        opening.check(
            manifest=manifest.payload_sha256, roll=roll.payload_sha256, key=key_record.payload_sha256
        )
        return cls(
            manifest=manifest,
            roll=roll,
            key_record=key_record,
            opening=opening,
            public_key=PublicKey.from_modulus(key_record.modulus),
            shape=manifest.ballot_shape(),
            weights=roll.weights(),
        )

    @property
    def fingerprint(self) -> str:
        """64 hexadecimal digits: what ballots and everything after the opening are bound to."""
        return self.opening.fingerprint

    def enrolment(self) -> Enrolment:
        """Return the roll as it stands at the opening, to be fed with roll changes."""
        return Enrolment(self.weights, room=self.manifest.parameters.roll_capacity - self.roll.weight)

    @property
    def tallied(self) -> tuple[tuple[int, ...], ...]:
        """By contest, the variables that are tallied."""
        return tuple(
            tuple(index for index, variable in enumerate(program.variables) if variable.counters)
            for program in self.manifest.program
        )


def key_context(election_id: str) -> bytes:
    """What certificate and verification base are bound to: the random id made with the draft."""
    return bytes.fromhex(election_id)


def check_certificate(record: KeyRecord) -> None:
    """The full certificate of n, in this election's context. Raises CertificateError."""
    bits = record.modulus.bit_length()
    verify_certificate(record.modulus, bits, key_context(record.election_id), record.certificate)


def check_verification_keys(record: KeyRecord) -> None:
    """Every quorum of trustees can extract roots. Raises VerificationKeyError."""
    check_threshold_key(record.threshold_key, key_context(record.election_id))
