# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of `voting.importers`, one class per kind; the message begins with the line of the file."""

from voting.errors import VotingError


class ImportRefused(VotingError):
    """Base of all errors of `voting.importers`; `line` counts from 1, 0 where no single line is at fault."""

    def __init__(
        self, message: str, *, line: int = 0, expected: object = None, computed: object = None
    ) -> None:
        where = f"line {line}: " if line else ""
        super().__init__(f"{where}{message}", expected=expected, computed=computed)
        self.line = line


# The file.


class FileTooLarge(ImportRefused):
    """More bytes, rows or characters in a line than an import may have."""


class FileNotUtf8(ImportRefused):
    """Bytes that are not UTF-8."""


class BrokenLine(ImportRefused):
    """A line whose quotes do not match, or that holds a lone carriage return."""


class MissingSection(ImportRefused):
    """A section that is not there, or that has no row of column names."""


class UnexpectedSection(ImportRefused):
    """A section twice or out of order, or content before the first."""


class MissingColumn(ImportRefused):
    """A column that every such file has."""


class DuplicateColumn(ImportRefused):
    """Two columns of one name."""


class TooManyFields(ImportRefused):
    """A row that goes on beyond its last column."""


class DuplicateMeta(ImportRefused):
    """A property of the election given twice."""


class InvalidNumber(ImportRefused):
    """Text that is not a plain non-negative decimal number."""


class InvalidProject(ImportRefused):
    """A project without an id, or with the id of another."""


# What the file means.


class MissingMeta(ImportRefused):
    """A property of the election that the count cannot do without."""


class InvalidMeta(ImportRefused):
    """A property of the election that is no whole number, or out of range."""


class UnsupportedKind(ImportRefused):
    """A way of voting that no kind of contest expresses."""


class UnsupportedRule(ImportRefused):
    """A limit on ballots that the kind of contest cannot enforce."""


class InexactCost(ImportRefused):
    """Amounts of money with more than two decimals."""


class UnusableContest(ImportRefused):
    """Properties or projects that make no contest."""
