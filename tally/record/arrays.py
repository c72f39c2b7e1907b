# SPDX-License-Identifier: AGPL-3.0-or-later
"""Arrays of byte strings and of fixed-width numbers in records (docs/spec/record.md, "Scalars").

Widths are given by whoever knows the record; nothing here does.
"""

from collections.abc import Iterable, Sequence

from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields, number_text


def read_octets(fields: Fields, key: str, widths: Sequence[int]) -> tuple[bytes, ...]:
    """Return an array of exactly these many base64url strings of these many bytes; the codec's errors."""
    items = fields.items(key, low=len(widths), high=len(widths))
    path = fields.path(key)
    return tuple(
        Fields({"item": item}, f"{path}[{index}]").octets("item", width)
        for index, (item, width) in enumerate(zip(items, widths, strict=True))
    )


def read_numbers(fields: Fields, key: str, *, count: int, width: int) -> tuple[int, ...]:
    """Return an array of exactly `count` numbers of `width` bytes; raises the codec's errors."""
    return tuple(int.from_bytes(data, "big") for data in read_octets(fields, key, [width] * count))


def numbers_value(numbers: Iterable[int], width: int) -> list[Value]:
    """Return the array that `read_numbers` reads."""
    return [number_text(int(number), width) for number in numbers]
