# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one spelling of a value as bytes: RFC 8785 canonical JSON, restricted.

Specification: docs/spec/board.md, "Canonical bytes". Values are objects, arrays, strings, booleans and
integers; there is no null and there are no fractions. Two parties that hash the same value hash the same
bytes, and no value has a second spelling that would pass. What the fields of an object mean is not known
here: see fields.py.
"""

import json
import re
import unicodedata
from typing import NoReturn

from bulletin_board.codec.characters import FORBIDDEN
from bulletin_board.errors import (
    ByteOrderMark,
    DuplicateKey,
    ForbiddenKey,
    ForbiddenNumber,
    ForbiddenText,
    ForbiddenValue,
    InputTooLarge,
    NotCanonical,
    NotJson,
    NotUtf8,
    TooDeep,
)

Value = dict[str, "Value"] | list["Value"] | str | int | bool

MAX_INTEGER = 2**53 - 1  # exact in every JSON implementation (RFC 8785, section 3.2.2.3)
MAX_DEPTH = 32
_INTEGER_CHARACTERS = len(str(-MAX_INTEGER))

_KEY = re.compile(r"[a-z][a-z0-9_-]*")


def encode(value: Value) -> bytes:
    """Return the canonical bytes of `value`; raises an EncodingError if it has none."""
    _check(value, depth=1)
    return _dump(value)


def parse(data: bytes, *, limit: int) -> Value:
    """Return the value whose canonical bytes are exactly `data`, at most `limit` bytes of them.

    Raises a named EncodingError for everything else, whatever the bytes are.
    """
    if len(data) > limit:
        raise InputTooLarge("too many bytes", expected=f"at most {limit}", computed=len(data))
    value = _load(_decode(data))
    _check(value, depth=1)
    if _dump(value) != data:
        raise NotCanonical("not the canonical spelling of its value")
    return value


def _decode(data: bytes) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        raise ByteOrderMark("starts with a byte order mark")
    try:
        return data.decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        raise NotUtf8(f"not UTF-8 at byte {error.start}") from None


def _load(text: str) -> Value:
    try:
        value: Value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except json.JSONDecodeError as error:
        raise NotJson(f"not JSON at character {error.pos}") from None
    except RecursionError:
        raise TooDeep("nested too deeply", expected=f"at most {MAX_DEPTH}") from None
    return value


def _object(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateKey("an object has one key twice")
    return found


def _integer(digits: str) -> int:
    # The length first: int() itself raises on thousands of digits.
    if len(digits) > _INTEGER_CHARACTERS:
        raise ForbiddenNumber("an integer is beyond 2^53 − 1")
    return int(digits)


def _refuse_number(digits: str) -> NoReturn:
    raise ForbiddenNumber("only integers are numbers here", computed=digits)


def _check(value: object, *, depth: int) -> None:
    # Exact types: a subclass could print itself in its own way, and bool is a subclass of int.
    if type(value) is str:
        _check_text(value)
    elif type(value) is int:
        _check_integer(value)
    elif type(value) is dict or type(value) is list:
        _check_container(value, depth=depth)
    elif type(value) is not bool:
        raise ForbiddenValue("no value of this encoding", computed=type(value).__name__)


def _check_container(value: dict[object, object] | list[object], *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise TooDeep("nested too deeply", expected=f"at most {MAX_DEPTH}")
    if isinstance(value, list):
        for item in value:
            _check(item, depth=depth + 1)
        return
    for key, item in value.items():
        if type(key) is not str or not _KEY.fullmatch(key):
            raise ForbiddenKey("a key is not of the form [a-z][a-z0-9_-]*", computed=ascii(key))
        _check(item, depth=depth + 1)


def _check_integer(value: int) -> None:
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise ForbiddenNumber("an integer is beyond 2^53 − 1")


def _check_text(value: str) -> None:
    if value.isascii() and value.isprintable():  # nearly all of a record: numbers, digests
        return
    if found := FORBIDDEN.search(value):
        raise ForbiddenText(f"a string holds the forbidden character U+{ord(found[0]):04X}")
    if not unicodedata.is_normalized("NFC", value):
        raise ForbiddenText("a string is not in Unicode normal form C")


def _dump(value: Value) -> bytes:
    # Keys are ASCII, so code point order is the UTF-16 order of RFC 8785, section 3.2.3. The strings hold no
    # control character, so only the quotation mark and the backslash are escaped (section 3.2.2.2).
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")
