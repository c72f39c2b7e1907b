# SPDX-License-Identifier: AGPL-3.0-or-later
"""The scalar forms of a record's fields: a strict reader of one JSON object, and the writers that match it.

Specification: docs/spec/board.md, "Fields". A record asks for each of its fields by name and kind and ends
with `done()`, which refuses whatever is left. Every refusal names the path of the field, such as
"ballot.contests[2].challenge". What a field means is the record's business.
"""

import re
from datetime import datetime
from typing import NoReturn

from bulletin_board.codec import base64url, times
from bulletin_board.codec.canonical import MAX_INTEGER, Value
from bulletin_board.errors import (
    EncodingError,
    MissingField,
    NotHexInteger,
    OutOfRange,
    UnknownField,
    WrongForm,
    WrongLength,
    WrongType,
)

TEXT_LIMIT = 4_096
MAX_ITEMS = 1_000_000
HEX_INTEGER_DIGITS = 4_096

_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_HEX = re.compile(r"[0-9a-f]*")
_HEX_INTEGER = re.compile(r"0|-?[1-9a-f][0-9a-f]*")


class Fields:
    """One JSON object, read field by field; `name` is its path in error messages."""

    __slots__ = ("_left", "_value", "name")

    def __init__(self, value: Value, name: str) -> None:
        if not isinstance(value, dict):
            _refuse_type(name, "object", value)
        self.name = name
        self._value = value
        self._left = set(value)

    def done(self) -> None:
        """Raise UnknownField unless every field was read."""
        if self._left:
            raise UnknownField(f"{self.name}.{min(self._left)}: unknown field")

    def path(self, key: str) -> str:
        """Return the path of the field `key`."""
        return f"{self.name}.{key}"

    def text(self, key: str, *, limit: int = TEXT_LIMIT, empty: bool = False) -> str:
        """Return a string of at most `limit` characters, not empty unless `empty`."""
        value = self._string(key)
        if len(value) > limit:
            raise WrongLength(f"{self.path(key)}: too long", expected=f"at most {limit}", computed=len(value))
        if not value and not empty:
            raise WrongLength(f"{self.path(key)}: empty", expected="at least 1", computed=0)
        return value

    def integer(self, key: str, low: int, high: int = MAX_INTEGER) -> int:
        """Return an integer with low ≤ value ≤ high."""
        value = self._take(key)
        if type(value) is not int:
            _refuse_type(self.path(key), "integer", value)
        if not low <= value <= high:
            raise OutOfRange(f"{self.path(key)}: out of range", expected=f"{low}..{high}", computed=value)
        return value

    def boolean(self, key: str) -> bool:
        """Return true or false."""
        value = self._take(key)
        if type(value) is not bool:
            _refuse_type(self.path(key), "boolean", value)
        return value

    def hex(self, key: str, length: int) -> str:
        """Return a string of exactly `length` lowercase hexadecimal digits."""
        value = self._string(key)
        if len(value) != length:
            raise WrongLength(f"{self.path(key)}: another length", expected=length, computed=len(value))
        if not _HEX.fullmatch(value):
            raise WrongForm(f"{self.path(key)}: not lowercase hexadecimal")
        return value

    def digest(self, key: str) -> str:
        """Return a SHA-256 value: 64 lowercase hexadecimal digits."""
        return self.hex(key, 64)

    def identifier(self, key: str) -> str:
        """Return an identifier: [a-z0-9][a-z0-9-]{0,63}."""
        value = self._string(key)
        if not _IDENTIFIER.fullmatch(value):
            raise WrongForm(f"{self.path(key)}: not an identifier")
        return value

    def octets(self, key: str, length: int) -> bytes:
        """Return exactly `length` bytes, given in base64url."""
        value = self._string(key)
        try:
            return base64url.decode(value, length)
        except EncodingError as error:
            raise error.at(self.path(key)) from None

    def number(self, key: str, width: int) -> int:
        """Return a non-negative integer, given as `width` big-endian bytes in base64url."""
        return int.from_bytes(self.octets(key, width), "big")

    def time(self, key: str) -> datetime:
        """Return a moment in UTC, whole seconds."""
        value = self._string(key)
        try:
            return times.decode(value)
        except EncodingError as error:
            raise error.at(self.path(key)) from None

    def constant(self, key: str, expected: str | int | bool) -> None:  # noqa: FBT001  # the value itself
        """Raise unless the field is exactly `expected`, type included."""
        value = self._take(key)
        if type(value) is not type(expected):
            _refuse_type(self.path(key), type(expected).__name__, value)
        if value != expected:
            raise WrongForm(f"{self.path(key)}: another value", expected=expected, computed=value)

    def object(self, key: str) -> "Fields":
        """Return a nested object as a reader of its own; the caller calls its `done()`."""
        return Fields(self._take(key), self.path(key))

    def items(self, key: str, *, low: int = 0, high: int = MAX_ITEMS) -> list[Value]:
        """Return an array of low..high items of any kind."""
        value = self._take(key)
        if not isinstance(value, list):
            _refuse_type(self.path(key), "array", value)
        if not low <= len(value) <= high:
            bounds = f"{low}..{high}"
            raise OutOfRange(f"{self.path(key)}: number of items", expected=bounds, computed=len(value))
        return value

    def objects(self, key: str, *, low: int = 0, high: int = MAX_ITEMS) -> tuple["Fields", ...]:
        """Return an array of low..high objects, each as a reader of its own."""
        items = self.items(key, low=low, high=high)
        return tuple(Fields(item, f"{self.path(key)}[{index}]") for index, item in enumerate(items))

    def strings(
        self, key: str, *, low: int = 0, high: int = MAX_ITEMS, limit: int = TEXT_LIMIT, empty: bool = False
    ) -> tuple[str, ...]:
        """Return an array of low..high strings, each as `text` would."""
        values = self.items(key, low=low, high=high)
        rows = (Fields({"item": value}, f"{self.path(key)}[{index}]") for index, value in enumerate(values))
        return tuple(row.text("item", limit=limit, empty=empty) for row in rows)

    def _take(self, key: str) -> Value:
        if key not in self._value:
            raise MissingField(f"{self.path(key)}: missing field")
        self._left.discard(key)
        return self._value[key]

    def _string(self, key: str) -> str:
        value = self._take(key)
        if not isinstance(value, str):
            _refuse_type(self.path(key), "string", value)
        return value


def octets_text(data: bytes) -> str:
    """Return the text that `Fields.octets` reads."""
    return base64url.encode(data)


def number_text(number: int, width: int) -> str:
    """Return the text that `Fields.number` reads; raises OutOfRange unless 0 ≤ number < 256^width."""
    if number < 0 or number.bit_length() > 8 * width:
        raise OutOfRange(
            "a number does not fit its width", expected=f"{8 * width} bits", computed=number.bit_length()
        )
    return base64url.encode(number.to_bytes(width, "big"))


def hex_integer(text: str) -> int:
    """Return an integer of any size from minimal hexadecimal: "0", "1f", "-a"; raises NotHexInteger."""
    if not isinstance(text, str):
        raise NotHexInteger("not text", computed=type(text).__name__)
    if len(text) > HEX_INTEGER_DIGITS or not _HEX_INTEGER.fullmatch(text):
        raise NotHexInteger("not a minimal lowercase hexadecimal integer")
    return int(text, 16)


def hex_integer_text(number: int) -> str:
    """Return the text that `hex_integer` reads."""
    return f"{number:x}"


def _refuse_type(path: str, expected: str, value: object) -> NoReturn:
    raise WrongType(f"{path}: another type", expected=expected, computed=type(value).__name__)
