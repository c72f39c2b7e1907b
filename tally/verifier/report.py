# SPDX-License-Identifier: AGPL-3.0-or-later
"""Findings: what was checked, what was found, and the verdict. Knows nothing of how checks are made."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from bulletin_board.codec.canonical import Value
from bulletin_board.errors import BoardError
from tally.verifier.checks import CHECKS, Check
from tally.verifier.plain import evidence, message, plain

_SHOWN = 20  # failures of one check that are spelt out; all of them are counted


class Status(StrEnum):
    """Of one check. NOT-RUN is never success."""

    PASS = "PASS"  # noqa: S105  # not a password
    FAIL = "FAIL"
    NOT_RUN = "NOT-RUN"


class Verdict(StrEnum):
    """Of the whole record."""

    VERIFIED = "verified"
    REFUTED = "refuted"
    UNCHECKED = "could not be checked"


EXIT_CODES = {Verdict.VERIFIED: 0, Verdict.REFUTED: 1, Verdict.UNCHECKED: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure of one check: the error's name, where it was met, and the evidence.

    `expected` is what must stand there: signed, named, brought, or following from the rest of the record.
    `computed` is what stands there, and is shown as found.
    """

    error: str
    where: str
    message: str
    expected: str
    computed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of one check; `failures` are the first of `failed`."""

    check: Check
    status: Status
    note: str = ""
    failed: int = 0
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings, in the order of the checks, with the facts a reader asks for first.

    `exhibits` are (name, text) of what is evidence as it stands, such as a signed checkpoint.
    """

    findings: tuple[Finding, ...]
    facts: tuple[tuple[str, str], ...]
    exhibits: tuple[tuple[str, str], ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Refuted if anything failed; verified only if everything ran."""
        statuses = {finding.status for finding in self.findings}
        if Status.FAIL in statuses:
            return Verdict.REFUTED
        return Verdict.UNCHECKED if Status.NOT_RUN in statuses else Verdict.VERIFIED

    def to_value(self) -> Value:
        """The report as JSON."""
        exhibits: dict[str, Value] = {
            "exhibits": [
                {"name": name, "lines": [plain(line) for line in text.split("\n")]}
                for name, text in self.exhibits
            ]
        }
        return (exhibits if self.exhibits else {}) | {
            "format": "veritally/verification/1",
            "verdict": self.verdict.value,
            "facts": {name: plain(value) for name, value in self.facts},
            "checks": [_finding_value(finding) for finding in self.findings],
        }


def _finding_value(finding: Finding) -> Value:
    return {
        "id": finding.check.id,
        "statement": finding.check.statement,
        "status": finding.status.value,
        "note": finding.note,
        "failed": finding.failed,
        "failures": [
            {
                "error": failure.error,
                "where": failure.where,
                "message": failure.message,
                "expected": failure.expected,
                "computed": failure.computed,
            }
            for failure in finding.failures
        ],
    }


@dataclass(slots=True)
class Ledger:
    """Collects outcomes while checks are made. A check passes when it was marked and never failed."""

    ids: tuple[str, ...]
    _passed: set[str] = field(default_factory=set)
    _failures: dict[str, list[Failure]] = field(default_factory=dict)
    _failed: dict[str, int] = field(default_factory=dict)
    _notes: dict[str, str] = field(default_factory=dict)

    def mark(self, *ids: str) -> None:
        """These checks were made."""
        self._passed.update(ids)

    def note(self, id_: str, text: str) -> None:
        """A remark on a check, such as why it was not run."""
        self._notes[id_] = plain(text)

    def fail(self, id_: str, error: Exception, where: str = "") -> None:
        """This check failed, with the error as evidence."""
        self._failed[id_] = self._failed.get(id_, 0) + 1
        failures = self._failures.setdefault(id_, [])
        if len(failures) < _SHOWN:
            failures.append(describe(error, where))

    def has_failed(self, ids: Iterable[str] | None = None) -> bool:
        """Whether any of these checks, or any at all, has failed."""
        return any(id_ in self._failed for id_ in (self._failed if ids is None else ids))

    def report(
        self, facts: tuple[tuple[str, str], ...], exhibits: tuple[tuple[str, str], ...] = ()
    ) -> Report:
        """Everything found so far; what was neither marked nor failed is NOT-RUN."""
        findings = tuple(self._finding(id_) for id_ in self.ids)
        return Report(findings=findings, facts=facts, exhibits=exhibits)

    def _finding(self, id_: str) -> Finding:
        failed = self._failed.get(id_, 0)
        status = Status.FAIL if failed else Status.PASS if id_ in self._passed else Status.NOT_RUN
        return Finding(
            check=CHECKS[id_],
            status=status,
            note=self._notes.get(id_, ""),
            failed=failed,
            failures=tuple(self._failures.get(id_, ())),
        )


def describe(error: Exception, where: str) -> Failure:
    """An error as evidence: its class is the named reason."""
    return Failure(
        error=type(error).__name__,
        where=where,
        message=message(_unrepeated(error)),
        expected=evidence(getattr(error, "expected", None)),
        computed=evidence(getattr(error, "computed", None)),
    )


def _unrepeated(error: Exception) -> str | Exception:
    """What an error says; of one whose text holds the evidence too, what it says without."""
    return error.message if isinstance(error, BoardError) else error
