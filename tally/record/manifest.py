# SPDX-License-Identifier: AGPL-3.0-or-later
"""The manifest: all that is decided before voting (docs/spec/record.md, "Manifest").

Questions, dates, rules and public keys, with the program that the questions compile to. A manifest that was
read from bytes has passed `check`. Who votes is in the roll, what n is in the key record.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import ClassVar, cast

from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields
from tally.contests.program import Program
from tally.contests.protocol import Contest
from tally.contests.registry import contest_from_value
from tally.contests.texts import Texts
from tally.record.aggregate import Aggregate
from tally.record.base import Record
from tally.record.board_keys import BoardKeys
from tally.record.derive import derive_aggregates, derive_counter_bits, derive_program
from tally.record.errors import (
    AggregatesMismatch,
    BallotTooLarge,
    CounterBaseTooLarge,
    CounterBaseTooSmall,
    ProgramMismatch,
    RepeatedContest,
    RepeatedKey,
    RepeatedLanguage,
)
from tally.record.parties import Registrar, Trustees, check_distinct
from tally.record.shape import MAX_BALLOT_BYTES, BallotShape
from tally.record.terms import Parameters, Rules, Schedule

LIMIT = 8 * 1024 * 1024  # bytes
ELECTION_ID_DIGITS = 32
MAX_LANGUAGES = 30
MAX_CONTESTS = 100
MAX_AGGREGATES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest(Record):
    """`languages` begins with the default; `program` has one part for each contest."""

    FORMAT: ClassVar[str] = "veritally/manifest/1"
    election_id: str
    title: Texts
    description: Texts
    languages: tuple[str, ...]
    rehearsal: bool
    schedule: Schedule
    parameters: Parameters
    board: BoardKeys
    registrar: Registrar
    trustees: Trustees
    rules: Rules
    contests: tuple[Contest, ...]
    program: tuple[Program, ...]
    aggregates: tuple[Aggregate, ...]

    def check(self, *, allow_test_modulus: bool = False) -> None:
        """Check every limit, and recompute what follows from the questions.

        Raises a ManifestError, a ContestError for questions that do not fit the parameters, or a CryptoError
        for an unsafe public key.
        """
        self.parameters.check(allow_test_modulus=allow_test_modulus)
        self.schedule.check()
        self.rules.check(self.parameters.roll_capacity)
        self._check_languages()
        self._check_keys()
        self._check_contests()
        self._check_derived()

    @property
    def acknowledgements_needed(self) -> int:
        """How many trustees must sign one closing head before any decrypts: none where witnesses vouch."""
        return 0 if self.board.witnesses_vouch else self.trustees.acknowledgements

    def ballot_shape(self) -> BallotShape:
        """Return the shape of this election's ballots."""
        return BallotShape.of(self.program, self.parameters.modulus_bits)

    def _check_languages(self) -> None:
        if len(set(self.languages)) != len(self.languages):
            raise RepeatedLanguage("one language twice", computed=self.languages)
        labels = (option.label for contest in self.contests for option in contest.options)
        questions = (contest.question for contest in self.contests)
        for texts in (self.title, self.description, *questions, *labels):
            texts.check_languages(self.languages)

    def _check_keys(self) -> None:
        self.board.check()
        self.trustees.check()
        self.registrar.check()
        signers = (self.registrar.key, *(member.signing_key for member in self.trustees.members))
        witnesses = (witness.key for witness in self.board.witnesses)  # who vouches in the trustees' place
        check_distinct((self.board.log.key, *witnesses, *signers), RepeatedKey)

    def _check_contests(self) -> None:
        ids = [contest.id for contest in self.contests]
        if len(set(ids)) != len(ids):
            raise RepeatedContest("two contests with one id", computed=tuple(ids))

    def _check_derived(self) -> None:
        modulus_bits, bits = self.parameters.modulus_bits, self.parameters.counter_bits
        least = derive_counter_bits(self.contests, roll_capacity=self.parameters.roll_capacity)
        if bits < least:
            raise CounterBaseTooSmall("bits of a counter", expected=least, computed=bits)
        if bits > least:
            raise CounterBaseTooLarge("bits of a counter", expected=least, computed=bits)
        program = derive_program(self.contests, counter_bits=bits, modulus_bits=modulus_bits)
        if program != self.program:
            raise ProgramMismatch("the program is not what the questions compile to")
        aggregates = derive_aggregates(self.contests, program, counter_bits=bits, modulus_bits=modulus_bits)
        if aggregates != self.aggregates:
            raise AggregatesMismatch("the aggregates are not what the program packs to")
        size = self.ballot_shape().size_limit
        if size > MAX_BALLOT_BYTES:
            raise BallotTooLarge("bytes of a ballot", expected=f"at most {MAX_BALLOT_BYTES}", computed=size)

    def to_value(self) -> dict[str, Value]:
        """Return the manifest as a JSON object."""
        return {
            "format": self.FORMAT,
            "election_id": self.election_id,
            "title": self.title.to_value(),
            "description": self.description.to_value(),
            "languages": list(self.languages),
            "rehearsal": self.rehearsal,
            "schedule": self.schedule.to_value(),
            "parameters": self.parameters.to_value(),
            "board": self.board.to_value(),
            "registrar": self.registrar.to_value(),
            "trustees": self.trustees.to_value(),
            "rules": self.rules.to_value(),
            "contests": [contest.to_value() for contest in self.contests],
            "program": [part.to_value() for part in self.program],
            "aggregates": [aggregate.to_value() for aggregate in self.aggregates],
        }

    @classmethod
    def from_bytes(cls, data: bytes, *, allow_test_modulus: bool = False) -> "Manifest":
        """Return the checked manifest of canonical bytes; raises the codec's errors and those of `check`."""
        value = cast("dict[str, Value]", parse(data, limit=LIMIT))
        fields = Fields(value, "manifest")
        fields.constant("format", cls.FORMAT)
        manifest = cls(
            election_id=read_election_id(fields),
            title=_read_texts(fields, value, "title"),
            description=_read_texts(fields, value, "description", empty=True),
            languages=fields.strings("languages", low=1, high=MAX_LANGUAGES),
            rehearsal=fields.boolean("rehearsal"),
            schedule=Schedule.read(fields.object("schedule")),
            parameters=Parameters.read(fields.object("parameters")),
            board=BoardKeys.read(fields.object("board")),
            registrar=Registrar.read(fields.object("registrar")),
            trustees=Trustees.read(fields.object("trustees")),
            rules=Rules.read(fields.object("rules")),
            contests=tuple(starmap(contest_from_value, _named_items(fields, "contests", low=1))),
            program=tuple(starmap(Program.from_value, _named_items(fields, "program"))),
            aggregates=tuple(map(Aggregate.read, fields.objects("aggregates", high=MAX_AGGREGATES))),
        )
        fields.done()
        manifest.check(allow_test_modulus=allow_test_modulus)
        return manifest


def build_manifest(
    *,
    election_id: str,
    title: Texts,
    description: Texts,
    languages: tuple[str, ...],
    rehearsal: bool,
    schedule: Schedule,
    modulus_bits: int,
    roll_capacity: int,
    board: BoardKeys,
    registrar: Registrar,
    trustees: Trustees,
    rules: Rules,
    contests: Sequence[Contest],
    allow_test_modulus: bool = False,
) -> Manifest:
    """Return the checked manifest with its derived parts filled in; raises what `Manifest.check` raises."""
    bits = derive_counter_bits(contests, roll_capacity=roll_capacity)
    program = derive_program(contests, counter_bits=bits, modulus_bits=modulus_bits)
    manifest = Manifest(
        election_id=election_id,
        title=title,
        description=description,
        languages=languages,
        rehearsal=rehearsal,
        schedule=schedule,
        parameters=Parameters(modulus_bits=modulus_bits, counter_bits=bits, roll_capacity=roll_capacity),
        board=board,
        registrar=registrar,
        trustees=trustees,
        rules=rules,
        contests=tuple(contests),
        program=program,
        aggregates=derive_aggregates(contests, program, counter_bits=bits, modulus_bits=modulus_bits),
    )
    return Manifest.from_bytes(manifest.to_bytes(), allow_test_modulus=allow_test_modulus)


def read_election_id(fields: Fields) -> str:
    """Return the 32 hexadecimal digits that name an election before it has a fingerprint."""
    return fields.hex("election_id", ELECTION_ID_DIGITS)


def _read_texts(fields: Fields, value: dict[str, Value], key: str, *, empty: bool = False) -> Texts:
    fields.object(key)  # marks the field as read; refuses a missing one
    return Texts.from_value(value[key], fields.path(key), empty=empty)


def _named_items(fields: Fields, key: str, *, low: int = 0) -> Iterator[tuple[Value, str]]:
    for index, item in enumerate(fields.items(key, low=low, high=MAX_CONTESTS)):
        yield item, f"{fields.path(key)}[{index}]"
