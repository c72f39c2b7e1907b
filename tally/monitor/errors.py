# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be wrong with a booth that is served, by name."""

from tally.errors import TallyError


class MonitorError(TallyError):
    """Base of all findings."""


class Unreachable(MonitorError):
    """The server did not answer, or not with a file: nothing can be concluded."""


class Redirected(MonitorError):
    """It leads elsewhere."""


class TooLong(MonitorError):
    """Longer than any file of a booth."""


class BadEncoding(MonitorError):
    """Compressed in a way in which no file of a booth is, or not to its end."""


class ForeignCode(MonitorError):
    """The page runs, loads, asks or sends to something that is not the booth's."""


class WeakPolicy(MonitorError):
    """The Content-Security-Policy would let something else run."""


class OtherDigest(MonitorError):
    """The list of files does not have the digest by which its folder is named."""


class MalformedList(MonitorError):
    """Not a list of files."""


class OtherFile(MonitorError):
    """A file is not the one in the list."""


class OtherBooth(MonitorError):
    """Not the booth that the board, or the folder, has."""


class OtherElection(MonitorError):
    """The page starts another election than the board's."""
