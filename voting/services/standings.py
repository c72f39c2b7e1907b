# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the rows say about some ballots: the election's state, credentials' standing, what is on the board.

Read once outside the lock to spare proofs that cannot matter, and once more inside it, where it decides. As
ballots of the same block are taken in, `succeed` and `remember` keep the picture that rows will show.
"""

from collections.abc import Collection
from dataclasses import dataclass

from tally.count import Standing, check_succession
from tally.errors import Revoked
from voting.errors import AlreadyCast, NotOpen, WasChallenged
from voting.models import CastBallot, Challenged, Election
from voting.services.roll import revoked_of
from voting.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A ballot by its names: credential, tracker, hash of its bytes with signature, what it supersedes."""

    credential: str
    tracker: str
    digest: str
    supersedes: str


class Standings:
    """The rows about these ballots, at the moment of making."""

    def __init__(self, election: Election, ballots: Collection[Named], *, limit: int) -> None:
        self._limit = limit
        self._state = State(Election.objects.values_list("state", flat=True).get(pk=election.pk))
        trackers = {ballot.tracker for ballot in ballots}
        rows = CastBallot.objects.filter(tracker__in=trackers)
        self._cast = {
            tracker: (digest, seq) for tracker, digest, seq in rows.values_list("tracker", "digest", "seq")
        }
        challenges = Challenged.objects.filter(election=election, tracker__in=trackers)
        self._challenged = set(challenges.values_list("credential", "tracker"))
        self._standings: dict[str, Standing] = {}
        credentials = {ballot.credential for ballot in ballots}
        self._revoked = revoked_of(election, credentials)
        own = CastBallot.objects.filter(election=election, credential__in=credentials).order_by("seq")
        for credential, tracker in own.values_list("credential", "tracker"):
            self._stand(credential, tracker)

    def place_of(self, ballot: Named) -> int | None:
        """Return where this very ballot stands on the board, None if nowhere.

        Raises AlreadyCast if it stands there under another signature.
        """
        digest, seq = self._cast.get(ballot.tracker, (ballot.digest, None))
        if digest != ballot.digest:
            raise AlreadyCast("this ballot is on the board under another signature")
        return seq

    def succeed(self, ballot: Named) -> None:
        """Take the ballot in as its credential's last, if it may be; raises as `check`."""
        self.check(ballot)
        self._stand(ballot.credential, ballot.tracker)

    def check(self, ballot: Named) -> None:
        """Check that the ballot may be its credential's last.

        Raises NotOpen, Revoked, WasChallenged, StaleSupersedes, LimitReached.
        """
        if self._state is not State.OPEN:
            raise NotOpen(
                "the election does not accept ballots now",
                expected=State.OPEN.value,
                computed=self._state.value,
            )
        if ballot.credential in self._revoked:
            raise Revoked("the registrar has revoked this credential")
        if (ballot.credential, ballot.tracker) in self._challenged:
            raise WasChallenged("this ballot was tested, so it can never be cast: make a new one")
        standing = self._standings.get(ballot.credential, Standing())
        check_succession(standing, ballot.supersedes, self._limit)

    def remember(self, ballot: Named, seq: int) -> None:
        """The ballot stands on the board at `seq`."""
        self._cast[ballot.tracker] = (ballot.digest, seq)

    def _stand(self, credential: str, tracker: str) -> None:
        before = self._standings.get(credential, Standing())
        self._standings[credential] = Standing(tracker=tracker, ballots=before.ballots + 1)
