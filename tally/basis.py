# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is to be decrypted, as the server keeps it between the steps of a tally: on no board.

Computed from the verified board; every station computes it again for itself.
"""

from dataclasses import dataclass

from gmpy2 import mpz

from bulletin_board.codec.canonical import Value, encode, parse
from bulletin_board.codec.fields import Fields
from tally.record.arrays import numbers_value, read_numbers
from tally.record.manifest import Manifest
from tally.record.result import LIMIT, ResultShape

_FORMAT = "veritally/tally-basis/1"
Sums = tuple[tuple[mpz, ...], ...]  # by contest, by tallied variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """T_x of every tallied variable, and the packed aggregates in the manifest's order."""

    tallies: Sums
    aggregates: tuple[mpz, ...]

    def to_bytes(self, manifest: Manifest) -> bytes:
        """Return the canonical bytes."""
        width = manifest.parameters.modulus_bits // 4
        tallies: list[Value] = [numbers_value([int(t) for t in row], width) for row in self.tallies]
        aggregates = numbers_value([int(c) for c in self.aggregates], width)
        return encode({"format": _FORMAT, "tallies": tallies, "aggregates": aggregates})

    @classmethod
    def from_bytes(cls, data: bytes, manifest: Manifest) -> "Basis":
        """Return what `to_bytes` wrote; raises the codec's errors."""
        shape, width = ResultShape.of(manifest), manifest.parameters.modulus_bits // 4
        fields = Fields(parse(data, limit=LIMIT), "basis")
        fields.constant("format", _FORMAT)
        rows = fields.items("tallies", low=len(shape.contests), high=len(shape.contests))
        readers = (Fields({"row": row}, f"basis.tallies[{index}]") for index, row in enumerate(rows))
        tallies = tuple(
            tuple(map(mpz, read_numbers(reader, "row", count=len(counters), width=width)))
            for reader, (_, counters) in zip(readers, shape.contests, strict=True)
        )
        aggregates = read_numbers(fields, "aggregates", count=shape.aggregates, width=width)
        fields.done()
        return cls(tallies=tallies, aggregates=tuple(map(mpz, aggregates)))
