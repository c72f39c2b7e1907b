# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys that voters made themselves, and who they are of (docs/spec/credentials.md, section "Registration").

A registration is signed by the key that it registers, and names its person by a digest: nobody's proof
serves for somebody else, or in another election. Whether a person may vote is judged elsewhere, and whether
the server that collected the registrations is honest about whose key is whose cannot be seen here
(docs/threat-model.md).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value, encode, parse
from bulletin_board.codec.fields import Fields, octets_text
from bulletin_board.errors import OutOfRange
from tally.crypto.errors import CryptoError
from tally.record.base import KEY_BYTES, Signed, check_same_election, read_signature
from tally.record.errors import RecordError
from tally.record.manifest import read_election_id
from tally.record.roll import Roll
from tally.registrar.errors import CopiedProof, DuplicateCredential, DuplicateRegistrant, RegistrarError
from tally.registrar.rolls import make_roll

EMAIL, OIDC = "email", "oidc"
LIMIT = 2_048  # bytes, one registration
FILE_LIMIT = 256 << 20
_FILE_FORMAT = "veritally/registrations/1"
_REGISTRANT_FORMAT = "veritally/registrant/1"
_NAME_LIMIT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrant:
    """A person as the server knows them: an address, or a subject (`name`) of an identity provider."""

    kind: str
    name: str
    issuer: str = ""

    def to_value(self) -> dict[str, Value]:
        """Return the person as a JSON object."""
        return {"kind": self.kind, "issuer": self.issuer, "name": self.name}

    def digest(self, election_id: str) -> str:
        """Return what a registration in this election names the person by."""
        named: dict[str, Value] = {
            **self.to_value(),
            "format": _REGISTRANT_FORMAT,
            "election_id": election_id,
        }
        return hashlib.sha256(encode(named)).hexdigest()

    @classmethod
    def read(cls, fields: Fields) -> "Registrant":
        """Return the person of an object; raises the codec's errors."""
        kind = fields.text("kind", limit=8)
        if kind not in {EMAIL, OIDC}:
            raise OutOfRange("no kind of registrant", expected=(EMAIL, OIDC), computed=kind)
        issuer = fields.text("issuer", limit=_NAME_LIMIT, empty=kind == EMAIL)
        found = cls(kind=kind, issuer=issuer, name=fields.text("name", limit=_NAME_LIMIT))
        fields.done()
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Signed):
    """`subject` is the digest of the person, in hexadecimal; signed under `credential`."""

    FORMAT: ClassVar[str] = "veritally/registration/1"
    election_id: str
    credential: bytes
    subject: str
    signature: bytes = b""

    def unsigned_value(self) -> dict[str, Value]:
        """Return the registration as a JSON object without its signature."""
        return {
            "format": self.FORMAT,
            "election_id": self.election_id,
            "credential": octets_text(self.credential),
            "subject": self.subject,
        }

    def check(self, election_id: str, registrant: Registrant) -> None:
        """Check that it is of this election and person, and that whoever made it has the key.

        Raises ForeignRecord, CopiedProof, and the CryptoErrors of an unsafe key or a bad signature.
        """
        check_same_election(election_id, self.election_id)
        expected = registrant.digest(election_id)
        if self.subject != expected:
            raise CopiedProof(
                "the proof was made for somebody else", expected=expected, computed=self.subject
            )
        self.check_signature(self.credential)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Registration":
        """Return the registration of canonical bytes; raises the codec's errors."""
        return cls.read(Fields(parse(data, limit=LIMIT), "registration"))

    @classmethod
    def read(cls, fields: Fields) -> "Registration":
        """Return the registration of an object; raises the codec's errors."""
        fields.constant("format", cls.FORMAT)
        found = cls(
            election_id=read_election_id(fields),
            credential=fields.octets("credential", KEY_BYTES),
            subject=fields.digest("subject"),
            signature=read_signature(fields),
        )
        fields.done()
        return found


def registrations_file(election_id: str, approved: Iterable[tuple[Registrant, Registration]]) -> bytes:
    """Return the file that the office hands to the registrar, in any order."""
    return encode(
        {
            "format": _FILE_FORMAT,
            "election_id": election_id,
            "registrations": [
                {"registrant": registrant.to_value(), "registration": registration.to_value()}
                for registrant, registration in approved
            ],
        }
    )


def read_registrations(data: bytes, election_id: str) -> tuple[tuple[Registrant, Registration], ...]:
    """Return what stands in a file, every proof checked, no person and no key twice.

    Raises ForeignRecord, CopiedProof, DuplicateRegistrant, DuplicateCredential, CryptoErrors, and the codec's
    errors; the message says which registration, counted from 1.
    """
    fields = Fields(parse(data, limit=FILE_LIMIT), "registrations")
    fields.constant("format", _FILE_FORMAT)
    check_same_election(election_id, read_election_id(fields))
    items = fields.items("registrations", low=1)
    fields.done()
    found = tuple(_read(item, index) for index, item in enumerate(items))
    _check_all(found, election_id)
    return found


def roll_of_registrations(data: bytes, election_id: str, registrar_seed: bytes) -> Roll:
    """Return the signed roll of a file; every voter has weight 1. Raises what `read_registrations` does."""
    found = read_registrations(data, election_id)
    return make_roll(election_id, ((one.credential, 1) for _, one in found), registrar_seed)


def _read(item: Value, index: int) -> tuple[Registrant, Registration]:
    fields = Fields(item, f"registrations[{index}]")
    found = (
        Registrant.read(fields.object("registrant")),
        Registration.read(fields.object("registration")),
    )
    fields.done()
    return found


def _check_all(found: Iterable[tuple[Registrant, Registration]], election_id: str) -> None:
    people: set[Registrant] = set()
    keys: set[bytes] = set()
    for number, (registrant, registration) in enumerate(found, start=1):
        try:
            registration.check(election_id, registrant)
        except (CryptoError, RecordError, RegistrarError) as error:
            error.args = (f"registration {number}: {error.args[0]}",)
            raise
        if registrant in people:
            raise DuplicateRegistrant(f"registration {number}: a person who stands there already")
        if registration.credential in keys:
            raise DuplicateCredential(f"registration {number}: a key that somebody else has")
        people.add(registrant)
        keys.add(registration.credential)
