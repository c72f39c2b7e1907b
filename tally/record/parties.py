# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who vouches for an election, parts of the manifest: registrar, trustees (docs/spec/record.md, "Manifest").

Public keys only. The log and its witnesses are in board_keys.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields, octets_text
from bulletin_board.errors import WrongForm
from tally.crypto import threshold
from tally.crypto.ed25519 import check_public_key
from tally.crypto.sealed import check_encryption_key
from tally.record.base import KEY_BYTES
from tally.record.errors import (
    AcknowledgementsOutOfRange,
    NoHonestMajority,
    RepeatedKey,
    RepeatedName,
    ThresholdOutOfRange,
    UnsupportedKeyKind,
)

MAX_TRUSTEES = threshold.MAX_TRUSTEES
NAME_LIMIT = 200
DEALT, DISTRIBUTED = "dealt", "distributed"
# Who made the voters' secrets: the registrar, offline; each voter's browser; or the server, which mails them.
BY_REGISTRAR, BY_VOTERS, BY_SERVER = CREDENTIALS = ("registrar", "voters", "server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrar:
    """Who vouches for the credentials and signs the roll, with an Ed25519 key; and who made the secrets."""

    name: str
    key: bytes
    credentials: str = BY_REGISTRAR

    def check(self) -> None:
        """Raise the CryptoErrors of an unsafe key."""
        check_public_key(self.key)

    def to_value(self) -> dict[str, Value]:
        """Return the part as a JSON object."""
        return {"name": self.name, "key": octets_text(self.key), "credentials": self.credentials}

    @classmethod
    def read(cls, fields: Fields) -> "Registrar":
        """Return the part from the reader of its object; raises the codec's errors."""
        part = cls(
            name=fields.text("name", limit=NAME_LIMIT),
            key=fields.octets("key", KEY_BYTES),
            credentials=_read_choice(fields, "credentials", CREDENTIALS),
        )
        fields.done()
        return part


@dataclass(frozen=True, slots=True, kw_only=True)
class Trustee:
    """One trustee: an Ed25519 key that signs, an X25519 key to which secrets are sealed."""

    name: str
    signing_key: bytes
    encryption_key: bytes

    def to_value(self) -> dict[str, Value]:
        """Return the part as a JSON object."""
        return {
            "name": self.name,
            "signing_key": octets_text(self.signing_key),
            "encryption_key": octets_text(self.encryption_key),
        }

    @classmethod
    def read(cls, fields: Fields) -> "Trustee":
        """Return the part from the reader of its object; raises the codec's errors."""
        part = cls(
            name=fields.text("name", limit=NAME_LIMIT),
            signing_key=fields.octets("signing_key", KEY_BYTES),
            encryption_key=fields.octets("encryption_key", KEY_BYTES),
        )
        fields.done()
        return part


@dataclass(frozen=True, slots=True, kw_only=True)
class Trustees:
    """The l `members` in order of their numbers 1..l, of whom any `threshold` k can decrypt.

    `key` says how the key is made: "dealt", as "distributed" is refused until ceremonies exist.
    `acknowledgements` q is how many must sign one closing head, unless the witnesses vouch for it
    (`Manifest.acknowledgements_needed`).
    """

    threshold: int
    key: str
    acknowledgements: int
    members: tuple[Trustee, ...]

    def check(self) -> None:
        """Raise a ManifestError, or the CryptoErrors of a bad key."""
        if self.key != DEALT:  # no transcript of a ceremony is defined: the word alone would be believed
            raise UnsupportedKeyKind("how the key is made", expected=DEALT, computed=self.key)
        self._check_numbers(k=self.threshold, l=len(self.members), q=self.acknowledgements)
        check_distinct([member.name for member in self.members], RepeatedName)
        check_distinct([member.signing_key for member in self.members], RepeatedKey)
        check_distinct([member.encryption_key for member in self.members], RepeatedKey)
        for member in self.members:
            check_public_key(member.signing_key)
            check_encryption_key(member.encryption_key)

    @staticmethod
    def _check_numbers(*, k: int, l: int, q: int) -> None:  # noqa: E741  # the protocol's letters
        if not 1 <= k <= l <= MAX_TRUSTEES:
            raise ThresholdOutOfRange(
                "k of l trustees", expected=f"1 ≤ k ≤ l ≤ {MAX_TRUSTEES}", computed=f"{k} of {l}"
            )
        if 2 * k <= l:
            raise NoHonestMajority(
                "two groups of k could decrypt two sets", expected="2k > l", computed=f"{k} of {l}"
            )
        if not l + k - 1 < 2 * q <= 2 * l:
            expected = "2q > l + k − 1 and q ≤ l"
            raise AcknowledgementsOutOfRange("number of acknowledgements", expected=expected, computed=q)

    def to_value(self) -> dict[str, Value]:
        """Return the part as a JSON object."""
        return {
            "threshold": self.threshold,
            "key": self.key,
            "acknowledgements": self.acknowledgements,
            "members": [member.to_value() for member in self.members],
        }

    @classmethod
    def read(cls, fields: Fields) -> "Trustees":
        """Return the part from the reader of its object; raises the codec's errors."""
        part = cls(
            threshold=fields.integer("threshold", 1, MAX_TRUSTEES),
            key=read_key_kind(fields, "key"),
            acknowledgements=fields.integer("acknowledgements", 1, MAX_TRUSTEES),
            members=tuple(map(Trustee.read, fields.objects("members", low=1, high=MAX_TRUSTEES))),
        )
        fields.done()
        return part


def read_key_kind(fields: Fields, name: str) -> str:
    """Return "dealt" or "distributed"; raises the codec's errors."""
    return _read_choice(fields, name, (DEALT, DISTRIBUTED))


def _read_choice(fields: Fields, name: str, choices: tuple[str, ...]) -> str:
    found = fields.identifier(name)
    if found not in choices:
        raise WrongForm(f"{fields.path(name)}: no such choice", expected=choices, computed=found)
    return found


def check_distinct(values: Sequence[object], error: type[RepeatedKey | RepeatedName]) -> None:
    """Raise `error` if a value stands twice among `values`."""
    seen = set()
    for value in values:
        if value in seen:
            raise error("the same twice", computed=value)
        seen.add(value)
