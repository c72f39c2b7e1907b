# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks E.4 to E.6: a roll change, by itself and by the roll as it stands where it comes.

What it takes out of the count is the business of ballots.py.
"""

from bulletin_board.errors import BoardError
from tally.admission import read_roll_change
from tally.crypto.errors import CryptoError
from tally.enrolment import Enrolment
from tally.errors import NotOnRoll
from tally.opened import OpenedElection
from tally.record.errors import RecordError, RollError, RollExceedsCapacity
from tally.record.roll_change import RollChange
from tally.verifier.report import Ledger
from tally.verifier.walk import Entry

CHECKS = ("E.4", "E.5", "E.6")


def check_change(ledger: Ledger, entry: Entry, opened: OpenedElection, roll: Enrolment) -> RollChange | None:
    """The roll change of this entry, if it holds; otherwise its first failure is in the ledger."""
    try:
        change = read_roll_change(opened, entry.payload)
        roll.check_number(change)
    except (BoardError, RecordError, CryptoError) as error:
        ledger.fail("E.4", error, entry.where)
        return None
    try:
        roll.check_credentials(change)
        change.check_credentials()
    except (NotOnRoll, RollError) as error:
        ledger.fail("E.5", error, entry.where)
        return None
    try:
        roll.check_weight(change)
    except RollExceedsCapacity as error:
        ledger.fail("E.6", error, entry.where)
        return None
    return change
