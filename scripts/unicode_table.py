# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes the tables of Unicode 14.0 by which texts and names are judged: for Python, booth and verifier.

    python -m scripts.unicode_table

Only a Python whose own tables are those of that version can (3.11 is one): what a record may hold must not
depend on what it is read with. Another version of Unicode would be another version of every record.
"""

import sys
import unicodedata
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from textwrap import wrap

VERSION = "14.0.0"
ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / "bulletin_board/codec/unicode14.py"
BROWSERS = tuple(
    ROOT / f"voting/static/voting/{program}/codec/unicode14.js" for program in ("booth", "verifier")
)

_LICENCE = "SPDX-License-Identifier: AGPL-3.0-or-later"
_SUMMARY = (
    'What Unicode 14.0 says of code points, as ranges in hexadecimal (docs/spec/board.md, "Characters").'
)
_MADE = "Made by scripts/unicode_table.py."
_COMMENTS = {
    "UNASSIGNED": "no character in this version",
    "UNPRINTED": "controls, format characters, surrogates, private use, white space",
}
_WIDTH = 96


def tables() -> dict[str, str]:
    """Return the ranges by name: "378-379 38b …". Raises RuntimeError in a Python of another version."""
    if unicodedata.unidata_version != VERSION:
        raise RuntimeError(f"this Python has Unicode {unicodedata.unidata_version}, not {VERSION}")
    return {
        "UNASSIGNED": _ranges(lambda category: category == "Cn"),
        "UNPRINTED": _ranges(lambda category: category[0] in "CZ" and category != "Cn"),
    }


def texts() -> dict[Path, str]:
    """Return what stands in each file."""
    found = tables()
    browser = _for_browsers(found)
    return {PYTHON: _for_python(found)} | dict.fromkeys(BROWSERS, browser)


def _ranges(is_meant: Callable[[str], bool]) -> str:
    return " ".join(
        f"{first:x}" if first == last else f"{first:x}-{last:x}" for first, last in _runs(is_meant)
    )


def _runs(is_meant: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    meant = (code for code in range(sys.maxunicode + 1) if is_meant(unicodedata.category(chr(code))))
    for _, run in groupby(enumerate(meant), key=lambda pair: pair[1] - pair[0]):
        codes = [code for _, code in run]
        yield codes[0], codes[-1]


def _for_python(found: dict[str, str]) -> str:
    parts = [
        f"{name} = (  # {_COMMENTS[name]}\n{_rows(ranges, '    ', '', '')})\n"
        for name, ranges in found.items()
    ]
    return f'# {_LICENCE}\n"""{_SUMMARY}\n\n{_MADE}\n"""\n\n{"".join(parts)}'


def _for_browsers(found: dict[str, str]) -> str:
    parts = [
        f"\n// {_COMMENTS[name]}\nexport const {name} =\n{_rows(ranges, '  ', ' +', ';')}"
        for name, ranges in found.items()
    ]
    return f"// {_LICENCE}\n/**\n * {_SUMMARY}\n *\n * {_MADE}\n */\n{''.join(parts)}"


def _rows(ranges: str, indent: str, joint: str, end: str) -> str:
    *lines, last = wrap(ranges, _WIDTH, break_on_hyphens=False)
    return "".join(f'{indent}"{line} "{joint}\n' for line in lines) + f'{indent}"{last}"{end}\n'


if __name__ == "__main__":
    for path, text in texts().items():
        path.write_text(text, "utf-8")
