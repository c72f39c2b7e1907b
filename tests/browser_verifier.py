# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verifier of the browser, run by node over archives, and what Python's says of the same boards."""

import base64
import json
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bulletin_board.errors import BoardError, SourceUnavailable
from bulletin_board.log.policy import Policy
from tally.verifier.earlier import Earlier
from tally.verifier.report import Report
from tally.verifier.verify import Options, verify
from tests.simulator import MemorySource

PROGRAM = Path(__file__).parent / "js/verify_archives.mjs"
_AGES = ("StaleBoard: ", "ClocksDiffer: ")
EPOCH = (1980, 1, 1, 0, 0, 0)

Findings = dict[str, tuple[str, tuple[str, ...]]]  # check -> status, names of errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A board and what is brought to it: also a policy and an earlier checkpoint, as files.

    Its server answers no question for the path `silent`.
    """

    name: str
    board: MemorySource
    fingerprint: str | None
    compact: bool = False
    policy: bytes | None = None
    earlier: bytes | None = None
    silent: str | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Silent:
    """A board whose server does not answer for one path."""

    board: MemorySource
    path: str

    def read(self, path: str, *, limit: int) -> bytes:
        """Raises SourceUnavailable for the one path."""
        if path == self.path:
            raise SourceUnavailable("no answer")
        return self.board.read(path, limit=limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a verifier says; `unreadable` names the error of a board that is none.

    `cosigned` is the fact of that name, and `stale` names the checks beside which a warning of age stands.
    `evidence` is (check, error, expected, found) of every failure; numbers are not written alike everywhere.
    """

    verdict: str
    findings: Findings
    unreadable: str = ""
    cosigned: str = ""
    stale: tuple[str, ...] = ()
    evidence: frozenset[tuple[str, ...]] = field(default=frozenset(), compare=False)


def write_archive(file: Path, files: Mapping[str, bytes]) -> Path:
    """Write a board as `export_board --zip` would."""
    with zipfile.ZipFile(file, "w") as archive:
        for path, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, EPOCH), data)
    return file


def by_python(case: Case) -> Judged:
    """What the verifier in Python says."""
    options = Options(
        fingerprint=case.fingerprint,
        allow_test_modulus=True,
        compact=case.compact,
        policy=None if case.policy is None else Policy.from_bytes(case.policy),
        earlier=None if case.earlier is None else Earlier.from_bytes(case.earlier),
        read_at=case.read_at,
    )
    try:
        source = case.board if case.silent is None else Silent(case.board, case.silent)
        report = verify(source, options).report
    except BoardError as error:
        return Judged(verdict="unreadable", findings={}, unreadable=type(error).__name__)
    return of_report(report)


def of_report(report: Report) -> Judged:
    """The same of a report that was made already."""
    findings = {
        finding.check.id: (finding.status.value, tuple(sorted({part.error for part in finding.failures})))
        for finding in report.findings
    }
    return Judged(
        verdict=report.verdict.value,
        findings=findings,
        cosigned=dict(report.facts).get("cosigned", ""),
        stale=tuple(one.check.id for one in report.findings if one.note.startswith(_AGES)),
        evidence=frozenset(
            (one.check.id, part.error, part.expected, part.computed)
            for one in report.findings
            for part in one.failures
        ),
    )


def by_browser(cases: Sequence[Case], folder: Path) -> list[Judged]:
    """What the verifier of the browser says of each, in one run of node."""
    asked = [
        {
            "archive": str(write_archive(folder / f"{index}.zip", case.board.files)),
            "fingerprint": case.fingerprint,
            "isCompact": case.compact,
            "policy": in_base64(case.policy),
            "earlier": in_base64(case.earlier),
            "silent": case.silent,
            "readAt": None if case.read_at is None else case.read_at.timestamp(),
        }
        for index, case in enumerate(cases)
    ]
    return judge_archives(asked)


def in_base64(file: bytes | None) -> str | None:
    """How the program in JavaScript is handed a file."""
    return None if file is None else base64.b64encode(file).decode()


def judge_archives(asked: Sequence[Mapping[str, object]]) -> list[Judged]:
    """The same for archives that have been written: {archive, fingerprint, …}."""
    done = subprocess.run(
        ["node", str(PROGRAM)], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    return [_judged(report) for report in json.loads(done.stdout)]


def _judged(report: dict) -> Judged:
    if "unreadable" in report:
        return Judged(verdict="unreadable", findings={}, unreadable=report["unreadable"])
    findings = {
        check["id"]: (check["status"], tuple(sorted({part["error"] for part in check["failures"]})))
        for check in report["checks"]
    }
    return Judged(
        verdict=report["verdict"],
        findings=findings,
        cosigned=report["facts"].get("cosigned", ""),
        stale=tuple(one["id"] for one in report["checks"] if one["note"].startswith(_AGES)),
        evidence=frozenset(
            (one["id"], part["error"], part["expected"], part["computed"])
            for one in report["checks"]
            for part in one["failures"]
        ),
    )
