# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crockford's Base32 with its check character, for 120 bits that people read, type and paste.

Written as six groups of four and the check character: "XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-C"
(docs/spec/credentials.md, section "Codes"). Source: D. Crockford, "Base 32". The check character is the value
modulo 37, a prime greater than the alphabet: it catches every single wrong character and every exchange of
two different neighbours. Voting codes, which are secret, and check codes, which are public, have different
check characters, so that neither is ever taken for the other. Errors never repeat what was typed.
"""

from enum import IntEnum

from tally.crypto.errors import (
    BadCodeValue,
    ForbiddenCodeCharacter,
    WrongCheckCharacter,
    WrongCodeLength,
)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK_ALPHABET = ALPHABET + "*~$=U"
CODE_BYTES = 15
MAX_TYPED = 200  # characters, separators included; refused before anything else is done

_GROUP = 4
_DIGITS = CODE_BYTES * 8 // 5
# Separators that word processors, mail programs and phones put in place of a space or a hyphen.
_IGNORED = " \t\r\n\u00a0-\u2010\u2011\u2012\u2013\u2212"
# ASCII only: str.upper() would turn the dotless ı into I and the long ſ into S.
_FORGIVEN = str.maketrans("abcdefghijklmnopqrstuvwxyzOIL", "ABCDEFGH1JK1MN0PQRSTUVWXYZ011", _IGNORED)


class Kind(IntEnum):
    """What a code is for. The number is added to its value before the check character is taken."""

    CHECK = 0
    VOTING = 18


def format_code(value: bytes, kind: Kind) -> str:
    """Return the one printed form of 15 octets. Raises BadCodeValue for another number of them."""
    digits = _digits(value)
    groups = [digits[start : start + _GROUP] for start in range(0, _DIGITS, _GROUP)]
    return "-".join([*groups, check_character(value, kind)])


def check_character(value: bytes, kind: Kind) -> str:
    """Return the check character of 15 octets: their big-endian value plus the kind's number, modulo 37."""
    return CHECK_ALPHABET[(int.from_bytes(value, "big") + kind) % len(CHECK_ALPHABET)]


def parse_code(text: str, kind: Kind) -> bytes:
    """Return the 15 octets of what somebody typed or pasted.

    Forgives case, spaces, hyphens, the letter O for zero, and the letters I and L for one; nothing else.
    Raises WrongCodeLength, ForbiddenCodeCharacter (`computed` is the position, from 1, separators not
    counted) or WrongCheckCharacter (`computed` is the other kind if it would be a code of that one).
    """
    if len(text) > MAX_TYPED:
        raise WrongCodeLength("this is too long to be a code", expected=_DIGITS + 1)
    symbols = text.translate(_FORGIVEN)
    if len(symbols) != _DIGITS + 1:
        raise WrongCodeLength(
            "a code has six groups of four characters and one more",
            expected=_DIGITS + 1,
            computed=len(symbols),
        )
    value = _value(symbols[:_DIGITS]).to_bytes(CODE_BYTES, "big")
    if symbols[_DIGITS] not in CHECK_ALPHABET:
        raise ForbiddenCodeCharacter("the last character is not one that codes use", computed=_DIGITS + 1)
    if symbols[_DIGITS] != check_character(value, kind):
        raise WrongCheckCharacter(
            "one or more characters are wrong or have changed places",
            expected=kind,
            computed=next((one for one in Kind if symbols[_DIGITS] == check_character(value, one)), None),
        )
    return value


def _digits(value: bytes) -> str:
    if len(value) != CODE_BYTES:
        raise BadCodeValue("a code stands for 15 octets", expected=CODE_BYTES, computed=len(value))
    number = int.from_bytes(value, "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(_DIGITS)))


def _value(digits: str) -> int:
    number = 0
    for position, digit in enumerate(digits, start=1):
        place = ALPHABET.find(digit)
        if place < 0:
            raise ForbiddenCodeCharacter(f"character {position} is not one that codes use", computed=position)
        number = number << 5 | place
    return number
