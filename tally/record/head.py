# SPDX-License-Identifier: AGPL-3.0-or-later
"""A head of the board, as trustees name it: size and root (docs/spec/record.md, "Acknowledgement").

Who signed it as a checkpoint is the business of `bulletin_board.log`.
"""

from dataclasses import dataclass

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields, octets_text

ROOT_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The number of entries up to the closing entry, and the root of the tree over them."""

    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.size} entries, root {self.root.hex()}"

    def to_value(self) -> dict[str, Value]:
        """Return the part as a JSON object."""
        return {"size": self.size, "root": octets_text(self.root)}

    @classmethod
    def read(cls, fields: Fields) -> "Head":
        """Return the part from the reader of its object; raises the codec's errors."""
        part = cls(size=fields.integer("size", 1), root=fields.octets("root", ROOT_BYTES))
        fields.done()
        return part
