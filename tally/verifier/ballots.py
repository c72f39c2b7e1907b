# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks E.4 to F.5: all ballots, challenges and roll changes on the board, in order, streaming.

Builds the count on the way. A ballot that fails is reported; whether it was counted no longer matters then.
"""

from collections.abc import Iterable

from bulletin_board import layout, reader
from bulletin_board.errors import BoardError, SourceError, SourceUnavailable
from bulletin_board.log.envelope import Envelope
from bulletin_board.sources import Source
from tally.admission import check_signed, read_ballot, read_challenged
from tally.count import Ciphertexts, Count
from tally.crypto.errors import CryptoError
from tally.errors import ChallengedBallotCast, NotOnRoll, TallyError
from tally.opened import OpenedElection
from tally.record.ballot import Ballot
from tally.record.challenged import Challenged
from tally.record.errors import RecordError
from tally.verifier.proofs import ProofQueue, Refused, Submitted
from tally.verifier.report import Ledger
from tally.verifier.roll_changes import CHECKS as ROLL_CHANGES
from tally.verifier.roll_changes import check_change
from tally.verifier.walk import Entry

CHECKS = (*ROLL_CHANGES, "F.1", "F.2", "F.3", "F.4", "F.5")
_REFUSALS = (TallyError, BoardError, RecordError, CryptoError)


class BallotChecks:
    """Takes the entries between opening and closing; `count` is what counts so far."""

    def __init__(
        self,
        opened: OpenedElection,
        source: Source,
        queue: ProofQueue,
        ledger: Ledger,
        *,
        cache: bool,
        judged: int = 0,
    ) -> None:
        """`judged` is the number of entries whose ballots' proofs were judged earlier: they are left out."""
        limit = opened.manifest.rules.ballots_per_credential
        self.count = Count(opened.public_key, opened.enrolment(), opened.tallied, limit)
        self.ballots = 0
        self.challenged = 0
        self.resting = 0  # ballots whose proof rests on an earlier verification
        self.is_finished = False
        self._opened = opened
        self._source = source
        self._queue = queue
        self._ledger = ledger
        self._cache = cache
        self._judged = judged
        self._last: dict[bytes, Envelope] = {}  # by credential
        self._challenges: set[tuple[bytes, str]] = set()  # credential, tracker: nobody tests another's ballot
        self._cast: set[tuple[bytes, str]] = set()

    def ballot(self, entry: Entry) -> None:
        """Check one ballot, count it, and queue its proof."""
        self.ballots += 1
        try:
            ballot = read_ballot(self._opened, entry.payload)
        except (BoardError, RecordError) as error:
            self._ledger.fail("F.1", error, entry.where)
            return
        tracker = ballot.tracker
        if self._is_signed(ballot, entry) and self._is_counted(ballot, tracker, entry):
            if (ballot.credential, tracker) in self._challenges:
                self._ledger.fail("F.4", ChallengedBallotCast("a challenged ballot was cast"), entry.where)
            self._cast.add((ballot.credential, tracker))
            self._last[ballot.credential] = entry.envelope
            self._judge(entry, tracker)

    def challenge(self, entry: Entry) -> None:
        """Check one challenge."""
        self.challenged += 1
        try:
            challenged = read_challenged(self._opened, entry.payload)
        except (BoardError, RecordError) as error:
            self._ledger.fail("F.4", error, entry.where)
            return
        if self._is_signed(challenged, entry, id_="F.4"):
            key = (challenged.credential, challenged.tracker)
            if key in self._cast:
                self._ledger.fail("F.4", ChallengedBallotCast("a cast ballot was challenged"), entry.where)
            self._challenges.add(key)

    def roll_change(self, entry: Entry) -> None:
        """Check one roll change; if it holds, from here on the roll is another."""
        change = check_change(self._ledger, entry, self._opened, self.count.roll)
        if change is None:
            return
        try:
            self.count.change_roll(change, self._last_ballot)
        except SourceUnavailable:
            raise  # nothing can be concluded
        except _REFUSALS as error:
            self._ledger.fail("F.3", error, entry.where)

    def finish(self) -> None:
        """Judge what is still queued; all checks of ballots have then been made.

        F.5 is marked by `settle`, when it is known whether an earlier verification may be rested on.
        """
        self.judge_waiting()
        self.is_finished = True
        self._ledger.mark(*CHECKS[:-1])

    def judge_waiting(self) -> None:
        """Judge what is still queued: an election that has not been closed is judged so far."""
        self._report(self._queue.finish())

    def settle(self, *, may_rest: bool) -> None:
        """F.5 at the end of the board. `may_rest` says that it continues the one verified before."""
        if self.is_finished and (may_rest or not self.resting):
            self._ledger.mark(CHECKS[-1])

    def _judge(self, entry: Entry, tracker: str) -> None:
        if entry.envelope.seq < self._judged:
            self.resting += 1
            return
        item = Submitted(where=entry.where, payload=entry.payload, commitments=self._commitments(tracker))
        self._report(self._queue.add(item))

    def _is_signed(self, signed: Ballot | Challenged, entry: Entry, id_: str = "F.2") -> bool:
        try:
            check_signed(self.count.roll, signed)
        except (NotOnRoll, CryptoError) as error:
            self._ledger.fail(id_, error, entry.where)
            return False
        return True

    def _is_counted(self, ballot: Ballot, tracker: str, entry: Entry) -> bool:
        try:
            self.count.add(
                credential=ballot.credential,
                tracker=tracker,
                supersedes=ballot.supersedes,
                ciphertexts=_by_contest(ballot),
                superseded=self._superseded(ballot.credential),
            )
        except SourceUnavailable:
            raise  # nothing can be concluded
        except _REFUSALS as error:
            self._ledger.fail("F.3", error, entry.where)
            return False
        return True

    def _superseded(self, credential: bytes) -> Ciphertexts | None:
        return self._last_ballot(credential) if credential in self._last else None

    def _last_ballot(self, credential: bytes) -> Ciphertexts:
        """The ciphertexts of the credential's last ballot, read again: memory stays bounded."""
        payload = reader.read_payload(self._source, self._last[credential])
        return _by_contest(Ballot.from_bytes(payload, self._opened.shape))

    def _commitments(self, tracker: str) -> bytes | None:
        if not self._cache:
            return None
        limit = self._opened.shape.branches * self._opened.shape.ciphertext_width
        try:
            return self._source.read(layout.commitments_path(tracker), limit=limit)
        except SourceUnavailable:  # waiting for each of them once more would take for ever
            self._cache = False
            return None
        except SourceError:  # a cache: whatever is wrong with it, the ballot is judged without
            return None

    def _report(self, refused: Iterable[Refused]) -> None:
        for item in refused:
            self._ledger.fail("F.5", item.error, item.where)


def _by_contest(ballot: Ballot) -> Ciphertexts:
    return tuple(contest.ciphertexts for contest in ballot.contests)
