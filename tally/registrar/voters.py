# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registrar's own list of voters, as strict CSV (docs/registrar.md, section "The list").

UTF-8, commas, a heading of the column names; all problems of all rows are collected, each with its row as a
spreadsheet counts. It judges form only: whether a person is entitled to vote is the registrar's business.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from tally.registrar.errors import (
    BadEmail,
    BadHeading,
    BadQuoting,
    BadWeight,
    CellTooLong,
    DuplicateEmail,
    ForbiddenCharacter,
    IndistinguishableVoter,
    ListNotText,
    ListProblem,
    ListTooLarge,
    LooksLikeFormula,
    NameMissing,
    NoVoters,
    SpaceAround,
    VoterListRefused,
    WrongColumnCount,
)

COLUMNS = ("name", "email", "weight", "group")
MAX_FILE = 256 << 20
MAX_VOTERS = 1_000_000
MAX_WEIGHT = 10**9  # 10^6 voters of 10^9 stay below 2^53, the bound on every count
_CELL_LIMITS = {"name": 200, "email": 254, "weight": 10, "group": 100}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FORMULA = ("=", "+", "-", "@")
_WEIGHT = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\"\\]{1,64}@[^\s@,;:<>()\[\]\"\\.]+(\.[^\s@,;:<>()\[\]\"\\.]+)+")
# Control, format (bidirectional, zero-width), surrogate, private, unassigned; line and paragraph breaks.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # category Cf, but needed to spell names in Persian and several Indic scripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Voter:
    """One row: a name, and what the registrar knows besides ("" where nothing)."""

    name: str
    email: str = ""
    weight: int = 1
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    number: int
    cells: dict[str, str]


def parse_voters(data: bytes) -> tuple[Voter, ...]:
    """Read a whole list. Raises VoterListRefused with every problem found, in the order of the rows."""
    if len(data) > MAX_FILE:
        raise VoterListRefused(
            (ListTooLarge(1, "the file is too large", expected=MAX_FILE, computed=len(data)),)
        )
    rows, problems = _read_rows(_decode(data))
    voters: list[Voter] = []
    for row in rows:
        found = list(_cell_problems(row))
        problems += found
        if not found:
            voters.append(_voter(row))
    problems += _list_problems(rows)
    if problems:
        raise VoterListRefused(tuple(sorted(problems, key=lambda problem: problem.row)))
    return tuple(voters)


def distinctive_weights(voters: Iterable[Voter], *, fewer_than: int = 2) -> tuple[int, ...]:
    """Return the weights that fewer than `fewer_than` voters have, ascending.

    The count of a weight that one voter has shows how that voter voted.
    """
    holders: dict[int, int] = {}
    for voter in voters:
        holders[voter.weight] = holders.get(voter.weight, 0) + 1
    return tuple(sorted(weight for weight, count in holders.items() if count < fewer_than))


def _decode(data: bytes) -> str:
    try:
        return data.removeprefix(_BYTE_ORDER_MARK).decode("utf-8")  # spreadsheets write the mark
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise VoterListRefused((ListNotText(row, 'not UTF-8: save the list as "CSV UTF-8"'),)) from None


def _read_rows(text: str) -> tuple[list[_Row], list[ListProblem]]:
    """Split into rows under the heading's names; rows that cannot be split are problems instead."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    heading: list[str] = []
    rows: list[_Row] = []
    problems: list[ListProblem] = []
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                _check_heading(cells)
                heading = cells
            elif number > MAX_VOTERS + 1:
                problems.append(ListTooLarge(number, "too many voters", expected=MAX_VOTERS))
                break
            elif len(cells) != len(heading):
                message = f"{len(cells)} cells under {len(heading)} headings"
                problems.append(WrongColumnCount(number, message, expected=len(heading), computed=len(cells)))
            else:
                rows.append(_Row(number=number, cells=dict(zip(heading, cells, strict=True))))
    except csv.Error:
        problems.append(BadQuoting(number + 1, "quotation marks do not match; nothing after this was read"))
    if not rows and not problems:
        problems.append(NoVoters(max(number, 1), "no voters"))
    return rows, problems


def _check_heading(cells: list[str]) -> None:
    if not cells or "name" not in cells or len(set(cells)) != len(cells) or not set(cells) <= set(COLUMNS):
        message = f'the heading must be "name" and any of {", ".join(COLUMNS[1:])}, separated by commas'
        raise VoterListRefused((BadHeading(1, message, expected=COLUMNS),))


def _cell_problems(row: _Row) -> Iterable[ListProblem]:
    for column, cell in row.cells.items():
        problem = _text_problem(row.number, column, cell) or _CHECKS[column](row.number, cell)
        if problem:
            yield problem


def _text_problem(number: int, column: str, cell: str) -> ListProblem | None:
    limit = _CELL_LIMITS[column]
    if len(cell) > limit:
        return CellTooLong(number, f"{column}: too long", expected=limit, computed=len(cell))
    if not cell.isascii() and unicodedata.normalize("NFC", cell) != cell:
        return ForbiddenCharacter(number, f"{column}: not in Unicode normal form C")
    if not cell.isprintable() and any(_is_forbidden(character) for character in cell):
        return ForbiddenCharacter(number, f"{column}: an invisible or control character")
    if cell != cell.strip():
        return SpaceAround(number, f"{column}: a space at the beginning or end")
    if column != "weight" and cell.startswith(_FORMULA):
        return LooksLikeFormula(number, f"{column}: begins with {cell[0]}, a spreadsheet would execute it")
    return None


def _is_forbidden(character: str) -> bool:
    return unicodedata.category(character) in _FORBIDDEN_CATEGORIES and character not in _JOINERS


def _check_name(number: int, cell: str) -> ListProblem | None:
    return None if cell else NameMissing(number, "name: missing")


def _check_email(number: int, cell: str) -> ListProblem | None:
    return BadEmail(number, "email: not an address") if cell and not _is_email(cell) else None


def _is_email(cell: str) -> bool:
    """Whether a message can be addressed so: a domain's label has at most 63 octets, once it is in ASCII."""
    if not _EMAIL.fullmatch(cell):
        return False
    try:
        cell.partition("@")[2].encode("idna")
    except UnicodeError:
        return False
    return True


def _check_weight(number: int, cell: str) -> ListProblem | None:
    if not cell or (_WEIGHT.fullmatch(cell) and int(cell) <= MAX_WEIGHT):
        return None
    return BadWeight(number, f"weight: not a whole number from 1 to {MAX_WEIGHT}", expected=MAX_WEIGHT)


def _check_group(_number: int, _cell: str) -> ListProblem | None:
    return None  # any text will do


_CHECKS = {"name": _check_name, "email": _check_email, "weight": _check_weight, "group": _check_group}


def _voter(row: _Row) -> Voter:
    cells = row.cells
    return Voter(
        name=cells["name"],
        email=cells.get("email", ""),
        weight=int(cells.get("weight") or "1"),
        group=cells.get("group", ""),
    )


def _list_problems(rows: Iterable[_Row]) -> Iterable[ListProblem]:
    """What no row shows alone: the same person twice."""
    emails: dict[str, int] = {}
    people: dict[tuple[str, str], int] = {}
    for row in rows:
        email, name = row.cells.get("email", ""), row.cells["name"]
        if email:
            earlier = emails.setdefault(email.casefold(), row.number)
            if earlier != row.number:
                yield DuplicateEmail(row.number, f"email: the same as in row {earlier}", expected=earlier)
        elif name:
            earlier = people.setdefault((name.casefold(), row.cells.get("group", "").casefold()), row.number)
            if earlier != row.number:
                message = f"name: the same as in row {earlier}, with no email or group to tell them apart"
                yield IndistinguishableVoter(row.number, message, expected=earlier)
