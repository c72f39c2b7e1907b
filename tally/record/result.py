# SPDX-License-Identifier: AGPL-3.0-or-later
"""The result entry: what was counted, decrypted and decoded (docs/spec/record.md, "Result").

Anyone recomputes all of it: tallies and aggregates in `tally.count`, plaintexts by c = g^m · y^n, counters
and outcome by `tally.contests`.
"""

from dataclasses import dataclass, field
from typing import ClassVar, cast

from bulletin_board.codec.canonical import Value, parse
from bulletin_board.codec.fields import Fields, number_text
from tally.contests.results import ContestResult
from tally.record.arrays import numbers_value, read_numbers
from tally.record.base import Record
from tally.record.counted import Counted
from tally.record.errors import ContestMismatch
from tally.record.manifest import Manifest

LIMIT = 32 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultShape:
    """What a parser must expect: |n|, the number of aggregates, and the counters of each tallied variable.

    `contests` = ((contest id, (counters of a tallied variable, …)), …) in manifest order.
    """

    modulus_bits: int
    aggregates: int
    contests: tuple[tuple[str, tuple[int, ...]], ...]

    @classmethod
    def of(cls, manifest: Manifest) -> "ResultShape":
        """Return the shape of an election's result."""
        contests = zip(manifest.contests, manifest.program, strict=True)
        return cls(
            modulus_bits=manifest.parameters.modulus_bits,
            aggregates=len(manifest.aggregates),
            contests=tuple(
                (contest.id, tuple(variable.counters for variable in part.variables if variable.counters))
                for contest, part in contests
            ),
        )

    @property
    def residue_width(self) -> int:
        """Bytes of a residue modulo n."""
        return self.modulus_bits // 8


@dataclass(frozen=True, slots=True, kw_only=True)
class DecryptedAggregate:
    """A packed tally, its plaintext m, and the root y with ciphertext = g^m · y^n mod N."""

    ciphertext: int
    plaintext: int
    root: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedContest:
    """The counters of each tallied variable of the contest `id`, and the outcome that follows from them."""

    id: str
    counters: tuple[tuple[int, ...], ...]
    result: ContestResult

    def to_value(self) -> dict[str, Value]:
        """Return the part as a JSON object."""
        return {
            "id": self.id,
            "counters": [list(row) for row in self.counters],
            "result": self.result.to_value(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Record):
    """`tallies` holds T_x of every tallied variable, contest by contest; all in manifest order."""

    FORMAT: ClassVar[str] = "veritally/result/1"
    shape: ResultShape = field(repr=False)
    election: str
    counted: Counted
    tallies: tuple[tuple[int, ...], ...]
    aggregates: tuple[DecryptedAggregate, ...]
    contests: tuple[CountedContest, ...]

    def to_value(self) -> dict[str, Value]:
        """Return the record as a JSON object."""
        width = self.shape.residue_width
        return {
            "format": self.FORMAT,
            "election": self.election,
            "counted": self.counted.to_value(),
            "tallies": [numbers_value(row, 2 * width) for row in self.tallies],
            "aggregates": [_aggregate_value(aggregate, width) for aggregate in self.aggregates],
            "contests": [contest.to_value() for contest in self.contests],
        }

    @classmethod
    def from_bytes(cls, data: bytes, shape: ResultShape) -> "Result":
        """Return the result of canonical bytes; raises the codec's errors or ContestMismatch."""
        value = parse(data, limit=LIMIT)
        fields = Fields(value, "result")
        fields.constant("format", cls.FORMAT)
        count = len(shape.contests)
        contests = fields.items("contests", low=count, high=count)
        aggregates = fields.objects("aggregates", low=shape.aggregates, high=shape.aggregates)
        result = cls(
            shape=shape,
            election=fields.digest("election"),
            counted=Counted.read(fields.object("counted")),
            tallies=_read_tallies(fields, shape),
            aggregates=tuple(_read_aggregate(reader, shape.residue_width) for reader in aggregates),
            contests=tuple(
                _read_contest(item, f"{fields.path('contests')}[{index}]", *shape.contests[index])
                for index, item in enumerate(contests)
            ),
        )
        fields.done()
        return result


def _aggregate_value(aggregate: DecryptedAggregate, width: int) -> dict[str, Value]:
    return {
        "ciphertext": number_text(int(aggregate.ciphertext), 2 * width),
        "plaintext": number_text(int(aggregate.plaintext), width),
        "root": number_text(int(aggregate.root), width),
    }


def _read_aggregate(fields: Fields, width: int) -> DecryptedAggregate:
    aggregate = DecryptedAggregate(
        ciphertext=fields.number("ciphertext", 2 * width),
        plaintext=fields.number("plaintext", width),
        root=fields.number("root", width),
    )
    fields.done()
    return aggregate


def _read_tallies(fields: Fields, shape: ResultShape) -> tuple[tuple[int, ...], ...]:
    rows = fields.items("tallies", low=len(shape.contests), high=len(shape.contests))
    path, width = fields.path("tallies"), 2 * shape.residue_width
    return tuple(
        read_numbers(Fields({"row": row}, f"{path}[{index}]"), "row", count=len(counters), width=width)
        for index, (row, (_, counters)) in enumerate(zip(rows, shape.contests, strict=True))
    )


def _read_contest(item: Value, name: str, expected: str, counters: tuple[int, ...]) -> CountedContest:
    fields = Fields(item, name)
    contest_id = fields.identifier("id")
    if contest_id != expected:
        raise ContestMismatch(f"{name}.id", expected=expected, computed=contest_id)
    rows = fields.items("counters", low=len(counters), high=len(counters))
    fields.object("result")  # marks the field as read; refuses a missing one
    fields.done()
    result = cast("dict[str, Value]", item)["result"]
    return CountedContest(
        id=contest_id,
        counters=tuple(
            _read_counters(row, f"{name}.counters[{index}]", counters[index])
            for index, row in enumerate(rows)
        ),
        result=ContestResult.from_value(result, f"{name}.result"),
    )


def _read_counters(row: Value, name: str, count: int) -> tuple[int, ...]:
    items = Fields({"row": row}, name).items("row", low=count, high=count)
    return tuple(
        Fields({"counter": item}, f"{name}[{index}]").integer("counter", 0)
        for index, item in enumerate(items)
    )
