# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the verifier says of a falsified board."""

from collections.abc import Callable
from dataclasses import replace

from bulletin_board.codec import canonical
from tally.verifier.report import Report, Status, Verdict
from tally.verifier.verify import Options, verify
from tests.simulator import Entries, MemorySource, World


def report(world: World, board: MemorySource, **changes: object) -> Report:
    options = replace(Options(fingerprint=world.fingerprint, allow_test_modulus=True), **changes)
    return verify(board, options).report


def errors(found: Report, check: str) -> set[str]:
    """The names of the errors that a check failed with."""
    return {
        failure.error
        for finding in found.findings
        if finding.check.id == check
        for failure in finding.failures
    }


def status(found: Report, check: str) -> Status:
    return next(finding.status for finding in found.findings if finding.check.id == check)


def assert_refuted(world: World, board: MemorySource, check: str, error: str, **changes: object) -> None:
    """The board is refuted, and this check failed with this named error."""
    found = report(world, board, **changes)
    assert found.verdict is Verdict.REFUTED
    assert error in errors(found, check), [
        (finding.check.id, finding.failures) for finding in found.findings if finding.failures
    ]


def failing(found: Report) -> dict[str, set[str]]:
    """Every check that failed, with the names of its errors."""
    return {
        finding.check.id: {failure.error for failure in finding.failures}
        for finding in found.findings
        if finding.status is Status.FAIL
    }


def assert_only(world: World, board: MemorySource, check: str, error: str, **changes: object) -> None:
    """The board is refuted by this check and no other, and with this named error alone."""
    assert failing(report(world, board, **changes)) == {check: {error}}


def assert_verified(world: World, board: MemorySource) -> None:
    assert report(world, board).verdict is Verdict.VERIFIED


def edited(world: World, entry_type: str, change: Callable[[dict], None], *, which: int = 0) -> Entries:
    """The entries with one payload parsed, changed in place, and written again canonically."""

    def rewrite(payload: bytes) -> bytes:
        value = canonical.parse(payload, limit=1 << 26)
        change(value)
        return canonical.encode(value)

    return world.replaced(entry_type, rewrite, which=which)
