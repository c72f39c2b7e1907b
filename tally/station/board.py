# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board as a station sees it: read from its own address, verified in full up to the closing entry.

docs/spec/protocol.md, "Tally". The address and the fingerprint are the trustee's, never a message's. What is
then done with it is in station.py.
"""

from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from bulletin_board.errors import BoardError
from bulletin_board.freshness import is_live
from bulletin_board.log.policy import Policy
from bulletin_board.sources import open_source
from tally.station.errors import BoardRefuted, BoardUnavailable, NotClosed, TooFewCounted
from tally.verifier.report import Failure, Report, Status
from tally.verifier.verify import Closed, Options, Verification, verify

MINIMUM_CHECK = "G.2"
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """An address, and how to verify what is there. `full` ignores the cache of commitments.

    `policy` is the trustee's own, demanded beside what the manifest demands.
    """

    address: str
    fingerprint: str
    jobs: int = 1
    full: bool = False
    policy: Policy | None = None
    allow_test_modulus: bool = False

    def read(self, say: Callable[[str], None]) -> Closed:
        """Verify the board and return what follows from it up to its closing entry.

        Raises BoardUnavailable if it cannot be read now; NotClosed, TooFewCounted, BoardRefuted.
        """
        options = Options(
            fingerprint=self.fingerprint,
            policy=self.policy,
            until_close=True,
            read_at=datetime.now(UTC) if is_live(self.address) else None,
            jobs=self.jobs,
            compact=self.full,
            allow_test_modulus=self.allow_test_modulus,
        )
        say(f"Reading and verifying the board at {self.address} …")
        try:
            with open_source(self.address) as source:
                verification = verify(source, options)
        except (BoardError, OSError) as error:
            raise BoardUnavailable(f"the board cannot be read now: {error}") from error
        except BrokenExecutor as error:  # a worker process was killed, for want of memory perhaps
            raise BoardUnavailable(f"the board cannot be verified now: {error}") from error
        facts = dict(verification.report.facts)
        if "cosigned" in facts:
            say(f"Enough witnesses cosigned it last: {facts['cosigned']}.")
        for warning in verification.warnings:
            say(f"Warning: {warning}")
        closed = accept(verification)
        say(f"Verified {facts['ballots']} ballots; {closed.counted.ballots} of them count.")
        return closed


def accept(verification: Verification) -> Closed:
    """Return what was computed, if every check passed. Raises NotClosed, TooFewCounted, BoardRefuted."""
    report, closed = verification.report, verification.closed
    failed = [finding.check.id for finding in report.findings if finding.status is Status.FAIL]
    if closed is None and not failed:
        raise NotClosed("the board has no closing entry yet")
    if closed is not None and failed == [MINIMUM_CHECK]:
        minimum = closed.opened.manifest.rules.minimum_counted
        raise TooFewCounted("too few ballots count", expected=minimum, computed=closed.counted.ballots)
    if closed is None or any(finding.status is not Status.PASS for finding in report.findings):
        raise BoardRefuted(f"the board does not verify: {_reasons(report)}")
    return closed


def _reasons(report: Report) -> str:
    wrong = [finding for finding in report.findings if finding.status is not Status.PASS]
    wrong.sort(key=lambda finding: finding.status is not Status.FAIL)
    parts = [
        f"{finding.check.id} {finding.status.value}{_first(finding.failures)}" for finding in wrong[:_SHOWN]
    ]
    return "; ".join(parts)


def _first(failures: tuple[Failure, ...]) -> str:
    return f" ({failures[0].error} at {failures[0].where})" if failures else ""
