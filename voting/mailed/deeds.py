# SPDX-License-Identifier: AGPL-3.0-or-later
"""What officials do about mailed codes, as the page and the command do it: written into the trail."""

from voting.mailed import listing, sending
from voting.models import Election
from voting.office.trail import Action, By, recorded


def take_list(election: Election, by: By, data: bytes) -> int:
    """Take a list. Raises what `listing.take` does."""
    with recorded(election, by, Action.CODES_LIST) as deed:
        taken = listing.take(election, data, now=by.now)
        deed.detail = str(taken)
        return taken


def start(election: Election, by: By) -> int:
    """Begin to send. Raises what `sending.start` does."""
    with recorded(election, by, Action.CODES_SEND) as deed:
        waiting = sending.start(election, now=by.now)
        deed.detail = str(waiting)
        return waiting


def send_again(election: Election, by: By, number: int) -> None:
    """Send a voter a new code. Raises what `listing.send_again` does."""
    with recorded(election, by, Action.CODES_AGAIN) as deed:
        deed.detail = listing.send_again(election, number, now=by.now).name


def leave_out(election: Election, by: By, number: int) -> None:
    """Leave a voter out. Raises what `listing.leave_out` does."""
    with recorded(election, by, Action.CODES_LEAVE_OUT) as deed:
        deed.detail = listing.leave_out(election, number).name
