# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trustee's share of the decryption, with the proofs of it (docs/spec/record.md, "Share").

One partial root for each aggregate of the manifest, always all of them. The proofs are verified by
`tally.crypto.threshold`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields, octets_text
from tally.crypto.errors import CryptoError
from tally.crypto.threshold import CHALLENGE_BYTES, ShareProof, proof_response_width
from tally.record.acknowledgement import Acknowledgement
from tally.record.arrays import numbers_value, read_numbers, read_octets
from tally.record.base import SIGNATURE_BYTES, Signed, read_signature
from tally.record.errors import AcknowledgementsNotSorted, BadAcknowledgement
from tally.record.head import Head
from tally.record.manifest import Manifest

_FRAME_BYTES = 4_096  # everything but partials and proofs, with room to spare


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareShape:
    """What a parser must expect: |n|, the number of aggregates, l, and the bytes of a proof's response."""

    modulus_bits: int
    aggregates: int
    trustees: int
    response_width: int

    @classmethod
    def of(cls, manifest: Manifest) -> "ShareShape":
        """Return the shape of an election's shares."""
        bits, trustees = manifest.parameters.modulus_bits, len(manifest.trustees.members)
        return cls(
            modulus_bits=bits,
            aggregates=len(manifest.aggregates),
            trustees=trustees,
            response_width=proof_response_width(trustees, manifest.trustees.threshold, bits),
        )

    @property
    def residue_width(self) -> int:
        """Bytes of a residue modulo n."""
        return self.modulus_bits // 8

    @property
    def size_limit(self) -> int:
        """A bound on the canonical bytes of a share."""
        widths = self.residue_width + CHALLENGE_BYTES + self.response_width
        return _FRAME_BYTES + self.aggregates * (2 * widths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Signed):
    """`partials` and `proofs` in the order of the manifest's aggregates; trustees count from 1.

    `acknowledgements` = ((trustee, signature), …), strictly increasing by trustee, on `head` and `counted`.
    """

    FORMAT: ClassVar[str] = "veritally/share/1"
    shape: ShareShape = field(repr=False)
    election: str
    trustee: int
    head: Head
    counted: str
    acknowledgements: tuple[tuple[int, bytes], ...]
    partials: tuple[int, ...]
    proofs: tuple[ShareProof, ...]
    signature: bytes = b""

    def check_acknowledgements(self, signing_keys: Sequence[bytes]) -> None:
        """Raise BadAcknowledgement, naming the trustee, for the first that does not verify.

        `signing_keys` are those of trustees 1..l. How many acknowledgements there must be is not known here.
        """
        for trustee, signature in self.acknowledgements:
            if not 1 <= trustee <= len(signing_keys):
                raise BadAcknowledgement(f"acknowledgement of trustee {trustee}: no such trustee")
            acknowledgement = Acknowledgement(
                election=self.election,
                trustee=trustee,
                head=self.head,
                counted=self.counted,
                signature=signature,
            )
            try:
                acknowledgement.check_signature(signing_keys[trustee - 1])
            except CryptoError as error:
                raise BadAcknowledgement(f"acknowledgement of trustee {trustee}: {error}") from error

    def unsigned_value(self) -> dict[str, Value]:
        """Return the share as a JSON object without its signature."""
        return {
            "format": self.FORMAT,
            "election": self.election,
            "trustee": self.trustee,
            "head": self.head.to_value(),
            "counted": self.counted,
            "acknowledgements": [
                [trustee, octets_text(signature)] for trustee, signature in self.acknowledgements
            ],
            "partials": numbers_value(self.partials, self.shape.residue_width),
            "proofs": [octets_text(_pack(proof, self.shape.response_width)) for proof in self.proofs],
        }

    @classmethod
    def from_bytes(cls, data: bytes, shape: ShareShape) -> "Share":
        """Return the share of canonical bytes; raises the codec's errors or AcknowledgementsNotSorted."""
        fields = Fields(parse(data, limit=shape.size_limit), "share")
        fields.constant("format", cls.FORMAT)
        proof_width = CHALLENGE_BYTES + shape.response_width
        proofs = read_octets(fields, "proofs", [proof_width] * shape.aggregates)
        share = cls(
            shape=shape,
            election=fields.digest("election"),
            trustee=fields.integer("trustee", 1, shape.trustees),
            head=Head.read(fields.object("head")),
            counted=fields.digest("counted"),
            acknowledgements=_read_acknowledgements(fields, shape.trustees),
            partials=read_numbers(fields, "partials", count=shape.aggregates, width=shape.residue_width),
            proofs=tuple(map(_unpack, proofs)),
            signature=read_signature(fields),
        )
        fields.done()
        return share


def _pack(proof: ShareProof, width: int) -> bytes:
    return proof.challenge.to_bytes(CHALLENGE_BYTES, "big") + proof.response.to_bytes(width, "big")


def _unpack(data: bytes) -> ShareProof:
    challenge, response = data[:CHALLENGE_BYTES], data[CHALLENGE_BYTES:]
    return ShareProof(challenge=int.from_bytes(challenge, "big"), response=int.from_bytes(response, "big"))


def _read_acknowledgements(fields: Fields, trustees: int) -> tuple[tuple[int, bytes], ...]:
    rows = fields.items("acknowledgements", high=trustees)
    path = fields.path("acknowledgements")
    found = tuple(_read_row(row, f"{path}[{index}]", trustees) for index, row in enumerate(rows))
    numbers = [trustee for trustee, _ in found]
    if numbers != sorted(set(numbers)):
        raise AcknowledgementsNotSorted("trustees are not in increasing order", computed=tuple(numbers))
    return found


def _read_row(row: Value, name: str, trustees: int) -> tuple[int, bytes]:
    trustee, signature = Fields({"row": row}, name).items("row", low=2, high=2)
    fields = Fields({"trustee": trustee, "signature": signature}, name)
    return fields.integer("trustee", 1, trustees), fields.octets("signature", SIGNATURE_BYTES)
