# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an official writes before anything is fixed: the draft of an election (docs/operations.md, "Drafts").

A strict reader of one JSON file. The draft holds what the manifest holds, less what is derived, the election
id, the log's key and the trustees' cards. It knows no database.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from bulletin_board.codec import canonical
from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields
from tally.contests.protocol import Contest
from tally.contests.registry import contest_from_value
from tally.contests.texts import Texts
from tally.record.board_keys import BoardKeys
from tally.record.manifest import Manifest, build_manifest
from tally.record.parties import MAX_TRUSTEES, Registrar, Trustee, Trustees, read_key_kind
from tally.record.terms import MAX_MODULUS_BITS, Rules, Schedule
from voting.errors import DraftRefused

LIMIT = 8 * 1024 * 1024  # bytes
_MAX_CONTESTS = 100
_MAX_LANGUAGES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One election as its officials want it; `slug` is its part of the address."""

    slug: str
    title: Texts
    description: Texts
    languages: tuple[str, ...]
    rehearsal: bool
    schedule: Schedule
    modulus_bits: int
    roll_capacity: int
    registrar: Registrar
    key: str
    threshold: int
    acknowledgements: int
    rules: Rules
    contests: tuple[Contest, ...]

    def to_value(self) -> dict[str, Value]:
        """Return the draft as a JSON object, which `read_draft` reads."""
        return {
            "slug": self.slug,
            "title": self.title.to_value(),
            "description": self.description.to_value(),
            "languages": list(self.languages),
            "rehearsal": self.rehearsal,
            "schedule": self.schedule.to_value(),
            "modulus_bits": self.modulus_bits,
            "roll_capacity": self.roll_capacity,
            "registrar": self.registrar.to_value(),
            "trustees": {
                "key": self.key,
                "threshold": self.threshold,
                "acknowledgements": self.acknowledgements,
            },
            "rules": self.rules.to_value(),
            "contests": [contest.to_value() for contest in self.contests],
        }

    def to_manifest(
        self,
        *,
        election_id: str,
        board: BoardKeys,
        members: Sequence[Trustee],
        allow_test_modulus: bool = False,
    ) -> Manifest:
        """Return the checked manifest; the same arguments give the same bytes.

        Raises a ManifestError, a ContestError or a CryptoError.
        """
        return build_manifest(
            election_id=election_id,
            title=self.title,
            description=self.description,
            languages=self.languages,
            rehearsal=self.rehearsal,
            schedule=self.schedule,
            modulus_bits=self.modulus_bits,
            roll_capacity=self.roll_capacity,
            board=board,
            registrar=self.registrar,
            trustees=Trustees(
                threshold=self.threshold,
                key=self.key,
                acknowledgements=self.acknowledgements,
                members=tuple(members),
            ),
            rules=self.rules,
            contests=self.contests,
            allow_test_modulus=allow_test_modulus,
        )


def parse_draft(data: bytes) -> Draft:
    """Return the draft in a JSON file as people write it: any spacing, any order of fields.

    Raises DraftRefused for what is no JSON, and the codec's and the contests' errors for the rest.
    """
    if len(data) > LIMIT:
        raise DraftRefused("the file is too large", expected=LIMIT, computed=len(data))
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise DraftRefused(f"not a JSON file: {error}") from None
    return read_draft(canonical.parse(canonical.encode(value), limit=LIMIT))


def read_draft(value: Value) -> Draft:
    """Return the draft of a JSON value; raises the codec's and the contests' errors."""
    fields = Fields(value, "draft")
    trustees = fields.object("trustees")
    draft = Draft(
        slug=fields.identifier("slug"),
        title=_texts(fields, value, "title"),
        description=_texts(fields, value, "description", empty=True),
        languages=fields.strings("languages", low=1, high=_MAX_LANGUAGES),
        rehearsal=fields.boolean("rehearsal"),
        schedule=Schedule.read(fields.object("schedule")),
        modulus_bits=fields.integer("modulus_bits", 1, MAX_MODULUS_BITS),
        roll_capacity=fields.integer("roll_capacity", 1),
        registrar=Registrar.read(fields.object("registrar")),
        key=read_key_kind(trustees, "key"),
        threshold=trustees.integer("threshold", 1, MAX_TRUSTEES),
        acknowledgements=trustees.integer("acknowledgements", 1, MAX_TRUSTEES),
        rules=Rules.read(fields.object("rules")),
        contests=tuple(
            contest_from_value(item, f"draft.contests[{index}]")
            for index, item in enumerate(fields.items("contests", low=1, high=_MAX_CONTESTS))
        ),
    )
    trustees.done()
    fields.done()
    return draft


def least_acknowledgements(trustees: int, threshold: int) -> int:
    """Return the smallest q with 2q > l + k − 1: two closing heads can never both be acknowledged."""
    return (trustees + threshold - 1) // 2 + 1


def _texts(fields: Fields, value: Value, key: str, *, empty: bool = False) -> Texts:
    fields.object(key)  # marks the field as read; refuses a missing one
    return Texts.from_value(cast("dict[str, Value]", value)[key], fields.path(key), empty=empty)


def _without_duplicates(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DraftRefused("one field twice", computed=sorted(key for key, _ in pairs))
    return found
