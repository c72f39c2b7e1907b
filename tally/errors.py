# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals of the count and of the tally, one class per kind."""


class TallyError(Exception):
    """Base of the errors of `tally` itself; carries what was expected and what was computed."""

    def __init__(self, message: str, *, expected: object = None, computed: object = None) -> None:
        super().__init__(message)
        self.expected = expected
        self.computed = computed


class NotOnRoll(TallyError):
    """The credential is not on the roll."""


class Revoked(NotOnRoll):
    """The credential was on the roll; the registrar has revoked it."""


class StaleSupersedes(TallyError):
    """`supersedes` is not the credential's last accepted ballot."""


class LimitReached(TallyError):
    """The credential has cast as many ballots as the manifest allows."""


class CountedSetMismatch(TallyError):
    """A counted set is stated that differs from the one on the board."""


class TallyMismatch(TallyError):
    """An encrypted sum is stated that differs from the recomputed one."""


class CountersMismatch(TallyError):
    """Counters are stated that differ from the digits of the plaintexts."""


class OutcomeMismatch(TallyError):
    """An outcome is stated that does not follow from the counters."""


class ChallengedBallotCast(TallyError):
    """A ballot that was challenged stands on the board as cast, or one that was cast is challenged."""


class ClosingMismatch(TallyError):
    """The closing entry states other numbers of entries than there are."""


class TooFewCounted(TallyError):
    """Fewer ballots count than the manifest's minimum: their sum would say too much."""


class ForeignShare(TallyError):
    """A share for another closing head or another counted set."""


class RepeatedShare(TallyError):
    """A second share by the same trustee."""


class TooFewAcknowledgements(TallyError):
    """A share that rests on fewer acknowledgements than the manifest demands."""


class TooFewShares(TallyError):
    """Fewer trustees have answered than the threshold."""


class FinalMismatch(TallyError):
    """The final entry names another result."""


class NotClosed(TallyError):
    """A tally of a log that has no closing entry."""


class ForeignAcknowledgement(TallyError):
    """An acknowledgement of another closing head or another counted set."""


class AlreadyTallied(TallyError):
    """A log that has entries after the closing entry which this tally did not make."""


class ForeignLog(TallyError):
    """A log that holds another election than the tally is of."""


class BeforeItsTime(TallyError):
    """An election that opened or closed before the moment that its manifest states."""
