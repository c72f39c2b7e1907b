# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of a station, one class per kind; `code` is the name that stands in a signed refusal."""

import re

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class StationError(Exception):
    """Base of all errors of `tally.station`; carries what was expected and what was computed."""

    def __init__(self, message: str, *, expected: object = None, computed: object = None) -> None:
        super().__init__(message)
        self.expected = expected
        self.computed = computed

    @property
    def code(self) -> str:
        """TooFewCounted is "too-few-counted"."""
        return _CAPITAL.sub("-", type(self).__name__).lower()


# Files on the trustee's machine.


class FileExists(StationError):
    """A file that would be overwritten."""


class FileRefused(StationError):
    """A file that cannot be written."""


class KeyFileDamaged(StationError):
    """A key file that opened does not hold what it should."""


class RestoreFailed(StationError):
    """A key file, read back, does not hold what was put into it."""


class NotAccepted(StationError):
    """A key file without a share: `accept` comes first."""


class AlreadyAccepted(StationError):
    """A key file that holds another share already."""


class CardRefused(StationError):
    """A trustee's card whose own signature does not hold."""


class BrokerRefused(StationError):
    """An address of a broker that stations do not use."""


# Taking over a share.


class NotListed(StationError):
    """A manifest that does not list this station's own keys as one trustee."""


class ShareRefused(StationError):
    """A share file for another election or trustee, or a share that v_i does not commit to."""


class KeyRefused(StationError):
    """A key record whose parts do not hold together."""


# Requests: what a station refuses to answer, by name.


class Refused(StationError):
    """Base of the refusals that are signed and sent."""


class MalformedRequest(Refused):
    """A request that is not of the specified form."""


class AnotherElection(Refused):
    """A request for an election that this station was not started for."""


class UnknownPhase(Refused):
    """Neither "acknowledge" nor "share"."""


class BoardRefuted(Refused):
    """A board that the verifier refutes, or could not check in full."""


class NotClosed(Refused):
    """A board without a closing entry."""


class NotOurKey(Refused):
    """A board whose key record is not the one that this station acknowledged."""


class NotOurManifest(Refused):
    """A board whose manifest does not list this station's own keys in its place."""


class TooFewCounted(Refused):
    """Fewer counted ballots than the manifest's minimum."""


class NotAcknowledged(Refused):
    """A share is asked for, and this station has acknowledged nothing."""


class BadAcknowledgement(Refused):
    """An acknowledgement that its trustee did not sign, or of no trustee."""


class AcknowledgementsDiffer(Refused):
    """Acknowledgements of another closing head or another counted set than this station's own."""


class OwnAcknowledgementMissing(Refused):
    """Acknowledgements without the one that this station signed."""


class TooFewAcknowledgements(Refused):
    """Acknowledgements of fewer trustees than the manifest asks for."""


class BoardChanged(Refused):
    """A board with another closing head or counted set than this station acknowledged."""


class AnsweredOtherwise(Refused):
    """Another request was answered before; a station answers each phase once."""


class BoardUnavailable(StationError):
    """The board cannot be read now: no answer, since nothing is known; the request will come again."""


class MemoryDamaged(StationError):
    """The file of an earlier answer cannot be read: nothing is answered until the trustee has looked."""
