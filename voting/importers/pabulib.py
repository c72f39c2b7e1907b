# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading Pabulib files (.pb): participatory budgets with their projects and ballots.

Format: Faliszewski et al., "Participatory Budgeting: Data, Tools, and Analysis" (2023), and
pabulib.org/format. Three sections, META, PROJECTS and VOTES, of lines with fields between semicolons,
quoted as in CSV. Real files come with a byte order mark, CRLF, trailing semicolons and columns of their
own: all of that is read. What could hide a ballot is refused: a line break within quotes, a quote that does
not end, a row beyond its columns. Nothing is judged here: what a file means is in pabulib_rules.py and
pabulib_election.py.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from voting.importers.errors import (
    BrokenLine,
    DuplicateColumn,
    DuplicateMeta,
    FileNotUtf8,
    FileTooLarge,
    InvalidNumber,
    InvalidProject,
    MissingColumn,
    MissingSection,
    TooManyFields,
    UnexpectedSection,
)

MAX_BYTES = 32 * 2**20
MAX_LINE = 100_000  # characters; below the csv module's own limit
MAX_ROWS = {"META": 1_000, "PROJECTS": 10_000, "VOTES": 1_000_000}

_SECTIONS = ("META", "PROJECTS", "VOTES")
_NUMBER = re.compile(r"[0-9]{1,16}(\.[0-9]{1,12})?")

Row = tuple[int, list[str]]  # (line, fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One project; `votes` and `score` are the published totals, None where the file has none."""

    line: int
    id: str
    cost: Decimal
    votes: Decimal | None
    score: Decimal | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One row of VOTES as it stands: project ids in order, and the points beside them (both may be empty)."""

    line: int
    voter: str
    choices: tuple[str, ...]
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PabulibFile:
    """`meta` = ((key, value), …) in file order, keys in lower case; all rows of the other two sections."""

    meta: tuple[tuple[str, str], ...]
    projects: tuple[Project, ...]
    ballots: tuple[Ballot, ...]


def read_pabulib(data: bytes) -> PabulibFile:
    """Return the contents of a .pb file; raises an ImportRefused that names the line."""
    if len(data) > MAX_BYTES:
        raise FileTooLarge("the file is too large", expected=f"at most {MAX_BYTES} bytes", computed=len(data))
    sections = _sections(_rows(_decode(data)))
    return PabulibFile(
        meta=_read_meta(sections["META"]),
        projects=_read_projects(sections["PROJECTS"]),
        ballots=tuple(_ballot(line, row) for line, row in _table(sections["VOTES"], ("voter_id", "vote"))),
    )


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FileNotUtf8("not UTF-8", line=line) from None


def _rows(text: str) -> Iterator[Row]:
    """Yield every line as stripped fields, without empty ones at its end.

    A line with nothing in it but semicolons and white space is no row.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_LINE:
            raise FileTooLarge("too long", line=number, expected=MAX_LINE, computed=len(line))
        try:
            fields = next(csv.reader([line.removesuffix("\r")], delimiter=";", strict=True))
        except csv.Error:
            raise BrokenLine("quotes that do not match, or a stray line break", line=number) from None
        fields = [field.strip() for field in fields]
        while fields and not fields[-1]:
            fields.pop()
        if fields:
            yield number, fields


def _sections(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of the three sections; raises UnexpectedSection, MissingSection, FileTooLarge."""
    found: dict[str, list[Row]] = {}
    name = ""
    for line, fields in rows:
        if len(fields) == 1 and fields[0].upper() in _SECTIONS:
            name = fields[0].upper()
            if len(found) == len(_SECTIONS) or name != _SECTIONS[len(found)]:
                raise UnexpectedSection(f"section {name} twice or out of order", line=line)
            found[name] = []
        elif not name:
            raise UnexpectedSection("content before the first section", line=line)
        else:
            found[name].append((line, fields))
            if len(found[name]) > MAX_ROWS[name] + 1:  # the column names come first
                raise FileTooLarge(f"too many rows in {name}", line=line, expected=MAX_ROWS[name])
    for section in _SECTIONS:
        if not found.get(section):
            raise MissingSection(f"no section {section}, or nothing in it")
    return found


def _table(rows: list[Row], needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, {column: field}) of a section; fields missing at the end of a row are empty."""
    line, header = rows[0]
    columns = [column.lower() for column in header]
    for column in needed:
        if column not in columns:
            raise MissingColumn(f"no column {column}", line=line)
    named = [column for column in columns if column]
    if len(set(named)) != len(named):
        raise DuplicateColumn("two columns of one name", line=line, computed=columns)
    for number, fields in rows[1:]:
        if len(fields) > len(columns):
            raise TooManyFields("too many fields", line=number, expected=len(columns), computed=len(fields))
        yield number, dict(zip(columns, fields + [""] * (len(columns) - len(fields)), strict=True))


def _read_meta(rows: list[Row]) -> tuple[tuple[str, str], ...]:
    """Return (key, value) pairs; a value is everything after the first semicolon."""
    line, header = rows[0]
    if [field.lower() for field in header] != ["key", "value"]:
        raise MissingColumn("META does not begin with key;value", line=line)
    found: dict[str, str] = {}
    for number, fields in rows[1:]:
        key = fields[0].lower()
        if key in found:
            raise DuplicateMeta(f"{key} twice", line=number)
        found[key] = ";".join(fields[1:])
    return tuple(found.items())


def _read_projects(rows: list[Row]) -> tuple[Project, ...]:
    found: dict[str, Project] = {}
    for line, row in _table(rows, ("project_id", "cost")):
        project = _project(line, row)
        if not project.id or project.id in found:
            raise InvalidProject("a project without an id, or with the id of another", line=line)
        found[project.id] = project
    return tuple(found.values())


def _project(line: int, row: dict[str, str]) -> Project:
    votes, score = row.get("votes", ""), row.get("score", "")
    return Project(
        line=line,
        id=row["project_id"],
        cost=read_number(row["cost"], line=line),
        votes=read_number(votes, line=line) if votes else None,
        score=read_number(score, line=line) if score else None,
        name=row.get("name", ""),
    )


def _ballot(line: int, row: dict[str, str]) -> Ballot:
    return Ballot(
        line=line,
        voter=row["voter_id"],
        choices=_split(row["vote"]),
        points=_split(row.get("points", "")),
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",")) if text else ()


def read_number(text: str, *, line: int = 0) -> Decimal:
    """Return the exact value of digits with or without decimals; raises InvalidNumber for anything else."""
    if not _NUMBER.fullmatch(text):
        raise InvalidNumber("not a plain number", line=line, computed=ascii(text[:40]))
    return Decimal(text)
