# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a voter's program sends: a ballot with its commitments, or a challenge (docs/spec/intake.md).

Canonical JSON, capped by the election's own shape before it is parsed. What the ballot says is not judged.
"""

from dataclasses import dataclass, field
from typing import cast

from bulletin_board.codec import base64url, canonical
from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields, octets_text
from tally.record.shape import BallotShape
from voting.errors import TooLarge

_FRAME = 64  # bytes: {"ballot":,"commitments":""}
CHALLENGE_LIMIT = 2_048  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The canonical bytes of a ballot, and its file of commitments (b"" for none)."""

    ballot: bytes = field(repr=False)
    commitments: bytes = field(default=b"", repr=False)

    def to_bytes(self) -> bytes:
        """Return the body that is sent."""
        ballot = canonical.parse(self.ballot, limit=len(self.ballot))
        return canonical.encode({"ballot": ballot, "commitments": octets_text(self.commitments)})


def size_limit(shape: BallotShape) -> int:
    """Return a bound on the bytes of a submission."""
    return _FRAME + shape.size_limit + (_commitment_bytes(shape) * 4 + 2) // 3


def parse_submission(body: bytes, shape: BallotShape) -> Submission:
    """Return the submission of a request's body. Raises TooLarge or the codec's errors."""
    limit = size_limit(shape)
    if len(body) > limit:
        raise TooLarge("longer than any ballot of this election", expected=limit)
    value = canonical.parse(body, limit=limit)
    fields = Fields(value, "submission")
    fields.object("ballot")  # an object, or refused
    text = fields.text("commitments", limit=limit, empty=True)
    fields.done()
    ballot = canonical.encode(cast("dict[str, Value]", value)["ballot"])
    commitments = base64url.decode(text, _commitment_bytes(shape)) if text else b""
    return Submission(ballot=ballot, commitments=commitments)


def _commitment_bytes(shape: BallotShape) -> int:
    return shape.branches * shape.ciphertext_width
