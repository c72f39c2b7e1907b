# SPDX-License-Identifier: AGPL-3.0-or-later
"""Credentials revoked and admitted while ballots are taken (docs/spec/record.md, "Roll change").

Signed by the registrar. Whether it may follow on what the board holds is said by `tally.enrolment`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields, octets_text
from tally.record.base import Signed, read_signature
from tally.record.errors import EmptyRollChange
from tally.record.voters import Voters, check_credentials, read_credentials, read_voters

LIMIT = 1024 * 1024  # bytes: about 10,000 replacements
REASON_LIMIT = 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class RollChange(Signed):
    """`revoke` = (credential, …), `admit` = ((credential, weight), …), each strictly increasing.

    `number` counts the roll changes of a board from 1; `reason` is for everybody to read.
    """

    FORMAT: ClassVar[str] = "veritally/roll-change/1"
    election: str
    number: int
    revoke: tuple[bytes, ...]
    admit: Voters
    reason: str
    signature: bytes = b""

    @classmethod
    def of(
        cls, *, election: str, number: int, revoke: Iterable[bytes], admit: Mapping[bytes, int], reason: str
    ) -> "RollChange":
        """Return the unsigned roll change, its lists sorted."""
        return cls(
            election=election,
            number=number,
            revoke=tuple(sorted(revoke)),
            admit=tuple(sorted(admit.items())),
            reason=reason,
        )

    @property
    def weight(self) -> int:
        """The weight that is admitted."""
        return sum(weight for _, weight in self.admit)

    def check_credentials(self) -> None:
        """Raise InvalidCredential for the first admitted that is no safe Ed25519 key; up to 1 ms for each."""
        check_credentials(credential for credential, _ in self.admit)

    def unsigned_value(self) -> dict[str, Value]:
        """Return the roll change as a JSON object without its signature."""
        return {
            "format": self.FORMAT,
            "election": self.election,
            "number": self.number,
            "revoke": [octets_text(credential) for credential in self.revoke],
            "admit": [[octets_text(credential), weight] for credential, weight in self.admit],
            "reason": self.reason,
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> "RollChange":
        """Return the record of canonical bytes.

        Raises the codec's errors, RepeatedVoter, VotersNotSorted or EmptyRollChange.
        """
        fields = Fields(parse(data, limit=LIMIT), "roll-change")
        fields.constant("format", cls.FORMAT)
        change = cls(
            election=fields.digest("election"),
            number=fields.integer("number", 1),
            revoke=read_credentials(fields, "revoke"),
            admit=read_voters(fields, "admit"),
            reason=fields.text("reason", limit=REASON_LIMIT),
            signature=read_signature(fields),
        )
        fields.done()
        if not change.revoke and not change.admit:
            raise EmptyRollChange("nobody is revoked and nobody is admitted")
        return change
