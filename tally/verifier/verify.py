# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole verification, one pass over the board (docs/spec/verification.md).

Used by the command line, by every trustee's station before it answers (up to the closing entry), and by the
server before it combines shares. All failures are reported, not only the first.
"""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from gmpy2 import mpz

from bulletin_board import freshness
from bulletin_board.codec import times
from bulletin_board.errors import SourceUnavailable
from bulletin_board.log.policy import Policy
from bulletin_board.sources import Source
from tally.opened import OpenedElection
from tally.outcome import aggregates as pack_aggregates
from tally.record import order
from tally.record.counted import Counted
from tally.record.head import Head
from tally.record.manifest import Manifest
from tally.record.result import Result
from tally.verifier.ballots import BallotChecks
from tally.verifier.checks import CHECKS, CONTINUED, POLICY, UNTIL_CLOSE
from tally.verifier.earlier import Earlier
from tally.verifier.plain import message
from tally.verifier.proofs import (
    Payloads,
    ProofQueue,
    check_credentials_in_worker,
    even_batch,
    start_pool,
)
from tally.verifier.report import Ledger, Report
from tally.verifier.results import check_final, check_result
from tally.verifier.schedule import check_closed, check_opened
from tally.verifier.setup import SetupChecks
from tally.verifier.shares import ShareChecks, check_closing
from tally.verifier.walk import Entry, Walk

Progress = Callable[[int, int], None]

_RESTING = (
    "The proofs of {ballots} ballots were not judged again. For them this rests on your own verification of "
    "{made}, and on the file that it left, which only your own disk protects."
)
_KEPT = (
    "The first {entries} entries and their payloads are in your own copy, compared with the checkpoint of "
    "your own earlier verification. The server was asked for what is new."
)
_INTERRUPTED = "Of {entries} entries {read} were read, and what was found in them stands. Then: {error}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to verify. Without `fingerprint`, A.1 is not run unless `trust_on_first_use`.

    With both, `fingerprint` is one that an earlier run trusted on first use: the report goes on saying so.
    `policy` is the verifier's own, for B.8. `earlier` is a checkpoint seen before, for B.9; what was judged
    under it is not judged again, and the caller has asked it whether it is usable. `kept` is how many entries
    the source takes from the verifier's own copy, which the report then says. `until_close` leaves out what
    comes after the closing entry; `read_at` is now, for a live board, whose age is then told; `compact`
    ignores the cache of commitments; `allow_test_modulus` is for tests.
    """

    fingerprint: str | None = None
    trust_on_first_use: bool = False
    policy: Policy | None = None
    earlier: Earlier | None = None
    kept: int = 0
    until_close: bool = False
    read_at: datetime | None = None
    jobs: int = 1
    compact: bool = False
    allow_test_modulus: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What follows from the board up to the closing entry."""

    opened: OpenedElection
    head: Head
    counted: Counted
    tallies: tuple[tuple[mpz, ...], ...]
    aggregates: tuple[mpz, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The report, and what was read or computed on the way where the record allowed it.

    `manifest` and `result` are as stated, right or wrong; `checkpoint` is the signed note that was read;
    `warnings` refute nothing, and are also beside their checks in the report.
    """

    report: Report
    checkpoint: bytes
    manifest: Manifest | None
    result: Result | None
    opened: OpenedElection | None
    closed: Closed | None
    warnings: tuple[str, ...] = ()


def verify(
    source: Source, options: Options, *, progress: Progress = lambda _done, _total: None
) -> Verification:
    """Verify the record in `source`. Raises BoardError if there is no board to be read.

    A source that falls silent raises SourceUnavailable, unless something had failed before: that refutes the
    record all the same, and the report says how far it was read.
    """
    with ExitStack() as stack:
        return _Pass(source, options, stack).run(progress)


def _ids(options: Options) -> tuple[str, ...]:
    """The checks to be made: B.8 only with a policy, B.9 only with an earlier checkpoint."""
    ids = UNTIL_CLOSE if options.until_close else tuple(CHECKS)
    unasked = {POLICY: options.policy is None, CONTINUED: options.earlier is None}
    return tuple(id_ for id_ in ids if not unasked.get(id_, False))


class _Pass:
    """The state of one pass: each handler takes one type of entry."""

    def __init__(self, source: Source, options: Options, stack: ExitStack) -> None:
        self.ledger = Ledger(ids=_ids(options))
        self.source = source
        self.options = options
        self.stack = stack
        self.walk = Walk(source, self.ledger, options.earlier)
        self.setup = SetupChecks(
            self.ledger,
            fingerprint=options.fingerprint,
            trusting=options.trust_on_first_use,
            allow_test_modulus=options.allow_test_modulus,
        )
        self.payloads: dict[str, bytes] = {}
        self.ballots: BallotChecks | None = None
        self.closed: Closed | None = None
        self.shares: ShareChecks | None = None
        self.stated_result: Result | None = None
        self.result_sha256: str | None = None
        self.credentials: Future[None] | None = None  # check E.2, if another process makes it
        self.is_final = False
        self.warnings: list[str] = []
        self.read = 0  # entries that were read and handled
        self.silence: SourceUnavailable | None = None

    def run(self, progress: Progress) -> Verification:
        if self.options.kept:
            self.ledger.note("B.4", _KEPT.format(entries=self.options.kept))
        if self.options.policy is not None:
            self.walk.check_policy(self.options.policy)
        handlers: dict[str, Callable[[Entry], None]] = {
            order.MANIFEST: self.part(self.manifest),
            order.ROLL: self.part(self.setup.roll),
            order.KEY: self.part(self.setup.key),
            order.OPEN: self.part(self.opening),
            order.BALLOT: lambda entry: self.ballots.ballot(entry) if self.ballots else None,
            order.CHALLENGED: lambda entry: self.ballots.challenge(entry) if self.ballots else None,
            order.ROLL_CHANGE: lambda entry: self.ballots.roll_change(entry) if self.ballots else None,
            order.CLOSE: self.closing,
        }
        if not self.options.until_close:
            handlers |= {
                order.SHARE: lambda entry: self.shares.share(entry) if self.shares else None,
                order.RESULT: self.result,
                order.FINAL: self.final,
            }
        try:
            self.follow(handlers, progress)
        except SourceUnavailable as error:
            self.interrupted(error)
        self.setup.credentials(self.credentials.result if self.credentials else None)
        self.settle()
        if self.silence is not None and not self.ledger.has_failed():
            raise self.silence
        age = self.judge_age()
        return Verification(
            report=self.ledger.report((*self.facts(), *age), self.exhibits()),
            checkpoint=self.walk.note,
            manifest=self.setup.manifest_record,
            result=self.stated_result,
            opened=self.setup.opened,
            closed=self.closed,
            warnings=tuple(self.warnings),
        )

    def follow(self, handlers: dict[str, Callable[[Entry], None]], progress: Progress) -> None:
        """Hand every entry to what handles its type. Raises SourceUnavailable."""
        for entry in self.walk.entries():
            if entry.envelope.type in handlers:
                handlers[entry.envelope.type](entry)
            self.is_final = self.is_final or entry.envelope.type == order.FINAL
            self.read = entry.size
            progress(entry.size, self.walk.head.size)

    def interrupted(self, error: SourceUnavailable) -> None:
        """Nothing more can be read: what was found stands, or a server could hide it by falling silent."""
        self.silence = error
        text = _INTERRUPTED.format(read=self.read, entries=self.walk.head.size, error=message(error))
        self.warn("B.2", text)

    def warn(self, id_: str, text: str) -> None:
        """Remark on a check: it refutes nothing."""
        if text:
            self.ledger.note(id_, text)
            self.warnings.append(text)

    def part(self, check: Callable[[Entry], None]) -> Callable[[Entry], None]:
        """A handler of the first entry of a type, whose payload it keeps for worker processes.

        A second one is out of order (B.5) and means nothing: what was opened stays what it is.
        """

        def handle(entry: Entry) -> None:
            if entry.envelope.type not in self.payloads:
                self.payloads[entry.envelope.type] = entry.payload
                check(entry)

        return handle

    def manifest(self, entry: Entry) -> None:
        self.setup.manifest(entry)
        if self.setup.manifest_record is not None:
            self.walk.check_signatures(self.setup.manifest_record.board)

    def opening(self, entry: Entry) -> None:
        self.setup.opening(entry)
        opened = self.setup.opened
        if opened is None:
            return
        check_opened(self.ledger, entry, opened.manifest)
        payloads = Payloads(
            manifest=self.payloads[order.MANIFEST],
            roll=self.payloads[order.ROLL],
            key=self.payloads[order.KEY],
            opening=entry.payload,
        )
        jobs = self.options.jobs
        pool = start_pool(payloads, jobs, allow_test_modulus=self.options.allow_test_modulus)
        if pool is not None:
            self.stack.enter_context(pool)
            self.credentials = pool.submit(check_credentials_in_worker)
        queue = ProofQueue(opened, pool, jobs, size=even_batch(self.walk.head.size, jobs))
        self.ballots = BallotChecks(
            opened,
            self.source,
            queue,
            self.ledger,
            cache=not self.options.compact,
            judged=self.judged_earlier(),
        )

    def judged_earlier(self) -> int:
        """How many entries hold ballots whose proofs need not be judged, if the board continues them."""
        earlier, continuation = self.options.earlier, self.walk.continuation
        if earlier is None or continuation is None or earlier.judged is None or not continuation.is_evidence:
            return 0
        return continuation.size

    def settle(self) -> None:
        """Judge what waits if there was no closing entry, and say what rests on an earlier verification."""
        ballots, continuation = self.ballots, self.walk.continuation
        if ballots is None:
            return
        if not ballots.is_finished:
            ballots.judge_waiting()
        ballots.settle(may_rest=continuation is not None and continuation.holds)
        earlier = self.options.earlier
        if ballots.resting and earlier is not None and earlier.judged is not None:
            made = times.encode(earlier.judged.made)
            self.ledger.note("F.5", _RESTING.format(ballots=ballots.resting, made=made))

    def closing(self, entry: Entry) -> None:
        opened, ballots = self.setup.opened, self.ballots
        if opened is None or ballots is None or self.closed is not None:
            return
        ballots.finish()
        check_closed(self.ledger, entry, opened.manifest)
        count = ballots.count
        counted = count.counted()
        check_closing(
            self.ledger,
            entry,
            opened,
            ballots=ballots.ballots,
            challenged=ballots.challenged,
            counted=counted,
        )
        self.closed = Closed(
            opened=opened,
            head=Head(size=entry.size, root=entry.root),
            counted=counted,
            tallies=count.tallies(),
            aggregates=pack_aggregates(opened, count),
        )
        self.shares = ShareChecks(
            opened,
            self.ledger,
            head=self.closed.head,
            counted=counted.hash,
            aggregates=self.closed.aggregates,
        )

    def result(self, entry: Entry) -> None:
        if self.closed is None or self.shares is None:
            return
        self.shares.finish()
        self.result_sha256 = entry.envelope.payload_sha256
        closed = self.closed
        self.stated_result = check_result(
            self.ledger,
            entry,
            closed.opened,
            counted=closed.counted,
            tallies=closed.tallies,
            aggregates=closed.aggregates,
        )

    def final(self, entry: Entry) -> None:
        if self.closed is not None and self.result_sha256 is not None:
            check_final(self.ledger, entry, self.closed.opened, self.result_sha256)

    def judge_age(self) -> tuple[tuple[str, str], ...]:
        """Say when enough witnesses cosigned last, and how old a live board is, while it is still renewed."""
        read = self.options.read_at
        facts: tuple[tuple[str, str], ...] = ()
        for id_, (policy, words) in self.walk.quorums.items():
            since = freshness.completed(policy, words, read=read)
            self.warn("B.7", freshness.contradiction(since, self.walk.newest))
            if not self.is_final:
                self.warn(id_, freshness.warning(since, read=read))
                facts = (("cosigned", freshness.age(since, read=read)),)
        return facts

    def exhibits(self) -> tuple[tuple[str, str], ...]:
        """Both signed checkpoints, if the board does not continue the earlier one."""
        earlier = self.options.earlier
        if earlier is None or not self.ledger.has_failed((CONTINUED,)):
            return ()
        return (
            ("Checkpoint of the earlier verification", earlier.note.decode()),
            ("Checkpoint of this board", self.walk.note.decode()),
        )

    def facts(self) -> tuple[tuple[str, str], ...]:
        """What a reader asks for first."""
        manifest, closed = self.setup.manifest_record, self.closed
        facts = [("fingerprint", self.setup.stated_fingerprint or "unknown")]
        if manifest is not None:
            facts += [
                ("election", manifest.title.get(manifest.languages[0])),
                ("log", manifest.board.log.name),
            ]
        facts += [("entries", str(self.walk.head.size)), ("root", self.walk.head.root.hex())]
        if self.ballots is not None:
            facts += [("ballots", str(self.ballots.ballots))]
        if closed is not None:
            facts += [
                ("counted", str(closed.counted.ballots)),
                ("weight", str(closed.counted.weight)),
            ]
        return tuple(facts)
