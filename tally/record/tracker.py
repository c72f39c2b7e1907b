# SPDX-License-Identifier: AGPL-3.0-or-later
"""The check code: what a voter sees of a tracker (docs/spec/record.md, "Tracker").

The first 120 bits of the tracker in Crockford Base32, six groups of four and a check character. Software
compares whole trackers; a code only finds them.
"""

from tally.crypto.crockford import CODE_BYTES, Kind, format_code, parse_code


def format_check_code(tracker: str) -> str:
    """Return the check code of a tracker of 64 hexadecimal digits."""
    return format_code(bytes.fromhex(tracker)[:CODE_BYTES], Kind.CHECK)


def parse_check_code(text: str) -> str:
    """Return the first 30 hexadecimal digits of the tracker whose code somebody typed.

    Forgives case, spaces, hyphens and look-alike letters. Raises the CryptoErrors of
    `tally.crypto.crockford.parse_code`.
    """
    return parse_code(text, Kind.CHECK).hex()
