# SPDX-License-Identifier: AGPL-3.0-or-later
"""The opening entry: from here on ballots are taken (docs/spec/record.md, "Opening").

It fixes manifest, roll and key by their hashes, and names the booth that voters are served.
"""

from dataclasses import dataclass
from typing import ClassVar

from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields
from tally.record.base import Record
from tally.record.errors import FingerprintMismatch, OpeningMismatch
from tally.record.fingerprint import election_fingerprint

LIMIT = 1_024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening(Record):
    """The SHA-256 of the payloads of manifest, roll and key, and the fingerprint that follows from them.

    `booth` is the SHA-256 of the list of the booth's files (docs/spec/record.md, "Opening").
    """

    FORMAT: ClassVar[str] = "veritally/open/1"
    manifest: str
    roll: str
    key: str
    booth: str
    fingerprint: str

    @classmethod
    def of(cls, *, manifest: str, roll: str, key: str, booth: str) -> "Opening":
        """Return the opening entry for these payloads, each given by its SHA-256."""
        fingerprint = election_fingerprint(manifest, roll, key)
        return cls(manifest=manifest, roll=roll, key=key, booth=booth, fingerprint=fingerprint)

    def check(self, *, manifest: str, roll: str, key: str) -> None:
        """Raise OpeningMismatch unless it names these payloads, which are those on the board."""
        for name, expected, computed in (
            ("manifest", manifest, self.manifest),
            ("roll", roll, self.roll),
            ("key", key, self.key),
        ):
            if computed != expected:
                raise OpeningMismatch(f"{name} of the opening entry", expected=expected, computed=computed)

    def to_value(self) -> dict[str, Value]:
        """Return the record as a JSON object."""
        return {
            "format": self.FORMAT,
            "manifest": self.manifest,
            "roll": self.roll,
            "key": self.key,
            "booth": self.booth,
            "fingerprint": self.fingerprint,
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> "Opening":
        """Return the record of canonical bytes; raises the codec's errors or FingerprintMismatch."""
        fields = Fields(parse(data, limit=LIMIT), "open")
        fields.constant("format", cls.FORMAT)
        names = {name: fields.digest(name) for name in ("manifest", "roll", "key", "booth")}
        fingerprint = fields.digest("fingerprint")
        fields.done()
        record = cls.of(**names)
        if fingerprint != record.fingerprint:
            raise FingerprintMismatch("fingerprint", expected=record.fingerprint, computed=fingerprint)
        return record
