# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a voter's program asks with: a credential, or the first bits of a tracker (docs/spec/intake.md).

It asks with 40 bits of a check code and finds its own among the few that are answered. So whoever types the
secret code in the place of a check code has not told it to the server.
"""

from bulletin_board.codec import canonical
from bulletin_board.codec.fields import Fields
from voting.models import CastBallot, Challenged, Election

LIMIT = 128  # bytes of a question
PREFIX_DIGITS = 10  # hexadecimal, of a tracker's 64
MOST = 16  # ballots in an answer, and tests


def parse_credential(body: bytes) -> str:
    """Return the credential that is asked about. Raises the codec's errors."""
    fields = Fields(canonical.parse(body, limit=LIMIT), "question")
    credential = fields.digest("credential")
    fields.done()
    return credential


def parse_prefix(body: bytes) -> str:
    """Return the beginning of the tracker that is asked for. Raises the codec's errors."""
    fields = Fields(canonical.parse(body, limit=LIMIT), "question")
    prefix = fields.hex("prefix", PREFIX_DIGITS)
    fields.done()
    return prefix


def candidates(election: Election, digits: str) -> list[CastBallot | Challenged]:
    """Return what has a tracker that begins with these digits: ballots, then tests, the oldest first.

    A cast ballot stands before a test: whoever tests another's tracker says nothing about that ballot. Of
    each there are at most MOST; later ones, made to share the digits, cannot crowd out an earlier one.
    """
    ballots = election.ballots.filter(tracker__startswith=digits).order_by("seq")
    tests = election.challenges.filter(tracker__startswith=digits).order_by("seq")
    return [*ballots[:MOST], *tests[:MOST]]
