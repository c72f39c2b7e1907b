# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report as one HTML file: to be read, printed, kept and sent on (docs/spec/verification.md, "Reports").

No script, nothing loaded, nothing linked. Shows what the report holds, and decides nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bulletin_board.codec import times
from tally.contests.protocol import Contest
from tally.contests.results import ContestResult
from tally.record.manifest import Manifest
from tally.record.result import Result
from tally.verifier.checks import CATEGORIES
from tally.verifier.markup import Child, Element, definitions, document, element, style, table
from tally.verifier.meanings import MEANINGS
from tally.verifier.page_style import RULES
from tally.verifier.reasons import reason
from tally.verifier.report import Failure, Finding, Report, Status, Verdict

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_CLASSES = {Status.PASS: "good", Status.FAIL: "bad", Status.NOT_RUN: "care"}
_VERDICTS = {
    Verdict.VERIFIED: ("good", "Verified", "Every check passed."),
    Verdict.REFUTED: ("bad", "Refuted", "At least one check failed. Do not rely on this record."),
    Verdict.UNCHECKED: (
        "care",
        "Not verified",
        "Some checks could not be made. Nothing was found to be wrong.",
    ),
}
_NAMES = {
    "election": "Election",
    "fingerprint": "Fingerprint",
    "log": "Board",
    "entries": "Entries on the board",
    "root": "Root of the board",
    "ballots": "Ballots on the board",
    "counted": "Ballots that count",
    "weight": "Votes that count",
}
_MONO = {"fingerprint", "root"}
_LIMITS = (
    "That your own ballot is there: look for its check code on the board.",
    "That the list of voters holds the right people: the registrar answers for that.",
    "That a device sealed what its voter chose: test ballots are for that.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the verifier: what it read, when (UTC), for how long (s), and the versions of what ran."""

    record: str
    started: datetime
    seconds: float
    versions: tuple[tuple[str, str], ...]


def page(report: Report, run: Run, *, manifest: Manifest | None, result: Result | None) -> str:
    """Return the report as HTML. `result` is as the record states it, whether or not it holds."""
    title = "Verification report"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title}: {report.verdict.value}"),
        style(RULES),
    )
    main = element(
        "main",
        element("h1", title),
        _verdict(report),
        _failures(report),
        _facts(report, run, manifest),
        _exhibits(report),
        _outcomes(report, manifest, result),
        _checks(report),
        _making(run),
    )
    return document(element("html", head, element("body", main), lang="en"))


def _section(heading: str, *children: Child) -> Element:
    return element("section", element("h2", heading), *children)


def _verdict(report: Report) -> Element:
    class_, word, sentence = _VERDICTS[report.verdict]
    return element(
        "div", element("strong", word), element("p", sentence), *_remarks(report), class_=f"verdict {class_}"
    )


def _remarks(report: Report) -> Iterator[Element]:
    """What a reader of the verdict must know: every note beside a check that passed."""
    for finding in report.findings:
        if finding.note and finding.status is Status.PASS:
            yield element("p", f"{finding.check.id}: {finding.note}")


def _facts(report: Report, run: Run, manifest: Manifest | None) -> Element:
    pairs = [("Read from", element("code", run.record))]
    for name, value in report.facts:
        shown = element("code" if name in _MONO else "span", value)
        if name == "election" and manifest is not None:
            shown.set("lang", manifest.languages[0])
            shown.set("dir", "auto")
        pairs.append((_NAMES.get(name, name), shown))
    return _section("What was verified", definitions(pairs))


def _failures(report: Report) -> Element | None:
    failed = [finding for finding in report.findings if finding.status is Status.FAIL]
    if not failed:
        return None
    return _section("What failed", *(_failed(finding) for finding in failed))


def _failed(finding: Finding) -> Element:
    hidden = finding.failed - len(finding.failures)
    return element(
        "div",
        element("h3", f"{finding.check.id}: {MEANINGS[finding.check.id]}"),
        element("p", f"What was checked, and does not hold: “{finding.check.statement}”", class_="soft"),
        *(_evidence(failure) for failure in finding.failures),
        element("p", f"… and {hidden} more") if hidden else None,
        class_="failure",
    )


def _evidence(failure: Failure) -> Element:
    pairs = (
        ("What", reason(failure.error)),
        ("Where", failure.where),
        ("Expected", failure.expected),
        ("Found", failure.computed),
        ("In technical terms", f"{failure.error}: {failure.message}"),
    )
    return definitions((name, value) for name, value in pairs if value)


def _exhibits(report: Report) -> Element | None:
    if not report.exhibits:
        return None
    texts = (
        element(
            "div", element("h3", name), element("pre", text, tabindex="0", role="region", aria_label=name)
        )
        for name, text in report.exhibits
    )
    return _section("Evidence to keep", *texts)


def _outcomes(report: Report, manifest: Manifest | None, result: Result | None) -> Element | None:
    if manifest is None or result is None:
        return None
    holds = report.verdict is Verdict.VERIFIED
    said = (
        "Every number follows from the ballots on the board."
        if holds
        else ("These numbers are what the record states. They are not verified.")
    )
    contests = zip(manifest.contests, result.contests, strict=True)
    tables = (_outcome(contest, part.result, manifest.languages) for contest, part in contests)
    return _section("Result", element("p", said, class_="good" if holds else "bad"), *tables)


def _outcome(contest: Contest, result: ContestResult, languages: tuple[str, ...]) -> Element:
    labels = {option.id: option.label.get(*languages) for option in contest.options}
    rows: list[tuple[Child, ...]] = [
        (
            element("span", labels.get(option, option), lang=languages[0], dir="auto"),
            str(total),
            _mark(option, result),
        )
        for option, total in result.totals
    ]
    rows += [(name, str(number), "") for name, number in result.extras]
    return table(contest.question.get(*languages), ("Option", "Total", "Outcome"), rows)


def _mark(option: str, result: ContestResult) -> str:
    if option in result.tied:
        return "tied"
    return "chosen" if option in result.winners else ""


def _checks(report: Report) -> Element:
    tables = []
    for letter, name in CATEGORIES.items():
        found = [finding for finding in report.findings if finding.check.id.startswith(letter)]
        if found:
            tables += [table(f"{letter}. {name}", ("Number", "Check", "Outcome"), map(_check, found))]
    return _section("All checks", element("div", *tables, class_="checks"))


def _check(finding: Finding) -> tuple[Child, ...]:
    note = element("div", finding.note, class_="soft") if finding.note else None
    statement = element("div", finding.check.statement, note)
    return (
        finding.check.id,
        statement,
        element("strong", finding.status.value, class_=_CLASSES[finding.status]),
    )


def _making(run: Run) -> Element:
    pairs = (
        ("Begun", f"{times.encode(run.started)} (UTC)"),
        ("Time taken", f"{run.seconds:.1f} s"),
        *run.versions,
    )
    limits = element("ul", *(element("li", sentence) for sentence in _LIMITS))
    return element(
        "div",
        _section("How this report was made", definitions(pairs)),
        _section("What verification does not show", limits),
    )
