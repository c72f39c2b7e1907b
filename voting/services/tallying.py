# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the closing entry to the published result (docs/operations.md, "Counting").

The count itself is the stations' and `tally.services`'. Here is when it may start, and what the election's
state makes of it: `tallied` when the final entry is on the board, `final` when the officials have published
the record as files as well.
"""

from datetime import datetime
from pathlib import Path

from tally import services
from tally.models import Tally, TallyState
from tally.record.result import Result, ResultShape
from voting.errors import TooEarly
from voting.models import Election
from voting.services import publishing
from voting.services.board import election_log, payloads_of
from voting.services.elections import check_period_ends
from voting.services.opened import opened_election
from voting.states import Action, after


def start_tally(election: Election, *, now: datetime) -> Tally:
    """Ask the trustees' stations to count. Raises WrongState, TooEarly while voters can still complain."""
    after(election.where, Action.TALLY)
    ends = check_period_ends(election)
    if ends is not None and now < ends:
        raise TooEarly(f"voters can check and complain until {ends:%Y-%m-%d %H:%M} UTC", expected=ends)
    return services.start(election_log(election))


def tally_of(election: Election) -> Tally | None:
    """Return the tally, if it was started."""
    return Tally.objects.filter(log=election.log).first() if election.log else None


def record_result(election: Election) -> bool:
    """Move on to `tallied` if the final entry is on the board; say whether it is."""
    tally = tally_of(election)
    if tally is None or tally.state != TallyState.FINAL:
        return False
    _move(election, Action.RECORD_RESULT)
    return True


def publish(election: Election) -> Path:
    """Write the whole record as a folder and as one archive, and return the folder. Raises WrongState."""
    after(election.where, Action.PUBLISH)
    folder = publishing.write_whole(election)
    _move(election, Action.PUBLISH)
    return folder


def result_of(election: Election) -> Result | None:
    """Return the result on the board, if there is one."""
    payloads = payloads_of(election, "result")
    if not payloads:
        return None
    return Result.from_bytes(payloads[0], ResultShape.of(opened_election(election).manifest))


def _move(election: Election, action: Action) -> None:
    """A conditional update: two processes cannot both take the step."""
    before = election.where
    reached = after(before, action)
    Election.objects.filter(pk=election.pk, state=before.value).update(state=reached.value)
    election.refresh_from_db(fields=["state"])
