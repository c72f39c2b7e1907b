# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of the polling place, one class per kind; the class is the code that a voter's program sees.

Refusals that packages below raise keep their own classes: `code_of` names those in the same way.
"""

import re

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class VotingError(Exception):
    """Base of all errors of `voting`; carries what was expected and what was computed."""

    def __init__(self, message: str, *, expected: object = None, computed: object = None) -> None:
        super().__init__(message)
        self.expected = expected
        self.computed = computed


def code_of(error: Exception) -> str:
    """Return the stable name of a refusal: NotOnRoll is "not-on-roll"."""
    code = getattr(error, "code", None)
    return code if isinstance(code, str) and code else _CAPITAL.sub("-", type(error).__name__).lower()


class WrongState(VotingError):
    """An action that the election's state does not allow."""


class TooEarly(VotingError):
    """An action before the time that the manifest promises for it."""


class DraftRefused(VotingError):
    """A draft that is not complete, or not well-formed."""


class NotReady(VotingError):
    """Something that freezing needs is still missing."""


class TooLate(VotingError):
    """A freeze after the end of the voting that it would fix."""


class TrusteeTwice(VotingError):
    """A card with the name or a key of a trustee who has a seat."""


class KeyOfAnotherDraft(VotingError):
    """A key that was dealt for questions, dates or trustees that have changed since."""


class ChangedMeanwhile(VotingError):
    """Something is not any more what was looked at before this step."""


class MailUnavailable(VotingError):
    """A server that is not set up to send e-mail."""


class UnknownElection(VotingError):
    """No election of that name."""


class SlugTaken(VotingError):
    """Another election has this address already."""


class TooManyTrustees(VotingError):
    """More trustees than an election can have."""


class NotOpen(VotingError):
    """A ballot while the election does not accept ballots."""


class Unavailable(VotingError):
    """The server cannot answer now: it says nothing about the ballot. Send the identical bytes again."""

    retry_after = 2  # s


class IntakeFull(Unavailable):
    """Too many ballots are waiting here; this one was not looked at."""


class IntakeTimeout(Unavailable):
    """A ballot that waited too long for its turn; it was not looked at."""


class IntakeUndecided(Unavailable):
    """A ballot whose turn has come and takes too long; it may still be accepted."""


class IntakeFailed(Unavailable):
    """A failure of the server over this ballot; it may have been accepted."""


class IntakeUnwitnessed(Unavailable):
    """An entry that too few witnesses have cosigned yet: it stands, and has no receipt so far."""


class AlreadyCast(VotingError):
    """A ballot whose check code is on the board already, under another signature; or a challenge of one."""


class WasChallenged(VotingError):
    """A ballot that was tested: its opening is known, so it can never be cast."""


class TooManyChallenges(VotingError):
    """A credential that has tested as many ballots as the board will hold of one."""


class TooLarge(VotingError):
    """A submission longer than any ballot of this election."""


class WrongContentType(VotingError):
    """A submission that is not application/json."""


class WrongMethod(VotingError):
    """An address that only takes submissions."""


class BadRefusal(VotingError):
    """A refusal that the log did not sign, or of another ballot."""


class BadReceipt(VotingError):
    """A receipt that is not for the ballot that was sent."""


class ServerFailed(VotingError):
    """An answer of the server that is neither a receipt nor a refusal."""


class WrongAddress(VotingError):
    """An address that is not of the web."""


class WrongElection(VotingError):
    """A board that does not hold the election with the voter's fingerprint."""


class TallyFailed(VotingError):
    """A tally that ended without a result."""


class IntakeRefused(VotingError):
    """A rehearsal's ballot that the server's intake did not take."""


class RecordFolderTaken(VotingError):
    """A folder for a record that holds something already."""


class ResultMissing(VotingError):
    """A board without a result."""


class DemoRunning(VotingError):
    """A second demonstration in the same folder."""


class NotLocal(VotingError):
    """A demonstration under the settings of a real server."""


class ServerMissing(VotingError):
    """PostgreSQL or Redis is not installed; the message says how to install it."""


class ServerNotStarted(VotingError):
    """PostgreSQL or Redis did not start; the message has the end of its log."""
