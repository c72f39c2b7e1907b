# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ballot as it stands on the board (docs/spec/record.md, "Ballot").

Reading makes checks 1 and 2 of the protocol as far as they need no n; `check_ranges` adds c < N. The
proof is the business of `tally.crypto.membership`, roll and order that of `tally.casting`.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields, number_text, octets_text
from tally.crypto.membership import BallotProof, StatementProof
from tally.record.arrays import numbers_value, read_numbers, read_octets
from tally.record.base import KEY_BYTES, Signed, read_signature
from tally.record.errors import CiphertextOutOfRange, RepeatedCiphertext
from tally.record.responses import pack_proof, unpack_proof
from tally.record.shape import CHALLENGE_BYTES, BallotShape, ContestShape


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotContest:
    """The ciphertexts of one contest, and the proof of each of its statements."""

    ciphertexts: tuple[int, ...]
    proofs: tuple[StatementProof, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot(Signed):
    """`election` is the fingerprint, `supersedes` the tracker of this credential's previous ballot or ""."""

    FORMAT: ClassVar[str] = "veritally/ballot/1"
    shape: BallotShape = field(repr=False)
    election: str
    credential: bytes
    supersedes: str
    challenge: int
    contests: tuple[BallotContest, ...]
    signature: bytes = b""

    @classmethod
    def of(
        cls,
        shape: BallotShape,
        *,
        election: str,
        credential: bytes,
        supersedes: str,
        ciphertexts: tuple[int, ...],
        proof: BallotProof,
    ) -> "Ballot":
        """Return the unsigned ballot of flat ciphertexts and proofs, cut up into the contests of `shape`."""
        contests, left, proofs = [], list(map(int, ciphertexts)), list(proof.statements)
        for part in shape.contests:
            variables, statements = part.variables, len(part.statements)
            contests.append(
                BallotContest(ciphertexts=tuple(left[:variables]), proofs=tuple(proofs[:statements]))
            )
            left, proofs = left[variables:], proofs[statements:]
        return cls(
            shape=shape,
            election=election,
            credential=credential,
            supersedes=supersedes,
            challenge=proof.challenge,
            contests=tuple(contests),
        )

    @property
    def tracker(self) -> str:
        """SHA-256 of the unsigned bytes, in hexadecimal: the ballot's name, without its signature."""
        return self.digest().hex()

    @property
    def ciphertexts(self) -> tuple[int, ...]:
        """All ciphertexts in manifest order."""
        return tuple(number for contest in self.contests for number in contest.ciphertexts)

    @property
    def proof(self) -> BallotProof:
        """The proof of all statements, in the order of `shape.statements`."""
        proofs = tuple(proof for contest in self.contests for proof in contest.proofs)
        return BallotProof(challenge=self.challenge, statements=proofs)

    def check_ranges(self, modulus: int) -> None:
        """Raise CiphertextOutOfRange unless 0 < c < N for every ciphertext; `modulus` is N = n²."""
        for number in self.ciphertexts:
            if not 0 < number < modulus:
                raise CiphertextOutOfRange("a ciphertext lies outside (0, N)")

    def unsigned_value(self) -> dict[str, Value]:
        """Return the ballot as a JSON object without its signature."""
        return {
            "format": self.FORMAT,
            "election": self.election,
            "credential": octets_text(self.credential),
            "supersedes": self.supersedes,
            "challenge": number_text(self.challenge, CHALLENGE_BYTES),
            "contests": [
                _contest_value(contest, part, self.shape.ciphertext_width)
                for contest, part in zip(self.contests, self.shape.contests, strict=True)
            ],
        }

    @classmethod
    def from_bytes(cls, data: bytes, shape: BallotShape) -> "Ballot":
        """Return the ballot of canonical bytes of exactly this shape.

        Raises the codec's errors, CiphertextOutOfRange (0), RepeatedCiphertext, ResponseOutOfRange.
        """
        fields = Fields(parse(data, limit=shape.size_limit), "ballot")
        fields.constant("format", cls.FORMAT)
        contests = fields.objects("contests", low=len(shape.contests), high=len(shape.contests))
        ballot = cls(
            shape=shape,
            election=fields.digest("election"),
            credential=fields.octets("credential", KEY_BYTES),
            supersedes=_read_supersedes(fields),
            challenge=fields.number("challenge", CHALLENGE_BYTES),
            contests=tuple(
                _read_contest(reader, part, shape.ciphertext_width)
                for reader, part in zip(contests, shape.contests, strict=True)
            ),
            signature=read_signature(fields),
        )
        fields.done()
        _check_ciphertexts(ballot.ciphertexts)
        return ballot


def _contest_value(contest: BallotContest, shape: ContestShape, width: int) -> dict[str, Value]:
    proofs = zip(contest.proofs, shape.statements, strict=True)
    return {
        "ciphertexts": numbers_value(contest.ciphertexts, width),
        "responses": [octets_text(pack_proof(proof, part)) for proof, part in proofs],
    }


def _read_contest(fields: Fields, shape: ContestShape, width: int) -> BallotContest:
    ciphertexts = read_numbers(fields, "ciphertexts", count=shape.variables, width=width)
    widths = [part.width for part in shape.statements]
    strings = read_octets(fields, "responses", widths)
    fields.done()
    proofs = tuple(unpack_proof(data, part) for data, part in zip(strings, shape.statements, strict=True))
    return BallotContest(ciphertexts=ciphertexts, proofs=proofs)


def _read_supersedes(fields: Fields) -> str:
    return fields.text("supersedes", empty=True) and fields.digest("supersedes")


def _check_ciphertexts(ciphertexts: tuple[int, ...]) -> None:
    if 0 in ciphertexts:
        raise CiphertextOutOfRange("a ciphertext is 0")
    # Honest randomness repeats once in 2^1024 ballots or less; a repetition is a copy.
    if len(set(ciphertexts)) != len(ciphertexts):
        raise RepeatedCiphertext("the same ciphertext twice")
