# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys of the log and of its witnesses, a part of the manifest (docs/spec/record.md, "Manifest").

They say who must have signed a head of the board; checking a head is the business of `bulletin_board.log`.
"""

from dataclasses import dataclass

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields
from bulletin_board.log.keys import COSIGNATURE, ED25519, VerifierKey
from tally.crypto.ed25519 import check_public_key
from tally.record.errors import ForbiddenBoardKey, QuorumOutOfRange, RepeatedKey, RepeatedName
from tally.record.parties import check_distinct

MAX_WITNESSES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardKeys:
    """The log's key, the witnesses' keys, and how many of the witnesses must cosign (0: none must)."""

    log: VerifierKey
    witnesses: tuple[VerifierKey, ...]
    quorum: int

    def check(self) -> None:
        """Raise a ManifestError, or the CryptoErrors of a bad key."""
        for key, kind in ((self.log, ED25519), *((witness, COSIGNATURE) for witness in self.witnesses)):
            if key.type != kind:
                raise ForbiddenBoardKey(f"type of the key of {key.name}", expected=kind, computed=key.type)
            check_public_key(key.key)
        check_distinct([key.name for key in (self.log, *self.witnesses)], RepeatedName)
        check_distinct([key.key for key in (self.log, *self.witnesses)], RepeatedKey)
        if self.quorum > len(self.witnesses):
            raise QuorumOutOfRange("quorum", expected=f"at most {len(self.witnesses)}", computed=self.quorum)

    @property
    def witnesses_vouch(self) -> bool:
        """Whether two quorums of witnesses share one: then no two boards that contradict can both have one.

        docs/spec/protocol.md, "Tally".
        """
        return 2 * self.quorum > len(self.witnesses)

    def to_value(self) -> dict[str, Value]:
        """Return the part as a JSON object."""
        return {
            "log": self.log.to_text(),
            "witnesses": [witness.to_text() for witness in self.witnesses],
            "quorum": self.quorum,
        }

    @classmethod
    def read(cls, fields: Fields) -> "BoardKeys":
        """Return the part from the reader of its object; raises the codec's errors."""
        part = cls(
            log=VerifierKey.from_text(fields.text("log")),
            witnesses=tuple(map(VerifierKey.from_text, fields.strings("witnesses", high=MAX_WITNESSES))),
            quorum=fields.integer("quorum", 0, MAX_WITNESSES),
        )
        fields.done()
        return part
